import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSignalbox } from '../../../src/index.js';
import { type Ingesting, ingesting, rawHeaders, type SendOptions, sha256Of } from './ingesting.js';

const schema = {
  type: 'object',
  required: ['sourceSystemID', 'sourceTransactionID', 'department'],
  properties: {
    department: { enum: ['claims', 'life'] },
    pages: { type: 'integer', minimum: 1 },
    reference: { type: 'string', pattern: '^[A-Z]{2}\\d+$' },
    signedOn: { type: 'string', format: 'date' },
  },
  unevaluatedProperties: false,
};

let ingest: Ingesting;
beforeAll(async () => {
  ingest = await ingesting({
    ingest: {
      pipelines: {
        small: { payloadBytesMax: 1_000 },
        claims: { schema: { ...schema, properties: { ...schema.properties, sourceSystemID: true, sourceTransactionID: true } } },
      },
    },
  });
});
afterAll(() => ingest[Symbol.asyncDispose]());

let transactions = 0;
const metaData = (more: object = {}) => ({
  messageType: 'claim',
  sourceSystemID: 'core',
  sourceTransactionID: `json ${++transactions}`,
  dateTime: '2023-11-01 10:20:30.123456',
  ...more,
});
const json = { 'content-type': 'application/json' };
const send = (body: unknown, options: SendOptions = {}) =>
  ingest.send(typeof body === 'string' ? body : JSON.stringify(body), { headers: json, ...options });

describe('the form of the sample', () => {
  test.each(['/ingestMessage', '/ingestmessage', '/ingestMessage/', '/ingestmessage/', '/ingest/default', '/ingest/default/'])(
    'is taken at %s',
    async (path) => {
      const payload = Buffer.from([0, 1, 254, 255]);
      const { status, body } = await send({ messageMetaData: metaData(), messagePayload: payload.toString('base64') }, { path });
      expect([status, body.bytes, body.sha256]).toEqual([200, 4, sha256Of(payload)]);
      expect((await ingest.payload(body.messageID)).equals(payload)).toBe(true);
    },
  );

  test('with no content type, as its producers send it, and of 3 MB', async () => {
    const payload = Buffer.alloc(3_000_000, 'payload ');
    const body = { messagePayload: payload.toString('base64'), messageMetaData: metaData() };
    const answer = await send(body, { path: '/ingestMessage', headers: { 'content-type': '' } });
    expect([answer.status, answer.body.bytes, answer.body.sha256]).toEqual([200, payload.length, sha256Of(payload)]);
  });

  test('is the same record as the raw form of its transaction, in whatever order its members come', async () => {
    const headers = rawHeaders();
    const [messageType, sourceSystemID, sourceTransactionID, dateTime] = Object.values(headers);
    const raw = await ingest.send('one', { headers });
    const messageMetaData = { sourceTransactionID, dateTime, messageType, sourceSystemID };
    const again = await send({ messageMetaData, messagePayload: Buffer.from('one').toString('base64') });
    expect([again.status, again.body]).toEqual([200, raw.body]);
  });

  test('a payload that is too large is refused while it arrives', async () => {
    const body = { messagePayload: Buffer.alloc(1_001).toString('base64'), messageMetaData: metaData() };
    const answer = await send(body, { path: '/ingest/small' });
    expect([answer.status, answer.body.message]).toEqual([413, 'the payload has more than 1000 bytes']);
    expect((await ingest.kept('small')).size).toBe(0);
  });

  test.each([
    ['lenient base64', { messageMetaData: metaData(), messagePayload: 'plain text' }, 400, 'InvalidPayload'],
    ['an object as payload', { messageMetaData: metaData(), messagePayload: { a: 1 } }, 400, 'InvalidPayload'],
    ['no JSON', '{"messageMetaData": {', 400, 'MalformedRequest'],
    ['a reference', { messageMetaData: metaData(), payloadReference: { url: 'https://a/b' } }, 400, 'ReferenceRefused'],
  ])('%s is refused, and nothing is kept', async (_, body, status, error) => {
    const before = (await ingest.kept()).size;
    const answer = await send(body);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect((await ingest.kept()).size).toBe(before);
  });

  test('a body without metadata says how they are sent', async () => {
    const answer = await send('payload', { headers: { 'content-type': 'text/plain' } });
    expect([answer.status, answer.body.error]).toEqual([400, 'MalformedRequest']);
    expect(answer.body.message).toContain('x-source-transaction-id');
  });
});

