import { describe, expect, test } from 'vitest';
import { createSubject } from './subject.js';

/** AWS Lambda developer guide, "Building Lambda functions with Node.js". */

const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:function-0';

test('a process is used again', async () => {
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

test.each<[name: string, files: Record<string, string>, handler: string]>([
  ['a CommonJS module', { 'index.js': 'exports.handler = async () => "here";' }, 'index.handler'],
  ['a CommonJS module by its name', { 'index.cjs': 'exports.handler = async () => "here";' }, 'index.handler'],
  ['an ES module by its name', { 'index.mjs': 'export const handler = async () => "here";' }, 'index.handler'],
  [
    'an ES module by its package',
    { 'package.json': '{"type":"module"}', 'index.js': 'export const handler = async () => "here";' },
    'index.handler',
  ],
  [
    'an ES module that awaits as it is loaded',
    { 'index.mjs': 'const text = await Promise.resolve("here"); export const handler = async () => text;' },
    'index.handler',
  ],
  ['a file in a folder', { 'src/handlers/order.js': 'exports.place = async () => "here";' }, 'src/handlers/order.place'],
  ['a member of an export', { 'index.js': 'exports.orders = { place: { now: async () => "here" } };' }, 'index.orders.place.now'],
  [
    'a method, which has its object',
    { 'index.js': 'exports.app = new (class { text = "here"; async handle() { return this.text; } })();' },
    'index.app.handle',
  ],
  ['a package', { 'node_modules/app/index.js': 'exports.handler = async () => "here";' }, 'app.handler'],
])('the handler is found in %s', async (_, files, handler) => {
  const { define } = await createSubject();
  const { invoke } = await define(files, { handler });
  expect(await invoke()).toMatchObject({ kind: 'answered', value: 'here' });
});

describe('handlers that call back', () => {
  test.each<[name: string, body: string, expected: object]>([
    ['with a result', 'callback(null, "here")', { kind: 'answered', value: 'here' }],
    ['later', 'setTimeout(() => callback(null, "here"), 10)', { kind: 'answered', value: 'here' }],
    [
      'with an error',
      'callback(new RangeError("too far"))',
      { kind: 'failed', value: { errorType: 'RangeError', errorMessage: 'too far' } },
    ],
    ['with a string as the error', 'callback("no")', { kind: 'failed', value: { errorType: 'string', errorMessage: 'no' } }],
    ['twice, of which the first counts', 'callback(null, "here"); callback(null, "there")', { kind: 'answered', value: 'here' }],
    ['by the context', 'context.succeed("here")', { kind: 'answered', value: 'here' }],
    ['never', 'setTimeout(() => {}, 10)', { kind: 'answered', payload: 'null' }],
    ['and throw', 'throw new RangeError("too far")', { kind: 'failed', value: { errorType: 'RangeError' } }],
    [
      'only when all is done',
      'setTimeout(() => { result.late = true; }, 50); callback(null, result)',
      { kind: 'answered', value: { late: true } },
    ],
    [
      'at once, where nothing is waited for',
      'context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => { result.late = true; }, 60_000); callback(null, result)',
      { kind: 'answered', value: {} },
    ],
  ])('%s', async (_, body, expected) => {
    const { define } = await createSubject();
    const { invoke } = await define({ 'index.js': `exports.handler = (event, context, callback) => { const result = {}; ${body}; };` });
    expect(await invoke()).toMatchObject(expected);
  });
});

test('an answer of nothing is null', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': 'exports.handler = async () => {};' });
  expect(await invoke()).toMatchObject({ kind: 'answered', payload: 'null' });
});

test('payloads may be large and hold any text', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': 'exports.handler = async (event) => event;' });
  const event = { text: `grüße \u{1f686} ${'é'.repeat(1_000_000)}` };
  expect((await invoke({ event })).value).toEqual(event);
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

test('what a handler throws is the answer of a failure, with its own frames', async () => {
  const { define } = await createSubject();
  const { invoke } = await define({ 'index.js': "exports.handler = async () => { throw new RangeError('too far'); };" });
  const { kind, value, log } = await invoke({ requestId: 'r-1' });
  expect(kind).toBe('failed');
  expect(value).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
  const { trace } = value as { readonly trace: readonly string[] };
  expect(trace.slice(0, 2)).toEqual(['RangeError: too far', expect.stringContaining('index.js:1:')]);
  expect(trace.filter((line) => line.includes('bootstrap'))).toEqual([]);
  expect(log).toMatch(/Z\tr-1\tERROR\tInvoke Error \t\{"errorType":"RangeError","errorMessage":"too far","stack":\[/);
});

describe('what a handler logs', () => {
  const code = `
console.log('at start');
exports.handler = async () => {
  console.log('text %d', 1, { a: 1 });
  console.warn('two\\nlines');
  console.debug('detail');
  process.stderr.write('plain\\n');
};`;

  test('is in the log between the lines about the invocation', async () => {
    const { define, lines } = await createSubject();
    const { invoke } = await define({ 'index.js': code });
    const { log } = await invoke({ requestId: 'r-1' });
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
    expect(log.split('\n')).toEqual([
      'START RequestId: r-1 Version: $LATEST',
      expect.stringMatching(`^${time}\tr-1\tINFO\ttext 1 { a: 1 }$`),
      expect.stringMatching(`^${time}\tr-1\tWARN\ttwo\rlines$`),
      expect.stringMatching(`^${time}\tr-1\tDEBUG\tdetail$`),
      'plain',
      'END RequestId: r-1',
      expect.stringMatching(
        /^REPORT RequestId: r-1\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t(Max Memory Used: \d+ MB\t)?Init Duration: \d+\.\d\d ms\t$/,
      ),
      '',
    ]);
    expect(lines[0]).toMatchObject({ functionArn: arn, functionName: 'function-0', version: '$LATEST', requestId: undefined });
    expect(lines[0]?.text).toMatch(/\tundefined\tINFO\tat start$/);
    expect(lines.slice(1).map(({ requestId, text }) => ({ requestId, text }))).toEqual(
      log
        .split('\n')
        .slice(0, -1)
        .map((text) => ({ requestId: 'r-1', text })),
    );
    expect((await invoke()).log).not.toContain('Init Duration');
  });

  test('is JSON where that is asked for, from the level asked for up', async () => {
    const { define } = await createSubject();
    const variables = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'WARN' };
    const { invoke } = await define({ 'index.js': code }, { variables });
    const { log } = await invoke({ requestId: 'r-1' });
    const [json] = log.split('\n').filter((line) => line.startsWith('{'));
    expect(JSON.parse(json ?? '')).toEqual({ timestamp: expect.any(String), level: 'WARN', requestId: 'r-1', message: 'two\nlines' });
    expect(log).not.toContain('INFO');
  });

  test('all the way to the last 4 KB is the tail', async () => {
    const { define } = await createSubject();
    const { invoke } = await define({
      'index.js': "exports.handler = async () => { for (let n = 0; n < 500; n++) console.log('line', n); };",
    });
    const { log } = await invoke({ requestId: 'r-1' });
    expect(Buffer.byteLength(log)).toBe(4_096);
    expect(log).toContain('line 499\nEND RequestId: r-1\n');
  });
});
