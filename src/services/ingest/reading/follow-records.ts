import type { Clock } from '../../../base/clock.js';
import type { Change, ChangeLog } from '../change-log.js';
import { limits } from '../limits.js';
import { type IngestRecord, recordStates } from '../record.js';
import { textMember } from '../record-documents.js';
import type { RecordStore } from '../record-store.js';
import { type Refusal, refused } from '../refusal.js';
import type { IngestReply } from '../request.js';
import type { Changes } from './changes.js';
import { EventStream } from './event-stream.js';
import { timeOf } from './find-records.js';
import type { Reading } from './request.js';
import { isoOf } from './shown-record.js';

const operation = 'FollowRecords';
const filters = ['state', 'sourceSystemID', 'messageType'] as const;
const parameters = [...filters, 'since', 'after'];
/** At once, over all pipelines. */
const followersMax = 100;

export interface FollowParts {
  readonly records: Pick<RecordStore, 'read'>;
  readonly log: ChangeLog;
  readonly changes: Changes;
  readonly clock: Clock;
}

/**
 * `GET .../events?since=&after=&state=&sourceSystemID=&messageType=`: an answer without an end, one JSON object a line: what happened to records since a
 * time, after the `cursor` of an earlier line, or, without either, what happens from now on. The first line says that it has begun; `{"missed": n}` stands
 * for events that are not kept any more; empty lines only show that the connection lives.
 * Errors: `InvalidParameter`, `TooManyFollowers`.
 */
export async function followRecords({ pipeline, request }: Reading, parts: FollowParts): Promise<IngestReply | Refusal> {
  const { records, log, changes, clock } = parts;
  const start = await startOf(pipeline, request.query, log);
  if (typeof start !== 'number') return start;
  if (changes.count >= followersMax) {
    const message = `${followersMax} clients follow pipelines, which is the limit`;
    return refused('TooManyFollowers', message, { retryAfterSeconds: limits.busyRetrySeconds });
  }
  const reply = { operation, outcome: 'ok', status: 200, contentType: 'application/x-ndjson' };
  if (request.method === 'HEAD') return { ...reply, body: '' };
  const wanted = (event: RecordEvent): boolean => filters.every((name) => (request.query.get(name) ?? event[name]) === event[name]);
  const stream = new EventStream({
    first: { following: pipeline, at: isoOf(clock.now()), cursor: String(start) },
    start,
    changesAfter: (sequence) => log.after(pipeline, sequence, limits.changesPage),
    eventOf: async (change) => {
      const record = await records.read(pipeline, change.messageID);
      const event = record && eventOf(record, change);
      return event !== undefined && wanted(event) ? event : undefined;
    },
    clock,
  });
  const following = changes.follow(pipeline, () => stream.wake());
  const end = (): void => stream.end();
  request.stopping.addEventListener('abort', end);
  if (request.stopping.aborted) end();
  stream.once('close', () => {
    following[Symbol.dispose]();
    request.stopping.removeEventListener('abort', end);
  });
  return { ...reply, body: stream };
}

/** The number of the change behind which it begins. */
async function startOf(pipeline: string, query: URLSearchParams, log: ChangeLog): Promise<number | Refusal> {
  const unknown = [...query.keys()].filter((name) => !parameters.includes(name));
  if (unknown.length > 0) return refused('InvalidParameter', `${unknown.join()} is not known: expected ${parameters.join(', ')}`);
  const [state, since, after] = ['state', 'since', 'after'].map((name) => query.get(name) ?? undefined);
  if (state !== undefined && !recordStates.some((known) => known === state)) {
    return refused('InvalidParameter', `state is ${JSON.stringify(state)}: expected ${recordStates.join(', ')}`);
  }
  if (since !== undefined && after !== undefined) return refused('InvalidParameter', 'since and after cannot be given together');
  const head = await log.head(pipeline);
  if (after !== undefined) {
    const isCursor = /^\d{1,15}$/.test(after) && Number(after) <= head;
    return isCursor
      ? Number(after)
      : refused('InvalidParameter', `after is ${JSON.stringify(after)}: expected the cursor of an event of this pipeline`);
  }
  if (since === undefined) return head;
  const time = timeOf(since);
  if (time === undefined)
    return refused('InvalidParameter', `since is ${JSON.stringify(since)}: expected a time such as 2026-04-15T12:00:00Z`);
  return log.before(pipeline, time);
}

/** One thing that happened to a record. */
export interface RecordEvent {
  /** What leads on behind it. */
  readonly cursor: string;
  readonly at: string;
  readonly pipeline: string;
  readonly messageID: string;
  /** What was reached; with failed steps the record as a whole is `failed`. */
  readonly state: string;
  readonly detail?: string | undefined;
  readonly messageType?: string | undefined;
  readonly sourceSystemID?: string | undefined;
  readonly sourceTransactionID?: string | undefined;
  readonly bytes: number;
}

function eventOf({ pipeline, messageID, messageMetaData, bytes }: IngestRecord, { sequence, at, state, detail }: Change): RecordEvent {
  return {
    cursor: String(sequence),
    at: isoOf(at),
    pipeline,
    messageID,
    state,
    detail,
    messageType: textMember(messageMetaData, 'messageType'),
    sourceSystemID: textMember(messageMetaData, 'sourceSystemID'),
    sourceTransactionID: textMember(messageMetaData, 'sourceTransactionID'),
    bytes,
  };
}
