import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import { noTracer } from '../../../src/base/tracer.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createEngine } from '../../../src/engine/index.js';
import { createSettableClock, type SettableClock } from '../../../src/index.js';
import { MetricRegistry } from '../../../src/observe/metric-registry.js';
import { type Ingest, startIngest } from '../../../src/services/ingest/index.js';
import { ApiKeys } from '../../../src/services/ingest/keys/api-keys.js';
import { acceptedQueue, decodeAccepted } from '../../../src/services/ingest/queues.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import { type Store, StoreError } from '../../../src/store/store.js';
import { rawHeaders, sha256Of } from './ingesting.js';

/** Between its receipt and its transaction a record is in the spool alone. Here transactions are held back, or fail, as the test says. */
interface Process {
  readonly ingest: Ingest;
  transact: Engine['transact'];
}

const random = createRealRandom();
let folder: string;
let store: Store;
let engine: Engine;
let clock: SettableClock;
let keys: ApiKeys;
let key: string;
let reported: unknown[];
let running: Process;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-receipts-'));
  store = createMemoryStore();
  clock = createSettableClock({ frozen: true });
  engine = createEngine({ store, clock, random, recreateAfterMs: 0, report: () => {} });
  keys = new ApiKeys({ documents: engine.documents, clock, random, pipelines: ['claims'] });
  const created = await keys.create({ name: 'core' });
  if (created.kind !== 'created') throw new Error(created.kind);
  key = created.text;
  reported = [];
  running = await start();
});
afterEach(async () => {
  await running.ingest.stop();
  await engine.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

async function start(): Promise<Process> {
  const claims = {
    payloadBytesMax: 10_000_000,
    schema: undefined,
    references: { mode: 'refuse', hosts: [] },
    keepRefusals: false,
  } as const;
  const process: { ingest?: Ingest; transact: Engine['transact'] } = { transact: (...request) => engine.transact(...request) };
  process.ingest = await startIngest({
    engine: {
      documents: engine.documents,
      createQueue: (...request) => engine.createQueue(...request),
      findQueue: (...request) => engine.findQueue(...request),
      transact: (...request) => process.transact(...request),
    },
    clock,
    random,
    tracer: noTracer,
    meter: new MetricRegistry(),
    keys,
    pipelines: [{ name: 'claims', ...claims }],
    uploadsMax: 100,
    uploadBytesPerSecondMin: 1,
    spoolFolder: folder,
    durable: true,
    objects: { open: async () => ({ kind: 'unavailable', reason: 'there are none' }) },
    opened: () => {},
    report: (_what, fault) => reported.push(fault),
  });
  return process as Process;
}

const neverAnswered: Engine['transact'] = () => new Promise(() => {});
const failing: Engine['transact'] = () => Promise.reject(new StoreError('full', 'the disk is full'));

/** Nothing of it comes into the store any more, and another one starts on the same folder. */
async function killed(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  running.transact = neverAnswered;
  await meanwhile();
  running = await start();
}

async function send(payload: string | Buffer, headers = rawHeaders()): Promise<{ status: number; body: Record<string, unknown> }> {
  const { signal } = new AbortController();
  const reply = await running.ingest.handle({
    requestId: 'r1',
    method: 'POST',
    path: '/ingest/claims',
    query: new URLSearchParams(),
    sourceAddress: '127.0.0.1',
    tls: false,
    headers: { ...headers, 'x-api-key': key },
    signal,
    stopping: signal,
    body: () => new PassThrough().end(payload) as never,
  });
  if (reply === undefined) throw new Error('nobody was answered');
  return { status: reply.status, body: JSON.parse(String(reply.body)) };
}

async function receiptOf(payload: string | Buffer, headers = rawHeaders()): Promise<string> {
  const { status, body } = await send(payload, headers);
  expect([status, body.sha256]).toEqual([200, sha256Of(payload)]);
  return String(body.messageID);
}

const inStore = (messageID: string) => running.ingest.records.read('claims', messageID);
const shown = (messageID: string) => running.ingest.settledRecords.read('claims', messageID);
const chain = async () => (await running.ingest.settledRecords.custody('claims', 0, 100)).map(({ messageID }) => messageID);
const spooled = () => readdir(join(folder, 'claims'));

async function toBeStarted(): Promise<readonly string[]> {
  const queue = await acceptedQueue(engine, 'claims');
  const messages = (queue && (await engine.peek(queue, { limit: 100 })))?.messages ?? [];
  return messages.map(({ content }) => decodeAccepted(content).messageID);
}

test('a receipt does not wait for the store', async () => {
  running.transact = neverAnswered;
  const messageID = await receiptOf('claim');
  expect(await inStore(messageID)).toBeUndefined();
  await killed();
});

test('whoever looks at a record that has its receipt sees it', async () => {
  const first = await receiptOf('one');
  expect(await shown(first)).toMatchObject({ messageID: first, state: 'received', custody: { sequence: 1 } });
  const second = await receiptOf('two');
  const { records } = await running.ingest.settledRecords.find({ pipeline: 'claims', limit: 10 });
  expect(new Set(records.map(({ messageID }) => messageID))).toEqual(new Set([first, second]));
  const third = await receiptOf('three');
  expect(await chain()).toEqual([first, second, third]);
  const fourth = await receiptOf('four');
  expect(await running.ingest.settledRecords.custodyHead('claims')).toMatchObject({ sequence: 4 });
  expect(await toBeStarted()).toEqual([first, second, third, fourth]);
});

test('what is sent again before the store has it is the same record, and other content is refused', async () => {
  running.transact = neverAnswered;
  const headers = { ...rawHeaders(), 'idempotency-key': 'k' };
  const [one, two] = await Promise.all([receiptOf('claim', headers), receiptOf('claim', headers)]);
  expect(two).toBe(one);
  expect(await receiptOf('claim', headers)).toBe(one);
  expect(await send('another', headers)).toMatchObject({ status: 409, body: { error: 'TransactionConflict', messageID: one } });
  const otherType = { ...headers, 'x-message-type': 'letter' };
  expect(await send('claim', otherType)).toMatchObject({ status: 409, body: { messageID: one } });
  const otherTransaction = { ...rawHeaders(), 'idempotency-key': 'k' };
  expect(await send('another', otherTransaction)).toMatchObject({ status: 409, body: { messageID: one } });
  expect(await spooled()).toEqual([one]);
  await killed();
  expect(await receiptOf('claim', headers)).toBe(one);
  expect(await chain()).toEqual([one]);
});

test('of several that come at once with one key, and different content, one is kept', async () => {
  const headers = rawHeaders();
  const replies = await Promise.all(['a', 'b', 'c', 'd'].map((payload) => send(payload, headers)));
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
  expect(new Set(replies.map(({ body }) => body.messageID)).size).toBe(1);
  expect(await chain()).toHaveLength(1);
  expect(await spooled()).toHaveLength(1);
});

test('a process that is killed between receipts and their transactions loses nothing, and doubles nothing', async () => {
  const [before, empty, large] = [await receiptOf('before'), rawHeaders(), rawHeaders()];
  await shown(before);
  running.transact = neverAnswered;
  const receipts = [await receiptOf('', empty), await receiptOf(Buffer.alloc(3_000_000, 'x'), large)];
  await killed();
  await killed(); // before it has put them into the store, as well
  expect([await receiptOf('', empty), await receiptOf(Buffer.alloc(3_000_000, 'x'), large)]).toEqual(receipts);
  expect(new Set(await chain())).toEqual(new Set([before, ...receipts]));
  expect(await shown(receipts[1] ?? '')).toMatchObject({ bytes: 3_000_000, state: 'received' });
  expect(await toBeStarted()).toHaveLength(3);
  await killed();
  expect(await chain()).toHaveLength(3);
  expect(new Set(await spooled())).toEqual(new Set([before, ...receipts]));
});

type Damage = (path: string, bytes: Buffer) => Promise<void>;
const flipped =
  (at: (bytes: Buffer) => number): Damage =>
  (path, bytes) => {
    bytes.writeUInt8(bytes.readUInt8(at(bytes)) ^ 1, at(bytes));
    return writeFile(path, bytes);
  };

/** As a payload may end that was cut off behind these bytes. */
const endsWith =
  (content: string): Damage =>
  (path) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return writeFile(path, Buffer.concat([Buffer.from(content), length, Buffer.from(sha256Of(content), 'hex'), Buffer.from('SbxSpl01')]));
  };

test.each<[string, Damage]>([
  ['breaks off in its trailer', (path, bytes) => truncate(path, bytes.length - 1)],
  ['breaks off in its payload', (path) => truncate(path, 3)],
  ['has no byte', (path) => truncate(path, 0)],
  ['has a trailer with another checksum', flipped(({ length }) => length - 60)],
  ['has another payload', flipped(() => 0)],
  ['ends as a trailer does, around what is no JSON', endsWith('claim')],
  ['ends as a trailer does, around what is no record', endsWith('{"record":null}')],
  ['is that of another record', async (path) => writeFile(path, await readFile(join(folder, 'other')))],
])('a file that %s is no record', async (_, damage) => {
  running.transact = neverAnswered;
  const headers = rawHeaders();
  const messageID = await receiptOf('claim', headers);
  const other = await receiptOf('claim');
  await killed(async () => {
    const path = join(folder, 'claims', messageID);
    await copyFile(join(folder, 'claims', other), join(folder, 'other'));
    await damage(path, await readFile(path));
  });
  expect(await shown(messageID)).toBeUndefined();
  expect(await chain()).toEqual([other]);
  expect(await spooled()).toEqual([other]);
  expect(await receiptOf('claim', headers)).not.toBe(messageID);
});

test("what is not named as a record is, or is no file, stays in the spool and is in nobody's way", async () => {
  running.transact = neverAnswered;
  const messageID = await receiptOf('claim');
  const spool = join(folder, 'claims');
  await killed(async () => {
    await mkdir(join(spool, 'lost+found'));
    await mkdir(join(spool, random.uuid()));
    await symlink('nowhere', join(spool, random.uuid()));
    await writeFile(join(spool, 'notes.txt'), 'of the operator');
  });
  expect(await chain()).toEqual([messageID]);
  expect(await spooled()).toHaveLength(5);
});

test('while the store takes nothing, nothing more is acknowledged; then it gets what was', async () => {
  running.transact = failing;
  const headers = rawHeaders();
  const messageID = await receiptOf('claim', headers);
  await expect(shown(messageID)).rejects.toThrow('takes nothing at present');
  expect(reported).toHaveLength(1);
  expect(await send('claim')).toMatchObject({ status: 503, body: { error: 'StorageFull' } });
  clock.advance(1_000);
  await expect.poll(() => reported).toHaveLength(2);
  running.transact = (...request) => engine.transact(...request);
  clock.advance(1_000);
  await expect.poll(() => inStore(messageID)).toBeDefined();
  expect(await receiptOf('claim', headers)).toBe(messageID);
  await receiptOf('claim');
  expect(await chain()).toHaveLength(2);
});

test('a transaction of which nobody can tell whether it was kept is made again, and leaves one record', async () => {
  running.transact = async (...request) => {
    await engine.transact(...request);
    throw new StoreError('io', 'whether the last changes are kept shows after a restart');
  };
  const messageID = await receiptOf('claim');
  await expect(shown(messageID)).rejects.toThrow('takes nothing at present');
  running.transact = (...request) => engine.transact(...request);
  clock.advance(1_000);
  await expect.poll(() => chain()).toEqual([messageID]);
  expect(await toBeStarted()).toEqual([messageID]);
});

test('a stop in order puts everything into the store', async () => {
  const messageID = await receiptOf('claim');
  await running.ingest.stop();
  expect(await inStore(messageID)).toBeDefined();
  running = await start();
});
