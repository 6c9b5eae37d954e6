import { Readable } from 'node:stream';
import type { Clock } from '../../../base/clock.js';
import { limits } from '../limits.js';
import { type IngestRecord, recordStates } from '../record.js';
import { textMember } from '../record-documents.js';
import { type Refusal, refused } from '../refusal.js';
import type { IngestReply } from '../request.js';
import type { Changes } from './changes.js';
import type { Reading } from './request.js';
import { isoOf } from './shown-record.js';

const operation = 'FollowRecords';
const filters = ['state', 'sourceSystemID', 'messageType'] as const;
/** What waits for a client that reads slowly; what comes beyond is counted and not kept. */
const waitingBytesMax = 1024 * 1024;
/** At once, over all pipelines: each may have that much waiting. */
const followersMax = 100;
/** Answers in which nothing moves are broken off after a minute. */
const stillThereMs = 15_000;

/**
 * `GET .../events?state=&sourceSystemID=&messageType=`: an answer without an end, one JSON object a line: what happens to records from now on. The first
 * line says that it has begun; `{"missed": n}` stands for events that the client was too slow for; empty lines only show that the connection lives.
 * Errors: `InvalidParameter`, `TooManyFollowers`.
 */
export function followRecords({ pipeline, request }: Reading, changes: Changes, clock: Clock): IngestReply | Refusal {
  const { query } = request;
  const unknown = [...query.keys()].filter((name) => !filters.some((filter) => filter === name));
  if (unknown.length > 0) return refused('InvalidParameter', `${unknown.join()} is not known: expected ${filters.join(', ')}`);
  const state = query.get('state');
  if (state !== null && !recordStates.some((known) => known === state)) {
    return refused('InvalidParameter', `state is ${JSON.stringify(state)}: expected ${recordStates.join(', ')}`);
  }
  if (changes.count >= followersMax) {
    const message = `${followersMax} clients follow pipelines, which is the limit`;
    return refused('TooManyFollowers', message, { retryAfterSeconds: limits.busyRetrySeconds });
  }
  if (request.method === 'HEAD') return { operation, outcome: 'ok', status: 200, contentType: 'application/x-ndjson', body: '' };
  const lines = new Lines({ following: pipeline, at: isoOf(clock.now()) });
  const following = changes.follow(pipeline, (record) => {
    const event = eventOf(record);
    const wanted = (name: 'sourceSystemID' | 'messageType'): boolean => query.get(name) === null || query.get(name) === event[name];
    if ((state === null || state === event.state) && wanted('sourceSystemID') && wanted('messageType')) lines.add(event);
  });
  let timer: Disposable | undefined;
  const showLife = (): void => {
    lines.showLife();
    timer = clock.timer(clock.now() + stillThereMs, showLife);
  };
  timer = clock.timer(clock.now() + stillThereMs, showLife);
  const end = (): void => lines.end();
  request.stopping.addEventListener('abort', end);
  if (request.stopping.aborted) end();
  lines.stream.once('close', () => {
    following[Symbol.dispose]();
    timer?.[Symbol.dispose]();
    request.stopping.removeEventListener('abort', end);
  });
  return { operation, outcome: 'ok', status: 200, contentType: 'application/x-ndjson', body: lines.stream };
}

/** One thing that happened to a record. */
export interface RecordEvent {
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

function eventOf(record: IngestRecord): RecordEvent {
  const { pipeline, messageID, messageMetaData, bytes } = record;
  const newest = record.history.at(-1);
  return {
    at: isoOf(newest?.at ?? record.receivedAt),
    pipeline,
    messageID,
    state: newest?.state ?? record.state,
    detail: newest?.detail,
    messageType: textMember(messageMetaData, 'messageType'),
    sourceSystemID: textMember(messageMetaData, 'sourceSystemID'),
    sourceTransactionID: textMember(messageMetaData, 'sourceTransactionID'),
    bytes,
  };
}

class Lines {
  readonly stream: Readable;
  #missed = 0;

  constructor(first: object) {
    this.stream = new Readable({ read: () => this.#tellMissed(), highWaterMark: waitingBytesMax });
    this.#push(first);
  }

  add(event: object): void {
    if (this.stream.destroyed || this.stream.readableEnded) return;
    if (this.stream.readableLength >= waitingBytesMax) this.#missed++;
    else this.#push(event);
  }

  showLife(): void {
    if (!this.stream.destroyed && this.stream.readableLength === 0) this.stream.push('\n');
  }

  end(): void {
    if (!this.stream.destroyed) this.stream.push(null);
  }

  #tellMissed(): void {
    if (this.#missed === 0) return;
    const missed = this.#missed;
    this.#missed = 0;
    this.#push({ missed });
  }

  #push(value: object): void {
    this.stream.push(`${JSON.stringify(value)}\n`);
  }
}
