import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSubject, type Subject, type TestFunction } from './subject.js';

/** AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes". */

const machine = { node: process.execPath, python: 'python3', variables: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` } };

/**
 * A runtime that makes the calls which the event lists, a method, a path and a body each, with ID for the invocation's id. If none
 * of them is an answer, it answers with the headers it was called with and the replies; these it also keeps for the next time.
 */
const scripted = `#!/usr/bin/env node
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime';
let before = [];
(async () => {
  for (;;) {
    const next = await fetch(api + '/invocation/next');
    const id = next.headers.get('lambda-runtime-aws-request-id');
    const { calls = [] } = await next.json();
    const replies = [];
    for (const [method, path, body] of calls) {
      const reply = await fetch(api + path.replace('ID', id), { method, body });
      replies.push([reply.status, await reply.json()]);
    }
    const headers = Object.fromEntries([...next.headers].filter(([name]) => name.startsWith('lambda-') || name === 'content-type'));
    const answer = JSON.stringify({ headers, replies, before, args: process.argv.slice(2), cwd: process.cwd() });
    if (!calls.some(([, path]) => path.includes('ID'))) await fetch(api + '/invocation/' + id + '/response', { method: 'POST', body: answer });
    before = replies;
  }
})();
`;

async function scriptedFunction(): Promise<TestFunction & Pick<Subject, 'lines'>> {
  const { define, lines } = await createSubject({ machine });
  return { ...(await define({ bootstrap: scripted }, { runtime: 'provided' })), lines };
}

test('an invocation is handed out with all that is known of it', async () => {
  const { spec, invoke } = await scriptedFunction();
  const before = Date.now();
  const { value } = await invoke({ requestId: 'r-1', traceHeader: 'Root=1-2;Lineage=1:a:2', clientContext: '{"a":1}' });
  const { headers, args, cwd } = value as { headers: Record<string, string>; args: unknown; cwd: string };
  expect(headers).toEqual({
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': 'r-1',
    'lambda-runtime-deadline-ms': expect.stringMatching(/^\d{13}$/),
    'lambda-runtime-invoked-function-arn': spec.functionArn,
    'lambda-runtime-trace-id': 'Root=1-2;Lineage=1:a:2',
    'lambda-runtime-client-context': '{"a":1}',
  });
  expect(Number(headers['lambda-runtime-deadline-ms'])).toBeGreaterThanOrEqual(before + spec.timeoutMs);
  expect({ args, cwd }).toEqual({ args: [], cwd: spec.folder });
});

test('what comes from clients and fits into no header is escaped', async () => {
  const { invoke } = await scriptedFunction();
  const { value } = await invoke({ traceHeader: 'Root=1\r\nX: é', clientContext: '{"name":"grüße"}' });
  expect(value).toMatchObject({
    headers: { 'lambda-runtime-trace-id': 'Root=1??X: ?', 'lambda-runtime-client-context': '{"name":"gr\\u00fc\\u00dfe"}' },
  });
});

test('a connection has one call at a time, and an invocation one answer', async () => {
  const { define, lines } = await createSubject({ machine });
  const bootstrap = `#!/usr/bin/env node
const { connect } = require('node:net');
const { get } = require('node:http');
const port = process.env.AWS_LAMBDA_RUNTIME_API.split(':')[1];
const post = (id, length, header = '') =>
  'POST /2018-06-01/runtime/invocation/' + id + '/response HTTP/1.1\\r\\nHost: a\\r\\n' + header + 'Content-Length: ' + length + '\\r\\n\\r\\n';
const next = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n';
get({ port, path: '/2018-06-01/runtime/invocation/next' }, (reply) => {
  const id = reply.headers['lambda-runtime-aws-request-id'];
  const pipelined = connect(port);
  pipelined.write(next.repeat(1_000));
  pipelined.on('error', () => {});
  pipelined.on('close', () => {
    console.log('closed');
    const first = connect(port);
    first.write(post(id, 7, 'Expect: 100-continue\\r\\n') + '"fi');
    first.once('data', () => {
      const second = connect(port);
      second.write(post(id, 8) + '"second"');
      second.on('data', (data) => {
        console.log(String(data).split('\\r\\n')[0]);
        first.write('rst"');
      });
    });
  });
});`;
  const { invoke } = await define({ bootstrap }, { runtime: 'provided' });
  expect(await invoke()).toMatchObject({ kind: 'answered', payload: '"first"' });
  expect(lines.map(({ text }) => text)).toEqual(expect.arrayContaining(['closed', 'HTTP/1.1 400 Bad Request']));
});

test('an answer and an error are what was posted, byte for byte', async () => {
  const { invoke } = await scriptedFunction();
  const answer = '{ "a" :  1.0 }\n';
  expect(await invoke({ event: { calls: [['POST', '/invocation/ID/response', answer]] } })).toMatchObject({
    kind: 'answered',
    payload: answer,
  });
  const error = '{ "errorType": "Mine", "more": [] }';
  expect(await invoke({ event: { calls: [['POST', '/invocation/ID/error', error]] } })).toMatchObject({ kind: 'failed', payload: error });
});

test('only the first answer counts, and later ones are refused', async () => {
  const { invoke } = await scriptedFunction();
  const calls = [
    ['POST', '/invocation/ID/response', '"first"'],
    ['POST', '/invocation/ID/response', '"second"'],
    ['POST', '/invocation/ID/error', '{}'],
  ];
  expect(await invoke({ event: { calls } })).toMatchObject({ kind: 'answered', payload: '"first"' });
  const refused = [400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' }];
  expect((await invoke()).value).toMatchObject({ before: [[202, { status: 'OK' }], refused, refused] });
});

test('calls that nothing asks for are refused', async () => {
  const { invoke } = await scriptedFunction();
  const calls = [
    ['POST', '/invocation/other/response', '1'],
    ['POST', '/invocation/%00/error', '1'],
    ['POST', '/init/error', '{"errorType":"Late"}'],
    ['GET', '/invocation/'],
    ['DELETE', '/invocation/next'],
    ['GET', '/restore/next'],
  ];
  const { kind, value } = await invoke({ event: { calls } });
  expect(kind).toBe('answered');
  const { replies } = value as { replies: [number, { errorType: string }][] };
  expect(replies.map(([status, { errorType }]) => [status, errorType])).toEqual([
    [400, 'InvalidRequestID'],
    [400, 'InvalidRequestID'],
    [403, 'InvalidStateTransition'],
    [404, 'NotFound'],
    [404, 'NotFound'],
    [404, 'NotFound'],
  ]);
});

test('an answer that is too large is refused, and the runtime goes on', async () => {
  const { define } = await createSubject({ machine });
  const large = scripted.replace('body })', "body: body === 'large' ? 'x'.repeat(7_000_000) : body })");
  const subject = await define({ bootstrap: large }, { runtime: 'provided' });
  const outcome = await subject.invoke({ event: { calls: [['POST', '/invocation/ID/response', 'large']] } });
  expect(outcome).toMatchObject({ kind: 'failed', value: { errorType: 'Function.ResponseSizeTooLarge' } });
  expect((await subject.invoke()).value).toMatchObject({ before: [[413, { errorType: 'RequestEntityTooLarge' }]] });
});

test.each([
  [
    'with an error',
    Buffer.from('{"errorType":"Mid","errorMessage":"stream"}').toString('base64'),
    { errorType: 'Mid', errorMessage: 'stream' },
  ],
  ['without', undefined, { errorType: 'Runtime.StreamError', errorMessage: 'the answer broke off' }],
])('a streamed answer that breaks off fails, %s in its trailer', async (_, errorBody, expected) => {
  const { define } = await createSubject({ machine });
  const trailers = {
    'Lambda-Runtime-Function-Error-Type': 'Runtime.StreamError',
    ...(errorBody && { 'Lambda-Runtime-Function-Error-Body': errorBody }),
  };
  const bootstrap = `#!/usr/bin/env node
const { get, request } = require('node:http');
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime';
get(api + '/invocation/next', (next) => {
  next.resume();
  const id = next.headers['lambda-runtime-aws-request-id'];
  const headers = { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked', Trailer: '${Object.keys(trailers).join(', ')}' };
  const answer = request(api + '/invocation/' + id + '/response', { method: 'POST', headers });
  answer.write('half');
  answer.addTrailers(${JSON.stringify(trailers)});
  answer.end();
});`;
  const { invoke } = await define({ bootstrap }, { runtime: 'provided' });
  expect(await invoke()).toMatchObject({ kind: 'failed', value: expected });
});

test.each([
  ['is missing', {}],
  ['cannot be run', { 'bootstrap/file': '' }],
])('a bootstrap that %s fails invocations', async (_, files) => {
  const { define } = await createSubject();
  const { spec, invoke } = await define({ 'other.txt': '', ...files }, { runtime: 'provided' });
  expect(await invoke({ requestId: 'r-1' })).toMatchObject({
    kind: 'failed',
    value: {
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: `RequestId: r-1 Error: Couldn't find valid bootstrap(s): [${spec.folder}/bootstrap]`,
    },
  });
});

describe.skipIf(spawnSync('curl', ['--version']).error !== undefined)('a shell script with curl (skipped where curl is missing)', () => {
  test('is a runtime', async () => {
    const { define } = await createSubject();
    const bootstrap = `#!/bin/sh
set -eu
echo starting >&2
while true; do
  headers="$(mktemp)"
  event=$(curl -sS -D "$headers" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  id=$(grep -i Lambda-Runtime-Aws-Request-Id "$headers" | tr -d '[:space:]' | cut -d: -f2)
  echo "works on $event"
  curl -sS -d "$event" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" > /dev/null
done
`;
    const { invoke } = await define({ bootstrap }, { runtime: 'provided' });
    expect(await invoke({ event: { n: 1 } })).toMatchObject({
      kind: 'answered',
      payload: '{"n":1}',
      log: expect.stringContaining('works on {"n":1}\n'),
    });
    expect(await invoke({ event: { n: 2 } })).toMatchObject({ kind: 'answered', payload: '{"n":2}' });
  });
});
