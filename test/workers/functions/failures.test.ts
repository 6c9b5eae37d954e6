import { expect, test } from 'vitest';
import { createSettableClock } from '../../../src/base/real-clock.js';
import { createSubject, isAlive, until } from './subject.js';

/** Error types and texts: AWS Lambda developer guide, "Troubleshoot execution issues in Lambda", and "AWS Lambda function errors in Node.js". */

test.each([
  ['a module that is not there', { 'index.js': "require('absent');" }, 'Runtime.ImportModuleError', /Cannot find module 'absent'/],
  ['an import that is not there', { 'index.mjs': "import 'absent';" }, 'Runtime.ImportModuleError', /Cannot find package 'absent'/],
  ['no file', { 'other.js': '' }, 'Runtime.ImportModuleError', /Cannot find module 'index'/],
  ['code that cannot be parsed', { 'index.js': 'exports.handler = async (' }, 'Runtime.UserCodeSyntaxError', /SyntaxError/],
  ['no export', { 'index.js': 'exports.other = 1;' }, 'Runtime.HandlerNotFound', /^index\.handler is undefined or not exported$/],
  [
    'an export that is no function',
    { 'index.js': 'exports.handler = 1;' },
    'Runtime.HandlerNotFound',
    /^index\.handler is not a function$/,
  ],
  ['code that throws', { 'index.js': "throw new RangeError('at start');" }, 'RangeError', /^at start$/],
])('%s fails each invocation with what the runtime says', async (_, files, errorType, message) => {
  const { define } = await createSubject();
  const { invoke } = await define(files);
  const expected = { kind: 'failed', value: { errorType, errorMessage: expect.stringMatching(message) } };
  const { log, ...outcome } = await invoke({ requestId: 'r-1' });
  expect(outcome).toMatchObject(expected);
  expect(log).toMatch(/undefined\tERROR\tInit Error [\s\S]*START RequestId: r-1 Version: \$LATEST\n[\s\S]*END RequestId: r-1\nREPORT /);
  expect(await invoke()).toMatchObject(expected);
});

test.each(['index', '../index.handler', 'a/../index.handler'])('the handler name %s is malformed', async (handler) => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': '' }, { handler });
  expect(await invoke()).toMatchObject({ kind: 'failed', value: { errorType: 'Runtime.MalformedHandlerName' } });
});

test.each([
  ['throws a string', "throw 'no'", { errorType: 'string', errorMessage: 'no', trace: [] }],
  ['throws nothing', 'throw undefined', { errorType: 'undefined', errorMessage: 'undefined', trace: [] }],
  ['throws what cannot be read', 'throw Object.defineProperty(new Error(), "name", { get() { throw 1; } })', { errorType: 'Error' }],
  ['answers what is no JSON', 'return 1n', { errorType: 'TypeError', errorMessage: expect.stringContaining('BigInt') }],
  ['never settles', 'return new Promise(() => {})', { errorType: 'Runtime.NodeJsExit' }],
])('a handler that %s fails, and its process is used again', async (_, body, value) => {
  const { define } = await createSubject();
  const { invoke } = await define({
    'index.js': `exports.handler = async (event) => { if (event === 'pid') return process.pid; ${body}; };`,
  });
  const pid = await invoke({ event: 'pid' });
  expect(await invoke()).toMatchObject({ kind: 'failed', value });
  expect(await invoke({ event: 'pid' })).toMatchObject({ kind: 'answered', value: pid.value });
});

