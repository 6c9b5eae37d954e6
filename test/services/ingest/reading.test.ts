import { createHash, randomBytes } from 'node:crypto';
import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FolderStore } from '../../../src/services/ingest/archive/folder-store.js';
import { getPayload, type PayloadPlaces } from '../../../src/services/ingest/reading/get-payload.js';
import type { ReadingRequest } from '../../../src/services/ingest/reading/request.js';
import type { IngestRecord } from '../../../src/services/ingest/record.js';
import { changeDocument } from '../../../src/services/ingest/record-documents.js';
import type { IngestReply } from '../../../src/services/ingest/request.js';
import { pipeline, type RecordRoom, recordRoom } from './record-room.js';

let room: RecordRoom;
beforeAll(async () => {
  room = await recordRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

const json = async (path: string, init?: RequestInit): Promise<Readonly<Record<string, unknown>>> => {
  const response = await room.get(path, init);
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
};

describe('who may look', () => {
  const reading = (headers: Record<string, string>, path = `${pipeline}/records`) => fetch(`${room.url}/ingest/${path}`, { headers });

  test('a key that may read, for its pipelines', async () => {
    const reader = await room.keys.create({ name: 'auditor', permissions: ['read'], pipelines: [pipeline] });
    const sender = await room.keys.create({ name: 'sender' });
    if (reader.kind !== 'created' || sender.kind !== 'created') throw new Error('no key');
    expect((await reading({ 'x-api-key': reader.text })).status).toBe(200);
    for (const [headers, text] of [
      [{}, 'x-api-key is missing'],
      [{ 'x-api-key': 'x'.repeat(64) }, 'no valid API key'],
      [{ 'x-api-key': sender.text }, 'may not read records'],
    ] as const) {
      const response = await reading(headers);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: 'ForbiddenException', message: expect.stringContaining(text) });
    }
    expect((await reading({ 'x-api-key': reader.text }, 'other/records')).status).toBe(403);
  });

  test('programs on the machine, but not what comes through a proxy', async () => {
    expect(await json('records', { headers: { 'x-forwarded-for': '203.0.113.7' } })).toMatchObject({
      status: 403,
      error: 'ForbiddenException',
    });
    expect((await json('records')).status).toBe(200);
  });

  test.each([
    ['/ingest/%ff/records', 404],
    [`/_signalbox/ingest/pipelines/${pipeline}/records/../../x`, 404],
    [`/ingest/${pipeline}/records/../../x`, 403], // whoever has no key learns nothing
    [`/_signalbox/ingest/pipelines/absent/records`, 404],
    [`/_signalbox/ingest/pipelines/${pipeline}/records/..%2f..%2fetc%2fpasswd`, 404],
    [`/_signalbox/ingest/pipelines/${pipeline}/records/${'a'.repeat(200)}/payload`, 404],
    [`/_signalbox/ingest/pipelines/${pipeline}/records/x/y/z`, 404],
  ])('%s leads nowhere: %i', async (path, status) => {
    const client = await room.listening.connect();
    client.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    expect((await client.reply()).status).toBe(status);
    expect(room.listening.faults).toEqual([]);
  });

  test('nothing can be written there', async () => {
    const response = await room.get('records', { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('a record', () => {
  test('shows its whole history with times, and what is done', async () => {
    const { messageID, receivedAt, custody } = await room.accept('text', { sourceTransactionID: 't-1' });
    const received = await json(`records/${messageID}`);
    expect(received).toMatchObject({
      status: 200,
      messageID,
      pipeline,
      state: 'received',
      receivedAt: new Date(receivedAt).toISOString(),
      bytes: 4,
      sha256: createHash('sha256').update('text').digest('hex'),
      custody,
      messageMetaData: { sourceTransactionID: 't-1' },
    });
    const record = await room.records.read(pipeline, messageID);
    await room.archive(record as IngestRecord);
    const archived = await json(`records/${messageID}`);
    expect(archived).toMatchObject({ state: 'archived', storageContext: { spoolReference: null, S3Reference: { bucket: 'archive' } } });
    expect((archived.history as { state: string }[]).map(({ state }) => state)).toEqual(['received', 'payloadArchived', 'archived']);
  });

  test('that is not there is 404', async () => {
    expect(await json('records/4e4a2a1e-0000-4000-8000-000000000000')).toMatchObject({ status: 404, error: 'UnknownRecord' });
  });
});

describe('search', () => {
  const idsOf = (answer: Record<string, unknown>) => (answer.records as { messageID: string }[]).map(({ messageID }) => messageID);

  test('finds by source, transaction, type, state and time, newest first, page by page', async () => {
    const sent: IngestRecord[] = [];
    for (const [at, messageType] of ['invoice', 'invoice', 'credit'].entries()) {
      sent.push(await room.accept(`${at}`, { sourceSystemID: 'shop', sourceTransactionID: `s-${at}`, messageType }));
    }
    const [first, second, third] = sent.map(({ messageID }) => messageID);
    await room.archive(sent[1] as IngestRecord);
    const found = async (query: string) => idsOf(await json(`records?${query}`)).sort();
    const sorted = (...ids: (string | undefined)[]) => [...ids].sort();
    expect(await found('sourceSystemID=shop')).toEqual(sorted(first, second, third));
    expect(await found('sourceSystemID=shop&messageType=invoice')).toEqual(sorted(first, second));
    expect(await found('sourceSystemID=shop&state=archived')).toEqual([second]);
    expect(await found('sourceTransactionID=s-2')).toEqual([third]);
    expect(await found(`sourceSystemID=shop&to=${sent[0]?.receivedAt}`)).toEqual([]);
    expect(await found(`sourceSystemID=shop&from=${new Date((sent[2]?.receivedAt ?? 0) + 1).toISOString()}`)).toEqual([]);
    const page = await json('records?sourceSystemID=shop&limit=2');
    const rest = await json(`records?sourceSystemID=shop&limit=2&after=${encodeURIComponent(String(page.next))}`);
    expect([...idsOf(page), ...idsOf(rest)].sort()).toEqual(sorted(first, second, third));
    expect(rest.next).toBeUndefined();
  });

  test('tells every problem of its parameters', async () => {
    const answer = await json('records?state=lost&from=yesterday&limit=0&after=x&colour=red&to=1&to=2');
    expect(answer).toMatchObject({ status: 400, error: 'InvalidParameter' });
    for (const name of ['state', 'from', 'limit', 'after', 'colour', 'to']) expect(answer.message).toContain(`${name} is `);
  });
});

describe('a payload', () => {
  const content = randomBytes(100_000);
  let record: IngestRecord;
  const payload = (init: RequestInit = {}, query = '') => room.get(`records/${record.messageID}/payload${query}`, init);
  beforeAll(async () => {
    record = await room.accept(content, {}, 'text/html');
  });

  test.each(['spool', 'archive'])('comes from the %s as it was received, with its checksum', async (place) => {
    if (place === 'archive') record = await room.archive(record);
    const response = await payload();
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    const digest = createHash('sha256').update(content).digest();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-length': '100000',
      'content-disposition': `attachment; filename="${record.messageID}"`,
      'x-content-type-options': 'nosniff',
      'x-signalbox-read-from': place,
      etag: `"${digest.toString('hex')}"`,
      'repr-digest': `sha-256=:${digest.toString('base64')}:`,
    });
  });

  test('that leaves the spool after its record was read comes from the archive', async () => {
    const moving = await room.accept('moving');
    const archived = new FolderStore({ folder: room.archiveFolder, bucket: 'archive' });
    const places: PayloadPlaces = {
      spooled: () => room.archive(moving).then(() => undefined),
      archived: (_pipeline, ...object) => archived.open(...object),
    };
    const request = { method: 'GET', query: new URLSearchParams(), headers: {} } as ReadingRequest;
    const reread = () => room.records.read(pipeline, moving.messageID);
    const reply = (await getPayload({ pipeline, request }, moving, places, reread)) as IngestReply;
    expect([reply.status, await textOf(reply.body as Readable)]).toEqual([200, 'moving']);
  });

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=99990-', 99_990, 100_000],
    ['bytes=-5', 99_995, 100_000],
    ['bytes=50-1000000', 50, 100_000],
  ])('is answered in part: %s', async (range, first, end) => {
    const response = await payload({ headers: { range } });
    expect([response.status, response.headers.get('content-range')]).toEqual([206, `bytes ${first}-${end - 1}/100000`]);
    expect(Buffer.from(await response.arrayBuffer()).equals(content.subarray(first, end))).toBe(true);
  });

  test('is answered whole where the range is none, is of several parts, or is of another version', async () => {
    for (const headers of [
      { range: 'lines=1-2' },
      { range: 'bytes=5-2' },
      { range: 'bytes=0-1,5-6' },
      { range: 'bytes=0-1', 'if-range': '"old"' },
    ]) {
      const response = await payload({ headers: headers as Record<string, string> });
      expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 100_000]);
    }
    const same = await payload({ headers: { range: 'bytes=0-1', 'if-range': `"${record.sha256}"` } });
    expect([same.status, (await same.arrayBuffer()).byteLength]).toEqual([206, 2]);
  });

  test('is not sent where it ends before the range, or is known', async () => {
    const behind = await payload({ headers: { range: 'bytes=100000-' } });
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
    expect((await payload({ headers: { 'if-none-match': `"${record.sha256}"` } })).status).toBe(304);
    const head = await payload({ method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '100000']);
  });

  test('of no bytes is one too', async () => {
    record = await room.accept('');
    const response = await payload();
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '0', '']);
    expect((await payload({ headers: { range: 'bytes=0-' } })).status).toBe(416);
  });

  test('that is gone or is cut short is told, and never sent as if it were whole', async () => {
    record = await room.archive(await room.accept(content));
    const file = join(room.archiveFolder, record.storageContext.S3Reference?.key ?? '');
    await truncate(file, 5);
    expect(await json(`records/${record.messageID}/payload`)).toMatchObject({ status: 500, error: 'PayloadAltered' });
    await rm(file);
    expect(await json(`records/${record.messageID}/payload?from=archive`)).toMatchObject({
      status: 410,
      error: 'PayloadMissing',
      message: expect.stringContaining('where the record says that it is'),
    });
    expect(await json(`records/${record.messageID}/payload?from=moon`)).toMatchObject({ status: 400, error: 'InvalidParameter' });
  });
});

