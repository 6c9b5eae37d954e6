import type { DocumentTransaction } from '../../engine/documents.js';
import type { Engine, EngineTransaction, Queue, TransactRequest } from '../../engine/engine.js';
import type { NewMessage } from '../../engine/new-message.js';
import { logChange } from './change-log.js';
import { type CustodyEntry, type CustodyHead, custodyFacts, custodyStart, nextEntry } from './custody.js';
import { limits } from './limits.js';
import { encodeAccepted } from './queues.js';
import type { HistoryEntry, IngestRecord, ReceivedRecord, RecordState, StepFailure, StorageContext } from './record.js';
import {
  custodyDocument,
  custodyDocuments,
  custodyHeadDocument,
  failureDocuments,
  type IndexName,
  indexDocuments,
  lastingEntries,
  messageIDOf,
  onceDocument,
  pipelineDocuments,
  positionBefore,
  recordDocument,
  stateEntry,
  textMember,
  timeOf,
} from './record-documents.js';
import { type Repetition, repetitionOf } from './repetition.js';

/**
 * The records of the pipelines, as documents of the engine. All that a record needs to be found, to be told from a repetition, to be proved and
 * to be worked on is written with it.
 *
 * R1  A record, its index entries, what marks its transaction, its entry in the chain of custody and the message that starts its workflow are one
 *     transaction: all of it is there, or nothing.
 * R2  A transaction key belongs to one record, also when two requests with it end at the same time.
 * R3  The chain of custody has no gaps, and its order is that in which records were put into the store: nearly that of their receipts.
 * R4  An index leads to a record exactly as long as the record has that value.
 * R5  A step that gives up, and the message that tells of it, are one transaction; the record is `failed` as long as there is such a step.
 */
export interface AcceptRequest {
  readonly record: ReceivedRecord;
  /** Where the message goes that starts the workflow. */
  readonly queue: Queue;
  /** What the same record would be sent again with: its source transaction, its idempotency key. */
  readonly onceKeys: readonly string[];
}

export type AcceptOutcome = { readonly kind: 'accepted'; readonly record: IngestRecord } | Repetition | { readonly kind: 'queueGone' };

/** What happens to a record. What is left out stays. */
export interface RecordChange {
  readonly state?: Exclude<RecordState, 'failed'>;
  readonly storageContext?: Partial<StorageContext>;
  readonly restarts?: number;
  /** Added to the history, with the state. */
  readonly detail?: string;
}

export interface GiveUpRequest {
  readonly pipeline: string;
  readonly messageID: string;
  readonly failure: Omit<StepFailure, 'failedAt'>;
  /** Where others learn of it; undefined: nowhere. */
  readonly queue: Queue | undefined;
  /** What is sent there. Pure, and may be run again. */
  readonly message: (record: IngestRecord, failure: StepFailure) => NewMessage;
}

export interface FindRequest {
  readonly pipeline: string;
  readonly sourceSystemID?: string | undefined;
  readonly sourceTransactionID?: string | undefined;
  readonly messageType?: string | undefined;
  readonly state?: RecordState | undefined;
  /** Received at this time or later; epoch milliseconds. */
  readonly from?: number | undefined;
  /** Received before this time. */
  readonly to?: number | undefined;
  /** `next` of an earlier page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Newest first. A page may hold fewer than its limit, or none, and have a `next` all the same: a search looks at so many entries at a time. */
export interface FoundPage {
  readonly records: readonly IngestRecord[];
  readonly next?: string;
}

/** What a transaction answers, and the record that it changed, if it changed one. */
interface Changed<T> {
  readonly result: T;
  readonly changed?: IngestRecord;
}

export class RecordStore {
  constructor(
    private readonly engine: Pick<Engine, 'documents' | 'transact'>,
    /** Told of each change once it is durable. */
    private readonly told: (record: IngestRecord) => void = () => {},
  ) {}

