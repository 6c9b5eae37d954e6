import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import type { Engine, Queue } from '../../../src/engine/engine.js';
import { createEngine } from '../../../src/engine/index.js';
import { createSettableClock, type SettableClock } from '../../../src/index.js';
import { custodyHash, custodyStart, metaDataSha256 } from '../../../src/services/ingest/custody.js';
import { limits } from '../../../src/services/ingest/limits.js';
import { acceptedQueue, decodeAccepted } from '../../../src/services/ingest/queues.js';
import {
  type IngestRecord,
  internalMessageOf,
  type NewRecord,
  type ReceivedRecord,
  type StepName,
  stepNames,
} from '../../../src/services/ingest/record.js';
import { type AcceptOutcome, type FindRequest, RecordStore } from '../../../src/services/ingest/record-store.js';
import type { TestStore } from '../../engine/engine-suite.js';
import { storeCases } from '../../engine/stores.js';

const random = createRealRandom();
const pipeline = 'claims';

function newRecord(payload: string, metaData: NewRecord['messageMetaData'] = {}): NewRecord {
  const messageID = random.uuid();
  return {
    messageID,
    messageMetaData: { messageType: 'claim', sourceSystemID: 'core', ...metaData },
    storageContext: {
      spoolReference: { key: messageID },
      S3Reference: null,
      metaDataReference: null,
      persistence: { S3: false, metaData: false },
    },
    messageSecurityContext: { keyName: 'core', keyID: 'k1', sourceAddress: '127.0.0.1', userAgent: null, requestID: 'r1', tls: false },
    pipeline,
    bytes: Buffer.byteLength(payload),
    sha256: createHash('sha256').update(payload).digest('hex'),
    contentType: 'text/plain',
    form: 'raw',
  };
}

