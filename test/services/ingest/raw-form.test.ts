import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ingesting, ingesting, rawHeaders, sha256Of } from './ingesting.js';

let ingest: Ingesting;
beforeAll(async () => {
  ingest = await ingesting({ ingest: { pipelines: { claims: { payloadBytesMax: 1_000 } } } });
});
afterAll(() => ingest[Symbol.asyncDispose]());

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('a claim, with ü')],
  ['3 MB of bytes', Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7) % 256))],
])('%s is received as it is', async (_, payload) => {
  const { status, body, headers } = await ingest.send(payload);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json');
  expect(body).toEqual({
    messageID: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    sha256: sha256Of(payload),
    bytes: payload.length,
    receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect((await ingest.payload(body.messageID)).equals(payload)).toBe(true);
});

test('a record of a type that is sent empty is served as bytes', async () => {
  const { body } = await ingest.send('x', { headers: { ...rawHeaders(), 'content-type': '' } });
  const url = `${ingest.broker.url}/ingest/default/records/${body.messageID}/payload`;
  const response = await fetch(url, { headers: { 'x-api-key': ingest.key } });
  expect([response.headers.get('content-type'), await response.text()]).toEqual(['application/octet-stream', 'x']);
});

test('a transaction that is sent again has the receipt that it had, and no second payload', async () => {
  const headers = rawHeaders();
  const first = await ingest.send('once', { headers });
  const files = (await ingest.kept()).size;
  const again = await Promise.all(Array.from({ length: 5 }, () => ingest.send('once', { headers })));
  for (const { status, body } of again) expect([status, body]).toEqual([200, first.body]);
  expect((await ingest.kept()).size).toBe(files);
  const other = await ingest.send('twice', { headers });
  expect([other.status, other.body.error, other.body.messageID]).toEqual([409, 'TransactionConflict', first.body.messageID]);
  expect((await ingest.kept()).size).toBe(files);
});

test.each([
  ['another key', { 'x-api-key': 'sbx_0_no' }, '/ingest/default', 403, 'ForbiddenException'],
  ['no key', { 'x-api-key': '' }, '/ingest/default', 403, 'ForbiddenException'],
  ['an unknown pipeline', {}, '/ingest/nowhere', 404, 'UnknownPipeline'],
  ['a path trick', {}, '/ingest/..%2fdefault', 404, 'UnknownPipeline'],
  ['no pipeline', {}, '/ingest/', 404, 'UnknownPath'],
  ['a deeper path', {}, '/ingest/default/a/b', 404, 'UnknownPath'],
  ['an encoded body', { 'content-encoding': 'gzip' }, '/ingest/default', 415, 'UnsupportedContentEncoding'],
  ['too much', {}, '/ingest/claims', 413, 'PayloadTooLarge'],
])('%s is refused, and nothing is kept', async (_, headers, path, status, error) => {
  const before = await ingest.kept();
  const answer = await ingest.send('x'.repeat(1_001), { path, headers: { ...rawHeaders(), ...headers } });
  expect([answer.status, answer.body.error]).toEqual([status, error]);
  expect(answer.body.requestId).toBe(answer.headers.get('x-amzn-requestid'));
  expect(await ingest.kept()).toEqual(before);
  expect((await ingest.kept('claims')).size).toBe(0);
});