  /** In one transaction, in this order. A record that is there already is accepted again without a trace. */
  async accept(requests: readonly AcceptRequest[]): Promise<readonly AcceptOutcome[]> {
    const pipelines = new Set(requests.map(({ record }) => record.pipeline));
    const queues = [...new Map(requests.map(({ queue }) => [queue.id, queue])).values()];
    const scope = { collections: [...pipelines].map(pipelineDocuments), queues };
    const outcomes = await this.engine.transact(scope, (transaction) => requests.map((request) => accept(transaction, request)));
    for (const { changed } of outcomes) if (changed !== undefined) this.told(changed);
    return outcomes.map(({ result }) => result);
  }

  /** The records that have one of these keys. */
  async withKeys(pipeline: string, onceKeys: readonly string[]): Promise<readonly IngestRecord[]> {
    const ids = await Promise.all(onceKeys.map((key) => this.engine.documents.read(onceDocument(pipeline, key))));
    const records = await Promise.all(ids.map(async (id) => (id === undefined ? undefined : this.read(pipeline, id))));
    return records.filter((record) => record !== undefined);
  }

  async read(pipeline: string, messageID: string): Promise<IngestRecord | undefined> {
    const text = await this.engine.documents.read(recordDocument(pipeline, messageID));
    return text === undefined ? undefined : (JSON.parse(text) as IngestRecord);
  }

  /**
   * Changes a record in one transaction. `change` is pure and may be run again; it answers undefined where nothing is left to do, so that a step that
   * is taken twice leaves one trace. Resolves to the record as it is then, undefined where there is none.
   */
  advance(
    pipeline: string,
    messageID: string,
    change: (record: IngestRecord) => RecordChange | undefined,
  ): Promise<IngestRecord | undefined> {
    return this.#change<IngestRecord | undefined>({ collections: [pipelineDocuments(pipeline)], queues: [] }, (transaction) => {
      const record = recordOf(transaction, pipeline, messageID);
      const wanted = record && change(record);
      if (record === undefined || wanted === undefined) return { result: record };
      const changed = save(transaction, record, wanted);
      return { result: changed, changed };
    });
  }

  /** Once for each token. Resolves to false where there is no such record. */
  giveUp({ pipeline, messageID, failure: given, queue, message }: GiveUpRequest): Promise<boolean> {
    const name = `${failureDocuments(pipeline, messageID)}${given.waitingState}`;
    const scope = { collections: [pipelineDocuments(pipeline)], queues: queue === undefined ? [] : [queue] };
    return this.#change(scope, (transaction) => {
      const record = recordOf(transaction, pipeline, messageID);
      if (record === undefined) return { result: false };
      const known = transaction.read(name);
      if (known !== undefined && (JSON.parse(known) as StepFailure).taskToken === given.taskToken) return { result: true };
      const failure = { ...given, failedAt: transaction.now };
      transaction.write(name, JSON.stringify(failure));
      if (queue !== undefined) transaction.send(queue, message(record, failure));
      const { step, error, cause, attempts } = failure;
      const times = attempts === 1 ? 'once' : `${attempts} times`;
      const detail = `${step} failed ${times}: ${error}: ${cause}`.slice(0, limits.detailCharsMax);
      return { result: true, changed: save(transaction, record, { detail }) };
    });
  }

  /** Forgets failures, by their tokens: the record leaves `failed` with the last one. */
  redriven(pipeline: string, messageID: string, taskTokens: readonly string[]): Promise<void> {
    return this.#change({ collections: [pipelineDocuments(pipeline)], queues: [] }, (transaction) => {
      const record = recordOf(transaction, pipeline, messageID);
      const failures = failuresOf(transaction, pipeline, messageID).filter(({ taskToken }) => taskTokens.includes(taskToken));
      if (record === undefined || failures.length === 0) return { result: undefined };
      for (const { waitingState } of failures) transaction.delete(`${failureDocuments(pipeline, messageID)}${waitingState}`);
      const detail = `redriven: ${failures.map(({ step }) => step).join(', ')}`;
      return { result: undefined, changed: save(transaction, record, { detail }) };
    });
  }

  async failures(pipeline: string, messageID: string): Promise<readonly StepFailure[]> {
    const page = { prefix: failureDocuments(pipeline, messageID), limit: limits.failuresMax };
    return (await this.engine.documents.list(page)).map(({ content }) => JSON.parse(content) as StepFailure);
  }

  async find(request: FindRequest): Promise<FoundPage> {
    const prefix = searchedIndex(request);
    const limit = Math.min(request.limit, limits.pageMax);
    const records: IngestRecord[] = [];
    let after = request.after ?? (request.to === undefined ? undefined : positionBefore(request.to));
    for (let scanned = 0; scanned < limits.scannedMax; scanned += limits.scanPage) {
      const found = await this.#positions(prefix, after);
      const read = await Promise.all(found.map((position) => this.read(request.pipeline, messageIDOf(position))));
      for (const [at, position] of found.entries()) {
        if (timeOf(position) < (request.from ?? 0)) return { records };
        after = position;
        const record = read[at];
        if (record === undefined || !matches(record, request)) continue;
        records.push(record);
        if (records.length === limit) return { records, next: position };
      }
      if (found.length < limits.scanPage) return { records };
    }
    return after === undefined ? { records } : { records, next: after };
  }

  /** Entries of the chain after a sequence number, in order. */
  async custody(pipeline: string, after: number, limit: number): Promise<readonly CustodyEntry[]> {
    const page = { prefix: custodyDocuments(pipeline), after: custodyDocument(pipeline, after), limit: Math.min(limit, limits.pageMax) };
    return (await this.engine.documents.list(page)).map(({ content }) => JSON.parse(content) as CustodyEntry);
  }

  async custodyHead(pipeline: string): Promise<CustodyHead> {
    const text = await this.engine.documents.read(custodyHeadDocument(pipeline));
    return text === undefined ? custodyStart : (JSON.parse(text) as CustodyHead);
  }

  async #change<T>(scope: TransactRequest, body: (transaction: EngineTransaction) => Changed<T>): Promise<T> {
    const { result, changed } = await this.engine.transact(scope, body);
    if (changed !== undefined) this.told(changed);
    return result;
  }

  async #positions(prefix: string, after: string | undefined): Promise<readonly string[]> {
    const page = { prefix, after: after === undefined ? undefined : `${prefix}${after}`, limit: limits.scanPage };
    return (await this.engine.documents.list(page)).map(({ name }) => name.slice(prefix.length));
  }
}

