import { expect, test } from 'vitest';
import { createSubject } from './subject.js';

const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:function-0';

test('an ES module answers with what its promise holds, and the process is used again', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({
    'index.mjs': 'let calls = 0; export const handler = async (event) => ({ event, calls: ++calls, pid: process.pid });',
  });
  const first = await invoke({ event: { order: 1 } });
  expect(first).toMatchObject({ kind: 'answered', value: { event: { order: 1 }, calls: 1 } });
  expect(first.initMs).toBeGreaterThan(0);
  const second = await invoke({ event: 'again' });
  expect(second).toMatchObject({ kind: 'answered', value: { ...(first.value as object), event: 'again', calls: 2 }, initMs: undefined });
});

test('the context tells who is invoked, by whom, and how much time is left', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({
    'index.js':
      'exports.handler = async (_, context) => ({ ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });',
  });
  const { value } = await invoke({ requestId: 'r-1', traceHeader: 'Root=1-2', clientContext: '{"custom":{"a":1}}' });
  expect(value).toMatchObject({
    functionName: 'function-0',
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '128',
    awsRequestId: 'r-1',
    logGroupName: '/aws/lambda/function-0',
    logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    clientContext: { custom: { a: 1 } },
    callbackWaitsForEmptyEventLoop: true,
    trace: 'Root=1-2',
  });
  const { left } = value as { left: number };
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(10_000);
});

test('what a handler throws is the answer of a failure', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': "exports.handler = async () => { throw new RangeError('too far'); };" });
  expect(await invoke()).toMatchObject({
    kind: 'failed',
    value: {
      errorType: 'RangeError',
      errorMessage: 'too far',
      trace: expect.arrayContaining(['RangeError: too far', expect.stringContaining('index.js:1:')]),
    },
  });
});