describe('following', () => {
  async function followed(query = '', of = room) {
    const ended = new AbortController();
    const response = await of.get(`events${query}`, { signal: ended.signal });
    const lines = createInterface({ input: Readable.fromWeb(response.body as never) })[Symbol.asyncIterator]();
    return { next: async () => JSON.parse(String((await lines.next()).value)) as Record<string, unknown>, end: () => ended.abort() };
  }

  test('tells what happens from then on, and of what is asked for alone', async () => {
    const all = await followed();
    const ofShop = await followed('?sourceSystemID=shop&state=archived');
    expect(await all.next()).toEqual({ following: pipeline, at: expect.any(String), cursor: expect.stringMatching(/^\d+$/) });
    expect(await ofShop.next()).toMatchObject({ following: pipeline });
    const other = await room.accept('1');
    const { messageID } = await room.archive(await room.accept('22', { sourceSystemID: 'shop', sourceTransactionID: 't' }));
    expect(await all.next()).toMatchObject({ messageID: other.messageID, state: 'received', bytes: 1, sourceSystemID: 'core' });
    for (const state of ['received', 'payloadArchived', 'archived']) expect(await all.next()).toMatchObject({ messageID, state });
    expect(await ofShop.next()).toMatchObject({ messageID, state: 'archived', sourceSystemID: 'shop', sourceTransactionID: 't', bytes: 2 });
    all.end();
    ofShop.end();
  });

  test('begins after the cursor of an event, or with what happened since a time, and misses nothing', async () => {
    const past = await recordRoom();
    const from = async (query: string, count: number) => {
      const { next, end } = await followed(`?${query}`, past);
      const lines: Record<string, unknown>[] = [];
      for (let line = 0; line <= count; line++) lines.push(await next());
      end();
      return lines.slice(1);
    };
    const records = [];
    for (let count = 0; count < 70; count++) records.push(await past.archive(await past.accept('x', { note: 'x'.repeat(1_000) })));
    const all = await from('since=2000-01-01', 210);
    expect(all.map(({ messageID, state }) => `${messageID} ${state}`)).toEqual(
      records.flatMap(({ messageID }) => ['received', 'payloadArchived', 'archived'].map((state) => `${messageID} ${state}`)),
    );
    expect(await from(`after=${all[99]?.cursor}`, 110)).toEqual(all.slice(100));
    expect(await from('since=2000-01-01&state=archived', 70)).toEqual(all.filter(({ state }) => state === 'archived'));
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Date.parse(String(all[209]?.at))));
    const since = Date.now();
    const { messageID } = await past.accept('last');
    expect(await from(`since=${since}`, 1)).toMatchObject([{ messageID, cursor: '211' }]);
    await past.listening.engine.documents.transact('ingest/', (documents) => {
      for (let sequence = 1; sequence <= 5; sequence++) documents.delete(changeDocument(pipeline, sequence));
    });
    expect(await from('after=0', 2)).toEqual([{ missed: 5 }, all[5]]);
    await past[Symbol.asyncDispose]();
  });

  test('is for a hundred clients at once', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => followed()));
    await Promise.all(all.map(({ next }) => next()));
    expect(await json('events')).toMatchObject({ status: 503, error: 'TooManyFollowers' });
    for (const { end } of all) end();
    await vi.waitFor(async () => {
      const again = await followed();
      expect(await again.next()).toMatchObject({ following: pipeline });
      again.end();
    }, 10_000);
  });

  test('ends when the broker stops', async () => {
    const stopping = await recordRoom();
    const response = await stopping.get('events');
    const text = response.text();
    await stopping[Symbol.asyncDispose]();
    expect(await text).toMatch(/^\{"following":"claims",.+\}\n$/);
  });

  test('refuses what it does not know', async () => {
    expect(await json('events?state=lost')).toMatchObject({ status: 400, error: 'InvalidParameter' });
    for (const query of ['last=1', 'since=yesterday', 'after=-1', 'after=999999', 'since=1&after=1']) {
      expect(await json(`events?${query}`)).toMatchObject({ status: 400, error: 'InvalidParameter' });
    }
  });
});

test('the chain of custody comes in order, with its head', async () => {
  const { custody } = await room.accept('last');
  const { head, entries } = await json('custody?after=0&limit=500');
  expect(head).toEqual({ sequence: custody.sequence, hash: custody.hash });
  expect((entries as { sequence: number }[]).map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: custody.sequence }, (_, at) => at + 1),
  );
  expect(await json(`custody?after=${custody.sequence}`)).toMatchObject({ entries: [] });
  expect((await json('custody?after=-1')).status).toBe(400);
});