function recordOf(documents: DocumentTransaction, pipeline: string, messageID: string | undefined): IngestRecord | undefined {
  const text = messageID === undefined ? undefined : documents.read(recordDocument(pipeline, messageID));
  return text === undefined ? undefined : (JSON.parse(text) as IngestRecord);
}

function accept(transaction: EngineTransaction, { record, queue, onceKeys }: AcceptRequest): Changed<AcceptOutcome> {
  const { pipeline, messageID } = record;
  const there = recordOf(transaction, pipeline, messageID);
  if (there !== undefined) return { result: { kind: 'accepted', record: there } };
  const onceNames = onceKeys.map((key) => onceDocument(pipeline, key));
  const known = onceNames.flatMap((name) => recordOf(transaction, pipeline, transaction.read(name)) ?? []); // R2
  const repeated = repetitionOf(known, record);
  if (repeated !== undefined) return { result: repeated };
  if (transaction.send(queue, { content: encodeAccepted({ messageID }) }) === undefined) return { result: { kind: 'queueGone' } };
  const accepted = acceptedRecord(transaction, record);
  transaction.write(recordDocument(pipeline, messageID), JSON.stringify(accepted));
  for (const name of onceNames) transaction.write(name, messageID);
  for (const name of lastingEntries(accepted)) transaction.write(name, '');
  indexState(transaction, undefined, accepted);
  logChange(transaction, accepted);
  return { result: { kind: 'accepted', record: accepted }, changed: accepted };
}