describe.each(storeCases)('records over %s', (name, make) => {
  let opened: TestStore;
  let clock: SettableClock;
  let engine: Engine;
  let store: RecordStore;
  let queue: Queue;

  beforeEach(async () => {
    opened = await make();
    clock = createSettableClock({ frozen: true });
    engine = createEngine({
      store: opened.store,
      clock,
      random,
      recreateAfterMs: 0,
      report: (_what, fault) => {
        throw fault;
      },
    });
    store = new RecordStore(engine);
    const made = await acceptedQueue(engine, pipeline);
    if (made === undefined) throw new Error('no queue');
    queue = made;
  });
  afterEach(async () => {
    await engine.stop();
    await opened.dispose();
  });

  const received = (record: NewRecord): ReceivedRecord => ({ ...record, receivedAt: clock.now() });
  const accept = async (record: NewRecord, onceKeys: readonly string[] = []): Promise<AcceptOutcome> => {
    const [outcome] = await store.accept([{ record: received(record), queue, onceKeys }]);
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  };
  const accepted = async (payload: string, metaData: NewRecord['messageMetaData'] = {}): Promise<IngestRecord> => {
    const outcome = await accept(newRecord(payload, metaData));
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    return outcome.record;
  };
  const queued = async (): Promise<readonly string[]> => {
    const outcome = await engine.receive(queue, { max: 10, waitMs: 0 });
    return outcome.kind === 'received' ? outcome.messages.map(({ content }) => decodeAccepted(content).messageID) : [];
  };
  const found = async (request: Omit<FindRequest, 'pipeline' | 'limit'>, limit = 100): Promise<readonly string[]> =>
    (await store.find({ pipeline, limit, ...request })).records.map(({ messageID }) => messageID);

  test('an accepted record is kept as it came, with its first state, and its workflow is to be started', async () => {
    const record = newRecord('payload');
    const outcome = await accept(record);
    expect(outcome).toMatchObject({
      kind: 'accepted',
      record: {
        ...record,
        receivedAt: clock.now(),
        state: 'received',
        failedSteps: [],
        restarts: 0,
        history: [{ state: 'received', at: clock.now() }],
      },
    });
    expect(await store.read(pipeline, record.messageID)).toEqual((outcome as { record: IngestRecord }).record);
    expect(await store.read('other', record.messageID)).toBeUndefined();
    expect(await queued()).toEqual([record.messageID]);
  });

  test('a transaction that is sent again is the record that it made, also when both come at once', async () => {
    const outcomes = await Promise.all([accept(newRecord('a'), ['core/1']), accept(newRecord('a'), ['core/1'])]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['accepted', 'known']);
    const again = await accept(newRecord('a'), ['other', 'core/1']);
    expect(new Set([...outcomes, again].map((outcome) => 'record' in outcome && outcome.record.messageID)).size).toBe(1);
    expect(await queued()).toHaveLength(1);
    expect(await store.custody(pipeline, 0, 10)).toHaveLength(1);
  });

  test('a transaction that comes with other content is refused, and says what differs', async () => {
    await accept(newRecord('a', { part: 1 }), ['core/1']);
    await accept(newRecord('b'), ['core/2']);
    expect(await accept(newRecord('b', { part: 1 }), ['core/1'])).toMatchObject({ kind: 'conflict', differs: 'payload' });
    expect(await accept(newRecord('a', { part: 2 }), ['core/1'])).toMatchObject({ kind: 'conflict', differs: 'messageMetaData' });
    expect(await accept(newRecord('a', { part: 1 }), ['core/1', 'core/2'])).toMatchObject({ kind: 'conflict' });
    expect(await queued()).toHaveLength(2);
  });

  test('records that are accepted together are each for itself, and one that is there already leaves no trace', async () => {
    const [one, two, same] = [newRecord('a'), newRecord('b'), newRecord('a')].map(received) as [
      ReceivedRecord,
      ReceivedRecord,
      ReceivedRecord,
    ];
    const requests = [one, two, same].map((record) => ({ record, queue, onceKeys: [record === two ? 'core/2' : 'core/1'] }));
    expect((await store.accept(requests)).map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'known']);
    const custody = await store.custody(pipeline, 0, 10);
    expect(custody.map(({ messageID }) => messageID)).toEqual([one.messageID, two.messageID]);
    expect((await store.accept(requests.slice(0, 2))).map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    expect(await store.custody(pipeline, 0, 10)).toEqual(custody);
    expect(await queued()).toEqual([one.messageID, two.messageID]);
    expect((await store.withKeys(pipeline, ['core/2', 'core/3'])).map(({ messageID }) => messageID)).toEqual([two.messageID]);
  });

  test('each pipeline has transactions and a chain of its own', async () => {
    await accept(newRecord('a'), ['core/1']);
    const elsewhere = await accept({ ...newRecord('b'), pipeline: 'other' }, ['core/1']);
    expect(elsewhere).toMatchObject({ kind: 'accepted', record: { custody: { sequence: 1, previous: custodyStart.hash } } });
  });

  test('nothing is kept when the queue is gone', async () => {
    await engine.deleteQueue(queue);
    const record = newRecord('a');
    expect(await accept(record, ['core/1'])).toEqual({ kind: 'queueGone' });
    expect(await store.read(pipeline, record.messageID)).toBeUndefined();
    expect(await store.custodyHead(pipeline)).toEqual(custodyStart);
  });

  test('the chain of custody has an entry a record, each with the hash of the one before', async () => {
    const records = [await accepted('a'), await accepted('b', { note: 'ü' }), await accepted('c')];
    const entries = await store.custody(pipeline, 0, 10);
    let previous = custodyStart.hash;
    for (const [at, entry] of entries.entries()) {
      const { messageID, sha256, bytes, receivedAt, messageMetaData, custody } = records[at] as IngestRecord;
      expect(entry).toMatchObject({ messageID, sha256, bytes, receivedAt, sequence: at + 1, previous });
      expect(entry.metaDataSha256).toBe(metaDataSha256(messageMetaData));
      expect(entry.hash).toBe(custodyHash(pipeline, entry));
      expect(custodyHash(pipeline, { ...entry, bytes: bytes + 1 })).not.toBe(entry.hash);
      expect(custody).toEqual({ sequence: at + 1, previous, hash: entry.hash });
      previous = entry.hash;
    }
    expect(await store.custodyHead(pipeline)).toEqual({ sequence: 3, hash: previous });
    expect((await store.custody(pipeline, 1, 1)).map(({ sequence }) => sequence)).toEqual([2]);
  });

  const giveUp = (messageID: string, step: StepName, taskToken = `token of ${step}`): Promise<boolean> =>
    store.giveUp({
      pipeline,
      messageID,
      failure: { step, waitingState: `${step}Failed`, taskToken, error: 'Broken', cause: 'no reason', attempts: 3 },
      queue,
      message: (_record, failure) => ({ content: Buffer.from(failure.step) }),
    });
  const told = async (): Promise<readonly string[]> => {
    const messages = (await engine.peek(queue, { limit: 100 }))?.messages ?? [];
    return messages.map(({ content }) => content.toString()).filter((text) => (stepNames as readonly string[]).includes(text));
  };

  test('a change is kept with its time, and a step that is taken twice leaves one trace', async () => {
    const { messageID } = await accepted('a');
    clock.advance(5_000);
    const archive = (record: IngestRecord) =>
      record.storageContext.persistence.S3
        ? undefined
        : ({
            state: 'payloadArchived',
            detail: 'to the bucket',
            storageContext: { S3Reference: { bucket: 'b', key: 'k' }, persistence: { S3: true, metaData: false } },
          } as const);
    const changed = await store.advance(pipeline, messageID, archive);
    expect(await store.advance(pipeline, messageID, archive)).toEqual(changed);
    expect(changed?.history).toEqual([
      { state: 'received', at: clock.now() - 5_000 },
      { state: 'payloadArchived', at: clock.now(), detail: 'to the bucket' },
    ]);
    expect(changed && internalMessageOf(changed).storageContext).toEqual({
      spoolReference: { key: messageID },
      S3Reference: { bucket: 'b', key: 'k' },
      metaDataReference: null,
      persistence: { S3: true, metaData: false },
    });
    expect(await store.advance(pipeline, random.uuid(), archive)).toBeUndefined();
  });

  test('a history that grows without end keeps its beginning and what is newest', async () => {
    const { messageID } = await accepted('a');
    for (let turn = 0; turn < limits.historyMax + 20; turn++) {
      await store.advance(pipeline, messageID, () => ({ state: 'accepted', detail: String(turn) }));
    }
    const { history } = (await store.read(pipeline, messageID)) as IngestRecord;
    expect(history).toHaveLength(limits.historyMax);
    expect([history[0]?.state, history[1]?.detail, history.at(-1)?.detail]).toEqual(['received', '0', String(limits.historyMax + 19)]);
  });

  test('records are found by what they are, newest first, page by page', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 6; at++) {
      const metaData = {
        messageType: at % 2 === 0 ? 'claim' : 'letter',
        sourceSystemID: at < 3 ? 'a' : 'b/ü',
        sourceTransactionID: `t${at}`,
      };
      ids.push((await accepted(String(at), metaData)).messageID);
      clock.advance(1_000);
    }
    const [first, second, third, fourth, fifth, sixth] = ids;
    const began = clock.now() - 6_000;
    expect(await found({})).toEqual(ids.toReversed());
    expect(await found({ messageType: 'letter' })).toEqual([sixth, fourth, second]);
    expect(await found({ sourceSystemID: 'b/ü', messageType: 'claim' })).toEqual([fifth]);
    expect(await found({ sourceTransactionID: 't2' })).toEqual([third]);
    expect(await found({ sourceTransactionID: 't2', sourceSystemID: 'b/ü' })).toEqual([]);
    expect(await found({ from: began + 1_000, to: began + 3_000 })).toEqual([third, second]);
    const page = await store.find({ pipeline, messageType: 'claim', limit: 2 });
    expect(page.records.map(({ messageID }) => messageID)).toEqual([fifth, third]);
    expect(await found({ messageType: 'claim', after: page.next })).toEqual([first]);
    expect(await store.find({ pipeline: 'other', limit: 10 })).toEqual({ records: [] });
  });

  test('the search by state follows the state', async () => {
    const [one, two] = [await accepted('1'), await accepted('2', { messageType: 'letter' })];
    await giveUp(one.messageID, 'archive');
    expect(await found({ state: 'received' })).toEqual([two.messageID]);
    expect(await found({ state: 'failed' })).toEqual([one.messageID]);
    expect(await found({ state: 'failed', messageType: 'letter' })).toEqual([]);
    await store.redriven(pipeline, one.messageID, ['token of archive']);
    await store.advance(pipeline, one.messageID, () => ({ state: 'archived' }));
    expect(await found({ state: 'failed' })).toEqual([]);
    expect(await found({ state: 'archived' })).toEqual([one.messageID]);
    expect(await found({ state: 'archived', messageType: 'claim' })).toEqual([one.messageID]);
  });

  test('a step that gives up is told of once, and the record is failed until the last one is redriven', async () => {
    const { messageID } = await accepted('a');
    const persisted = { S3: true, metaData: false };
    expect(await giveUp(messageID, 'archive')).toBe(true);
    clock.advance(1_000);
    expect(await giveUp(messageID, 'archive')).toBe(true); // a call that was made again
    await giveUp(messageID, 'metadata');
    await giveUp(messageID, 'metadata', 'a later token');
    await store.advance(pipeline, messageID, () => ({ state: 'payloadArchived', storageContext: { persistence: persisted } }));
    expect(await told()).toEqual(['archive', 'metadata', 'metadata']);
    expect(await store.failures(pipeline, messageID)).toMatchObject([
      { step: 'archive', taskToken: 'token of archive', failedAt: clock.now() - 1_000 },
      { step: 'metadata', taskToken: 'a later token' },
    ]);
    expect(await store.read(pipeline, messageID)).toMatchObject({ state: 'failed', failedSteps: ['archive', 'metadata'] });

    await store.redriven(pipeline, messageID, ['token of archive']);
    await store.redriven(pipeline, messageID, ['token of metadata']); // not the one that waits now
    expect(await store.read(pipeline, messageID)).toMatchObject({ state: 'failed', failedSteps: ['metadata'] });
    await store.redriven(pipeline, messageID, ['a later token']);
    const record = await store.read(pipeline, messageID);
    expect(record).toMatchObject({ state: 'payloadArchived', failedSteps: [] });
    expect(record?.history.map(({ state, detail }) => [state, detail])).toEqual([
      ['received', undefined],
      ['failed', 'archive failed 3 times: Broken: no reason'],
      ['failed', 'metadata failed 3 times: Broken: no reason'],
      ['failed', 'metadata failed 3 times: Broken: no reason'],
      ['payloadArchived', undefined],
      ['failed', 'redriven: archive'],
      ['payloadArchived', 'redriven: metadata'],
    ]);
    expect(await giveUp(random.uuid(), 'archive')).toBe(false);
  });

  // The same over every store, and as many writes as entries that are looked at.
  test.runIf(name === 'memory')('a search that finds little hands itself back after so many entries', async () => {
    const ids = await Promise.all(Array.from({ length: limits.scannedMax + 5 }, (_, at) => accepted(String(at)).then((r) => r.messageID)));
    clock.advance(1);
    await store.advance(pipeline, ids[0] as string, () => ({ state: 'archived' }));
    const seen: string[] = [];
    let [pages, after] = [0, undefined as string | undefined];
    do {
      const page = await store.find({ pipeline, state: 'archived', after, limit: 10 });
      seen.push(...page.records.map(({ messageID }) => messageID));
      after = page.next;
      pages++;
    } while (after !== undefined);
    expect([seen, pages]).toEqual([[ids[0]], 2]);
  });
});