const exitError = (text: string) => ({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: r-1 Error: ${text}` });

test.each([
  ['rejects aside', "Promise.reject(new Error('aside'))", { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'aside' }],
  ['throws aside', "setImmediate(() => { throw new RangeError('aside'); })", { errorType: 'RangeError', errorMessage: 'aside' }],
  ['exits', 'process.exit(3)', exitError('Runtime exited with error: exit status 3')],
  ['exits without an error', 'process.exit(0)', exitError('Runtime exited without providing a reason')],
  ['is killed', "process.kill(process.pid, 'SIGKILL')", exitError('Runtime exited with error: signal: killed')],
  ['aborts', 'process.abort()', exitError('Runtime exited with error: signal: aborted')],
])('a handler that %s fails, and the next invocation has another process', async (_, body, value) => {
  const { define } = await createSubject();
  const wait = 'await new Promise((resolve) => setTimeout(resolve, 5_000))';
  const { invoke } = await define({
    'index.js': `exports.handler = async (event) => { if (event === 'pid') return process.pid; ${body}; ${wait}; };`,
  });
  const pid = await invoke({ event: 'pid' });
  expect(await invoke({ requestId: 'r-1' })).toMatchObject({ kind: 'failed', value });
  const next = await invoke({ event: 'pid' });
  expect(next.kind).toBe('answered');
  expect(next.value).not.toBe(pid.value);
});

test.each(['await new Promise(() => setInterval(() => {}, 1_000))', 'for (;;);'])('%s is ended at its time-out', async (body) => {
  const { define, lines } = await createSubject();
  const { invoke } = await define(
    { 'index.js': `exports.handler = async (event) => { if (event === 'pid') return process.pid; console.log('before'); ${body}; };` },
    { timeoutMs: 1_000 },
  );
  const pid = await invoke({ event: 'pid' });
  const { kind, value, log } = await invoke({ requestId: 'r-1' });
  expect({ kind, value }).toEqual({
    kind: 'failed',
    value: { errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: r-1 Error: Task timed out after 1.00 seconds' },
  });
  expect(log).toMatch(/before\n\S+Z r-1 Task timed out after 1\.00 seconds\nEND RequestId: r-1\nREPORT .*\tStatus: timeout\t\n$/);
  expect(lines.map(({ text }) => text).join('\n')).toContain('Task timed out');
  expect((await invoke({ event: 'pid' })).value).not.toBe(pid.value);
  await until(() => !isAlive(Number(pid.value)));
});

test('an answer of more than 6 MB fails, and one of 6 MB does not', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': 'exports.handler = async (length) => "x".repeat(length - 2);' });
  expect(await invoke({ event: 6_291_557 })).toMatchObject({
    kind: 'failed',
    value: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    },
  });
  const { kind, value } = await invoke({ event: 6_291_556 });
  expect(kind).toBe('answered');
  expect(String(value)).toHaveLength(6_291_554);
});

const startsOnce = (end: string): string => `
const { existsSync, writeFileSync } = require('node:fs');
if (!existsSync('started')) { writeFileSync('started', ''); console.log('first'); ${end} }
exports.handler = async () => 'started again';`;

test('a process that ends while it starts is started once more for the invocation', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': startsOnce('process.exit(7);') });
  expect(await invoke()).toMatchObject({ kind: 'answered', value: 'started again' });
});

test('a process that ends while it starts, twice, fails the invocation', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': 'console.log("starting"); process.exit(7);' });
  const { kind, value, log } = await invoke({ requestId: 'r-1' });
  expect({ kind, value }).toEqual({ kind: 'failed', value: exitError('Runtime exited with error: exit status 7') });
  expect(log).toContain('starting');
});

test('a start has ten seconds, and then the time of the invocation', async () => {
  const clock = createSettableClock();
  const { define, lines } = await createSubject({ clock });
  const { invoke } = await define({ 'index.js': startsOnce('for (;;);') }, { timeoutMs: 60_000 });
  const outcome = invoke();
  await until(() => lines.some(({ text }) => text.endsWith('first')));
  clock.advance(10_000);
  expect(await outcome).toMatchObject({ kind: 'answered', value: 'started again' });
});

test('a start that hangs fails the invocation at its time-out', async () => {
  const clock = createSettableClock();
  const { define, lines } = await createSubject({ clock });
  const { invoke } = await define({ 'index.js': 'console.log("starting"); for (;;);' }, { timeoutMs: 2_000 });
  const outcome = invoke();
  await until(() => lines.length === 1);
  clock.advance(10_000);
  await until(() => lines.length === 2);
  clock.advance(2_000);
  expect(await outcome).toMatchObject({ kind: 'failed', value: { errorType: 'Sandbox.Timedout' } });
});