/** Takes the next place in the chain of custody for it (R3). */
function acceptedRecord(transaction: DocumentTransaction, record: ReceivedRecord): IngestRecord {
  const { pipeline, receivedAt } = record;
  const headName = custodyHeadDocument(pipeline);
  const headText = transaction.read(headName);
  const head = headText === undefined ? custodyStart : (JSON.parse(headText) as CustodyHead);
  const state = 'received';
  const received = { ...record, state, failedSteps: [], restarts: 0, history: [{ state, at: receivedAt }] } as const;
  const entry = nextEntry(pipeline, head, custodyFacts(received));
  const { sequence, previous, hash } = entry;
  transaction.write(custodyDocument(pipeline, sequence), JSON.stringify(entry));
  transaction.write(headName, JSON.stringify({ sequence, hash } satisfies CustodyHead));
  return { ...received, custody: { sequence, previous, hash } };
}

/** The history has the state that the record would have, and the record is `failed` while steps have given up (R5). */
function save(transaction: DocumentTransaction & { readonly now: number }, record: IngestRecord, change: RecordChange): IngestRecord {
  const { pipeline, messageID } = record;
  const failedSteps = [...new Set(failuresOf(transaction, pipeline, messageID).map(({ step }) => step))];
  const storageContext = { ...record.storageContext, ...change.storageContext };
  const failed = failedSteps.length > 0 ? ('failed' as const) : undefined;
  const reached = change.state ?? failed ?? stateOf(storageContext);
  const entry = { state: reached, at: transaction.now, ...(change.detail !== undefined && { detail: change.detail }) };
  const changed: IngestRecord = {
    ...record,
    state: failed ?? reached,
    storageContext,
    failedSteps,
    restarts: change.restarts ?? record.restarts,
    history: bounded([...record.history, entry]),
  };
  transaction.write(recordDocument(pipeline, messageID), JSON.stringify(changed));
  indexState(transaction, record.state, changed);
  logChange(transaction, changed);
  return changed;
}

/** What is done, where nothing else says how far a record has come. */
function stateOf({ spoolReference, persistence }: StorageContext): RecordState {
  if (spoolReference === null) return 'archived';
  if (persistence.S3) return 'payloadArchived';
  return persistence.metaData ? 'metadataStored' : 'accepted';
}

function failuresOf(documents: DocumentTransaction, pipeline: string, messageID: string): readonly StepFailure[] {
  const page = { prefix: failureDocuments(pipeline, messageID), limit: limits.failuresMax };
  return documents.list(page).map(({ content }) => JSON.parse(content) as StepFailure);
}

function bounded(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const { historyMax, historyKeptFirst } = limits;
  if (history.length <= historyMax) return history;
  return [...history.slice(0, historyKeptFirst), ...history.slice(historyKeptFirst - historyMax)];
}

/** R4 */
function indexState(transaction: DocumentTransaction, before: RecordState | undefined, record: IngestRecord): void {
  if (before === record.state) return;
  const old = before && stateEntry(record, before);
  const entry = stateEntry(record, record.state);
  if (old !== undefined) transaction.delete(old);
  if (entry !== undefined) transaction.write(entry, '');
}

/** The index that leaves least to look at. */
function searchedIndex(request: FindRequest): string {
  const { pipeline, state } = request;
  const names = ['sourceTransactionID', ...(state === 'archived' ? [] : (['state'] as const)), 'sourceSystemID', 'messageType'] as const;
  for (const index of names satisfies readonly IndexName[]) {
    const value = request[index];
    if (value !== undefined) return indexDocuments(pipeline, index, value);
  }
  return indexDocuments(pipeline, 'time');
}

function matches(record: IngestRecord, request: FindRequest): boolean {
  if (request.state !== undefined && record.state !== request.state) return false;
  return (['sourceTransactionID', 'sourceSystemID', 'messageType'] as const).every(
    (name) => request[name] === undefined || textMember(record.messageMetaData, name) === request[name],
  );
}