describe('metadata', () => {
  const problemsOf = async (given: object, path = '/ingest/default') => {
    const { status, body } = await send({ messageMetaData: given, messagePayload: '' }, { path });
    return status === 200
      ? 'accepted'
      : [body.error, ...(body.problems ?? []).map((one: { path: string; problem: string }) => `${one.path} ${one.problem}`)];
  };

  test.each([
    ['12345678901234567890', 'has the number 12345678901234567890, which would be read as 12345678901234567000: send it as a text'],
    ['[0.1, -1e400]', 'has the number -1e400, which would be read as -Infinity: send it as a text'],
    ['{"a": 1, "b": "\\"a\\":", "a": 2}', 'has a member twice in one object'],
  ])('with %s, which reading would change, are refused in either form', async (value, problem) => {
    const given = JSON.stringify(metaData({ note: 0 })).replace('"note":0', `"note":${value}`);
    const answer = await send(`{"messageMetaData": ${given}, "messagePayload": ""}`);
    expect([answer.status, answer.body.problems]).toEqual([400, [{ path: '/messageMetaData', problem }]]);
    const raw = await send('', { headers: { ...rawHeaders(), 'x-message-metadata': `{"note": ${value}}` } });
    expect([raw.status, raw.body.problems]).toEqual([400, [{ path: 'x-message-metadata', problem }]]);
  });

  test('with numbers that reading keeps are taken', async () => {
    const note =
      '[0, -0.0, 1.50, 1e23, 5e-324, 9007199254740992, 0.30000000000000004, 0.10000000000000001, 1119797129153.6562, 1119797129153.6563, "\\" 1e400 :"]';
    const given = JSON.stringify(metaData({ note: 0 })).replace('"note":0', `"note":${note}`);
    expect((await send(`{"messageMetaData": ${given}, "messagePayload": ""}`)).status).toBe(200);
  });

  test('every problem is told', async () => {
    expect(await problemsOf({ messageType: 7, sourceSystemID: '', dateTime: 'yesterday' })).toEqual([
      'InvalidMetaData',
      '/messageType is of type number: expected a text',
      '/sourceSystemID is empty',
      '/dateTime is "yesterday": expected YYYY-MM-DD HH:MM:SS.ffffff, or ISO 8601 such as 2026-11-26T10:00:00Z, with a zone or without',
      '/sourceTransactionID is missing',
    ]);
  });

  test.each([
    '2023-11-01 10:20:30.123456',
    '2023-11-01 10:20:30',
    '2024-02-29T10:20',
    '2023-11-01T10:20:30Z',
    '2023-11-01t10:20:30,5z',
    '2023-11-01T10:20:30.123456789+05:30',
    '2023-11-01T10:20:30-0800',
    '2016-12-31T23:59:60Z',
  ])('the time %s is taken', async (dateTime) => {
    expect(await problemsOf(metaData({ dateTime }))).toBe('accepted');
  });

  test.each([
    ['2023-02-29 10:20:30', 'has the day 29: expected 1 to 28 in 2023-02'],
    ['2023-13-01 10:20:30', 'has the month 13: expected 1 to 12'],
    ['2023-11-01 24:00:00', 'has the hour 24: expected 0 to 23'],
    ['2023-11-01T10:20:30+24:00', 'has the hour of the zone 24: expected 0 to 23'],
    ['2023-11-01', 'is "2023-11-01": expected YYYY-MM-DD HH:MM:SS.ffffff, or'],
    ['01/11/2023 10:20', 'is "01/11/2023 10:20": expected'],
  ])('the time %s is not', async (dateTime, problem) => {
    expect(await problemsOf(metaData({ dateTime }))).toEqual(['InvalidMetaData', expect.stringContaining(`/dateTime ${problem}`)]);
  });

  test.each([
    ['a text of 257 characters', { messageType: 'x'.repeat(257) }],
    ['a control character', { sourceSystemID: 'a\u0000b' }],
    ['half of a pair', { note: 'a\ud800b' }],
    ['more than 16 KB', { note: 'x'.repeat(16_400) }],
    // JSONata takes what has such a member for a function: the workflow would end at once, and the record stand still
    ['what the language of workflows takes for a function', { note: [{ _jsonata_lambda: true }] }],
    ['17 levels', { note: JSON.parse('['.repeat(17) + ']'.repeat(17)) }],
  ])('%s is refused', async (_, more) => {
    expect(await problemsOf(metaData(more))).toEqual(expect.arrayContaining(['InvalidMetaData']));
  });

  test.each([
    ['names of Object', { toString: 'x', constructor: { prototype: 1 } }],
    ['what only looks like half of a pair', { note: '\\ud800' }],
    ['letters beyond the BMP', { note: '𝄞é' }],
    ['a member called kind', { kind: 'refused', code: 'x' }],
  ])('%s are metadata like others', async (_, more) => {
    expect(await problemsOf(metaData(more))).toBe('accepted');
    const headers = rawHeaders({ 'x-message-metadata': Buffer.from(JSON.stringify(more)).toString('latin1') });
    expect((await ingest.send('x', { headers })).status).toBe(200);
  });

  test('the schema of a pipeline is held to as well', async () => {
    const {
      messageType: _,
      dateTime: __,
      ...given
    } = metaData({ department: 'claims', pages: 2, reference: 'AB12', signedOn: '2024-02-29' });
    expect(await problemsOf(given, '/ingest/claims')).toBe('accepted');
    const wrong = { sourceTransactionID: 'x', department: 'sales', pages: 0, reference: 'ab', signedOn: '2024-02-30', colour: 'red' };
    expect(await problemsOf(wrong, '/ingest/claims')).toEqual([
      'InvalidMetaData',
      " must have required property 'sourceSystemID'",
      '/department must be equal to one of the allowed values: ["claims","life"]',
      '/pages must be >= 1',
      '/reference must match pattern "^[A-Z]{2}\\d+$"',
      '/signedOn must match format "date"',
      ' must NOT have unevaluated properties: "colour"',
    ]);
  });

  test.each([
    ['no schema', { type: 'objekt' }, 'the schema of the pipeline claims cannot be used: '],
    ['one that looks around', { properties: { a: { pattern: '(?=x)' } } }, 'the schema of the pipeline claims cannot be used: '],
    ['a file that is not there', '/nowhere/schema.json', 'the schema of the pipeline claims cannot be read: ENOENT'],
  ])('a broker with %s does not start', async (_, wrong, message) => {
    await expect(startSignalbox({ ingest: { pipelines: { claims: { schema: wrong } } } })).rejects.toThrow(message);
  });

  test('a schema of draft 07 can be in a file', async () => {
    const path = join(tmpdir(), `signalbox-schema-${process.pid}.json`);
    await writeFile(path, JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', required: ['a'] }));
    await using broker = await startSignalbox({ ingest: { pipelines: { claims: { schema: path } } } });
    expect(broker.port).toBeGreaterThan(0);
  });
});

describe('headers of raw records', () => {
  test.each([
    ['metadata that are no JSON', { 'x-message-metadata': '{' }, 'InvalidMetaData'],
    ['metadata that are there twice', { 'x-message-metadata': '{"messageType": "a"}' }, 'InvalidMetaData'],
    ['bytes that are no UTF-8', { 'x-message-type': '\u00ff' }, 'InvalidMetaData'],
    ['a checksum that is none', { 'x-amz-checksum-sha256': 'abc' }, 'MalformedRequest'],
    ['the checksum of something else', { 'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64') }, 'ChecksumMismatch'],
    ['an idempotency key that is none', { 'idempotency-key': 'x'.repeat(257) }, 'MalformedRequest'],
  ])('%s', async (_, headers, error) => {
    const before = (await ingest.kept()).size;
    const answer = await ingest.send('x', { headers: rawHeaders(headers) });
    expect([answer.status, answer.body.error]).toEqual([400, error]);
    expect((await ingest.kept()).size).toBe(before);
  });

  test('a checksum that is right, and UTF-8', async () => {
    const checksum = Buffer.from(sha256Of('x'), 'hex').toString('base64');
    const headers = rawHeaders({ 'x-amz-checksum-sha256': checksum, 'x-message-type': Buffer.from('Schäden').toString('latin1') });
    expect((await ingest.send('x', { headers })).status).toBe(200);
  });

  test('an idempotency key makes one record, whatever the transaction', async () => {
    const path = '/ingest/claims';
    const more = { 'x-message-metadata': '{"department": "life"}', 'idempotency-key': 'k 1' };
    const one = { 'x-source-system-id': 'a', 'x-source-transaction-id': 'k1', ...more };
    const first = await ingest.send('x', { path, headers: one });
    expect(first.status).toBe(200);
    expect((await ingest.send('x', { path, headers: one })).body).toEqual(first.body);
    expect((await ingest.send('y', { path, headers: one })).status).toBe(409);
    expect((await ingest.send('x', { path, headers: { ...one, 'x-source-transaction-id': 'k2' } })).body.error).toBe('TransactionConflict');
  });
});
