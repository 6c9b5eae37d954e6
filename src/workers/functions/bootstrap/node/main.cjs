// @ts-check
'use strict';

/**
 * The Node runtime: what runs in the process of an environment. It is CommonJS, and needs few modules, because that starts
 * fastest; a build makes one file of it. All it knows comes from its environment variables.
 */

// The size of the heap is settled by now. V8 takes no compiled code from Node's own modules while a flag differs from its default.
require('node:v8').setFlagsFromString('--max-old-space-size=0');

const { createContext } = require('./context.cjs');
const { RuntimeFault, errorOf } = require('./errors.cjs');
const { callHandler } = require('./call-handler.cjs');
const { createInvokeStore } = require('./invoke-store.cjs');
const { loadHandler } = require('./load-handler.cjs');
const { patchConsole } = require('./logging.cjs');
const { createRuntimeClient } = require('./runtime-client.cjs');

/** Polls that wait at once where several invocations share the process. */
const pollsMax = 16;

const { env } = process;
const concurrency = Number(env.AWS_LAMBDA_MAX_CONCURRENCY ?? 1);
const client = createRuntimeClient(env.AWS_LAMBDA_RUNTIME_API ?? '');
const store = createInvokeStore(concurrency > 1);
const console = patchConsole(store, env.AWS_LAMBDA_LOG_FORMAT === 'JSON', env.AWS_LAMBDA_LOG_LEVEL);

/** @type {Set<string>} */
const running = new Set();
let polls = 0;
/** @type {import('./load-handler.cjs').Handler} */
let handler;

process.on('uncaughtException', (fault) => end(fault, 129));
process.on('unhandledRejection', (reason) => {
  const { errorMessage, trace } = errorOf(reason);
  end(new RuntimeFault('Runtime.UnhandledPromiseRejection', errorMessage, trace), 128);
});
start();

async function start() {
  try {
    handler = await loadHandler(env.LAMBDA_TASK_ROOT ?? process.cwd(), env._HANDLER ?? '');
  } catch (fault) {
    console.error('Init Error', errorOf(fault));
    await client.failInit(errorOf(fault));
    process.exit(1);
  }
  poll();
}

function poll() {
  while (polls < Math.min(pollsMax, concurrency - running.size)) {
    polls += 1;
    client.next().then(serve, leave);
  }
}

/** @param {import('./runtime-client.cjs').Invocation} invocation */
async function serve(invocation) {
  polls -= 1;
  const { requestId, traceId } = invocation;
  running.add(requestId);
  poll();
  if (concurrency === 1) setTrace(traceId);
  const send = await store.run({ requestId, traceId }, () => answer(invocation));
  running.delete(requestId);
  const sent = send();
  poll(); // without waiting for the acknowledgement: the next invocation may be there already
  await sent.catch(leave);
}

/** @param {string | undefined} traceId */
function setTrace(traceId) {
  if (traceId === undefined) delete env._X_AMZN_TRACE_ID;
  else env._X_AMZN_TRACE_ID = traceId;
}

/**
 * @param {import('./runtime-client.cjs').Invocation} invocation
 * @returns {Promise<() => Promise<unknown>>} what sends the answer
 */
async function answer(invocation) {
  try {
    const result = await callHandler(handler, JSON.parse(invocation.payload), createContext(invocation), concurrency === 1);
    const text = JSON.stringify(result) ?? 'null';
    return () => client.respond(invocation.requestId, text);
  } catch (fault) {
    const error = errorOf(fault);
    console.error('Invoke Error', error);
    return () => client.fail(invocation.requestId, error);
  }
}

/**
 * Nothing tells which invocation threw: all that run end with it.
 *
 * @param {unknown} fault
 * @param {number} code
 */
function end(fault, code) {
  const error = errorOf(fault);
  console.error(code === 128 ? 'Unhandled Promise Rejection' : 'Uncaught Exception', error);
  const told = handler === undefined ? [client.failInit(error)] : [...running].map((requestId) => client.fail(requestId, error));
  Promise.allSettled(told).then(() => process.exit(code));
}

/** The broker is gone. */
function leave() {
  process.exit(1);
}
