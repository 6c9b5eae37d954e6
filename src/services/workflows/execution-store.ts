import type { ReceiptHandle } from '../../base/ids.js';
import type { Document, Documents } from '../../engine/documents.js';
import type { Engine, EngineTransaction, Queue } from '../../engine/engine.js';
import { ExecutionCache } from './execution-cache.js';
import {
  type ClosedExecution,
  closedDocument,
  closedDocuments,
  decodeExecution,
  encodeHead,
  encodeProgress,
  entryOf,
  eventDocument,
  executionDocuments,
  expressDocuments,
  hasVersion,
  headDocument,
  indexDocument,
  indexDocuments,
  indexTime,
  progressDocument,
  readClosedDocument,
  threadDocument,
  timerDocument,
} from './execution-documents.js';
import { type CallLane, HandOver } from './hand-over.js';
import type { Execution, ExecutionState, Thread } from './interpreter/execution.js';
import type { HistoryEvent } from './interpreter/history.js';
import type { CallCommand, Command } from './interpreter/step.js';
import type { Transition } from './interpreter/transition.js';
import type { Resource } from './language/resource.js';
import { pageMax, sweepMax } from './limits.js';
import { encodeWork, type Work } from './messages.js';

/**
 * Executions as documents: `head` for what never changes, `progress` for what does, one for each thread, one for the events of each transition, and the
 * receipts of timers that have not fired. Those of an EXPRESS execution go with its last transition.
 *
 * D1  A transition is one transaction of all that it changes and of the messages that go with it; the message that it answers is
 *     settled in it.
 * D2  It is computed outside, on a version of the execution, and kept only if that is still the version.
 * D3  There is an index entry for every execution of a STANDARD machine, by its machine, newest first.
 */
export interface ExecutionQueues {
  /** Timers, continuations, ends of children, and what is to be forgotten. */
  readonly work: Queue;
  /** Calls to a target. */
  callsOf(resource: Resource): CallLane;
  readonly all: readonly Queue[];
}

export interface KeptEvent {
  readonly event: HistoryEvent;
  readonly chars: number;
}

/** The message that led to a transition. */
export interface Cause {
  readonly queue: Queue;
  readonly receipt: ReceiptHandle;
}

const threadsMax = 100_000;
/** Each holds what one transition appended. */
const eventDocumentsReadMax = 16;

export class ExecutionStore {
  readonly #cache = new ExecutionCache();

  constructor(
    private readonly engine: Pick<Engine, 'documents' | 'transact'>,
    private readonly queues: ExecutionQueues,
  ) {}

  get documents(): Documents {
    return this.engine.documents;
  }

  async find(arn: string): Promise<Execution | undefined> {
    const known = this.#cache.get(arn)?.execution;
    if (known !== undefined) return known;
    const [head, progress] = await Promise.all([this.documents.read(headDocument(arn)), this.documents.read(progressDocument(arn))]);
    return head === undefined || progress === undefined ? undefined : decodeExecution(head, progress);
  }

  /** With its threads. `inTurn`: nothing happens to it meanwhile, so that it may be kept at hand. */
  async load(arn: string, inTurn = false): Promise<ExecutionState | undefined> {
    const known = this.#cache.get(arn);
    if (known !== undefined) return known;
    const execution = await this.find(arn);
    if (execution === undefined) return undefined;
    const prefix = `${executionDocuments(arn)}thread/`;
    const found = await this.documents.list({ prefix, limit: threadsMax });
    const threads = found.map(({ content }) => ({ thread: JSON.parse(content) as Thread, bytes: content.length }));
    const state = { execution, threads: new Map(threads.map(({ thread }) => [thread.id, thread])) };
    if (inTurn) this.#cache.keep(state, new Map(threads.map(({ thread, bytes }) => [thread.id, bytes])));
    return state;
  }

  /** Ids have no gaps: `limit` events from the one after `after`, each with how long its text is. */
  async events(arn: string, { after, limit }: { readonly after: number; readonly limit: number }): Promise<readonly KeptEvent[]> {
    const prefix = `${executionDocuments(arn)}event/`;
    const events: KeptEvent[] = [];
    for (let reached = after; events.length < limit; reached = events.at(-1)?.event.id ?? reached) {
      const found = await this.documents.list({ prefix, after: eventDocument(arn, reached), limit: eventDocumentsReadMax });
      events.push(...found.flatMap(({ content }) => keptEvents(content, after)));
      if (found.length < eventDocumentsReadMax) break;
    }
    return events.slice(0, limit);
  }

  listOf(machine: string, after: string | undefined, limit: number): Promise<readonly Document[]> {
    return this.documents.list({ prefix: indexDocuments(machine), after, limit });
  }

  /** Whether there is an execution of the machine that began by then: one that is not forgotten, or of an EXPRESS machine one that runs. */
  async hasBegunBefore(machine: string, time: number): Promise<boolean> {
    const kept = await this.documents.list({ prefix: indexDocuments(machine), after: indexTime(machine, time), limit: 1 });
    if (kept.length > 0) return true;
    const prefix = expressDocuments(machine);
    for (let after: string | undefined; ; ) {
      const page = await this.documents.list({ prefix, after, limit: pageMax });
      const heads = page.filter(({ name }) => name.endsWith('/head'));
      if (heads.some(({ content }) => (JSON.parse(content) as Execution).startedAt <= time)) return true;
      after = page.at(-1)?.name;
      if (page.length < pageMax) return false;
    }
  }

  /** A new execution with its first transition, unless there is one of this name: then that one. */
  async create(transition: Transition): Promise<{ readonly kind: 'created' } | { readonly kind: 'exists'; readonly execution: Execution }> {
    const { arn } = transition.state.execution;
    let known: Execution | undefined;
    await this.#keep(undefined, transition, [], (transaction) => {
      const [head, progress] = [transaction.read(headDocument(arn)), transaction.read(progressDocument(arn))];
      known = head === undefined || progress === undefined ? undefined : decodeExecution(head, progress);
      return known === undefined;
    });
    return known === undefined ? { kind: 'created' } : { kind: 'exists', execution: known };
  }

  /** False: the execution has changed meanwhile (D2). */
  commit(before: ExecutionState, transition: Transition, causes: readonly Cause[]): Promise<boolean> {
    const { arn, version } = before.execution;
    return this.#keep(before, transition, causes, (transaction) => hasVersion(transaction.read(progressDocument(arn)), version));
  }

  /** Those that have ended, the longest ago first. */
  async closed(limit: number): Promise<readonly ClosedExecution[]> {
    const found = await this.documents.list({ prefix: closedDocuments, limit });
    return found.map(({ name }) => readClosedDocument(name));
  }

  /** Deletes what is left of an execution that ended then, unless it has gone on; false: there is more. What finds it goes last, and until then its name is taken. */
  async forget({ stoppedAt, arn }: ClosedExecution): Promise<boolean> {
    const execution = await this.find(arn);
    const isOver = execution?.stoppedAt === stoppedAt;
    const prefix = executionDocuments(arn);
    const entry = closedDocument(stoppedAt, arn);
    const last = [headDocument(arn), progressDocument(arn)];
    const collections = [prefix, entry, ...(execution === undefined ? [] : [indexDocuments(execution.machineArn)])];
    return this.engine.transact({ collections, queues: [] }, (transaction) => {
      const found = isOver ? transaction.list({ prefix, limit: sweepMax }) : [];
      const isLast = found.length < sweepMax;
      for (const { name } of found) if (isLast || !last.includes(name)) transaction.delete(name);
      if (isLast && isOver) transaction.delete(indexDocument(execution));
      if (isLast) transaction.delete(entry);
      return isLast;
    });
  }

  /** Writes a transition if it `holds`, and answers whether it does; its calls begin once it is durable. */
  async #keep(
    before: ExecutionState | undefined,
    { state, events, commands }: Transition,
    causes: readonly Cause[],
    holds: (transaction: EngineTransaction) => boolean,
  ): Promise<boolean> {
    const { execution } = state;
    const { writes, deletes, bytes } = changesOf(before, state, events);
    const scope = {
      collections: [executionDocuments(execution.arn), indexDocuments(execution.machineArn), closedDocuments],
      queues: [...this.queues.all, ...causes.map(({ queue }) => queue)],
    };
    const calls = new HandOver(commands, (resource) => this.queues.callsOf(resource));
    let kept = false;
    try {
      kept = await this.engine.transact(scope, (transaction) => {
        if (!holds(transaction)) return false;
        for (const [name, content] of writes) transaction.write(name, content);
        for (const name of deletes) transaction.delete(name);
        for (const command of commands) {
          if (command.kind === 'call') calls.send(transaction, command);
          else this.#obey(transaction, execution, command);
        }
        for (const { queue, receipt } of causes) transaction.settle(queue, receipt); // D1
        return true;
      });
    } finally {
      if (kept) this.#cache.keep(state, bytes);
      else this.#cache.drop(execution.arn);
      if (kept) calls.begin();
      else calls.release();
    }
    return kept;
  }

  #obey(transaction: EngineTransaction, execution: Execution, command: Exclude<Command, CallCommand>): void {
    const { arn } = execution;
    switch (command.kind) {
      case 'timer': {
        const { thread, stamp, at } = command;
        this.#clear(transaction, arn, thread);
        this.#set(transaction, arn, thread, at, { kind: 'happened', execution: arn, happening: { kind: 'timer', thread, stamp } });
        return;
      }
      case 'noTimer':
        this.#clear(transaction, arn, command.thread);
        return;
      case 'deadline':
        this.#clear(transaction, arn, 'deadline');
        this.#set(transaction, arn, 'deadline', command.at, { kind: 'happened', execution: arn, happening: { kind: 'deadline' } });
        return;
      case 'continue':
        this.#send(transaction, { kind: 'happened', execution: arn, happening: { kind: 'continued' } });
        return;
      case 'ended':
        this.#clear(transaction, arn, 'deadline');
        if (execution.waitedForBy !== undefined) this.#send(transaction, { kind: 'childEnded', child: arn, task: execution.waitedForBy });
        if (execution.type === 'STANDARD' && execution.status !== 'SUCCEEDED')
          this.#send(transaction, { kind: 'unsuccessful', execution: arn });
    }
  }

  #set(transaction: EngineTransaction, arn: string, what: number | 'deadline', at: number, work: Work): void {
    const receipt = this.#send(transaction, work, Math.max(0, at - transaction.now));
    if (receipt !== undefined) transaction.write(timerDocument(arn, what), receipt);
  }

  #clear(transaction: EngineTransaction, arn: string, what: number | 'deadline'): void {
    const receipt = transaction.read(timerDocument(arn, what));
    if (receipt === undefined) return;
    transaction.settle(this.queues.work, receipt as ReceiptHandle);
    transaction.delete(timerDocument(arn, what));
  }

  #send(transaction: EngineTransaction, work: Work, delayMs = 0): ReceiptHandle | undefined {
    return transaction.send(this.queues.work, { content: encodeWork(work), delayMs });
  }
}

/** The documents that a transition changes, ready to be written: texts are made before the transaction. */
interface Changes {
  readonly writes: readonly (readonly [name: string, content: string])[];
  readonly deletes: readonly string[];
  /** Of the threads that changed, by their ids: how long their texts are. */
  readonly bytes: ReadonlyMap<number, number>;
}

/** Of a document of events, those after `after`. One written before transitions kept theirs together holds a single one. */
function keptEvents(content: string, after: number): readonly KeptEvent[] {
  const kept = JSON.parse(content) as HistoryEvent | readonly HistoryEvent[];
  const events = Array.isArray(kept) ? (kept as readonly HistoryEvent[]) : [kept as HistoryEvent];
  const chars = Math.ceil(content.length / events.length);
  return events.filter(({ id }) => id > after).map((event) => ({ event, chars }));
}

function changesOf(before: ExecutionState | undefined, after: ExecutionState, events: readonly HistoryEvent[]): Changes {
  const { execution, threads } = after;
  const { arn, type, status } = execution;
  const isStandard = type === 'STANDARD';
  if (!isStandard && status !== 'RUNNING') return { writes: [], deletes: before === undefined ? [] : namesOf(before), bytes: new Map() };
  const bytes = new Map<number, number>();
  const writes: [string, string][] = [[progressDocument(arn), encodeProgress(execution)]];
  if (before === undefined) writes.push([headDocument(arn), encodeHead(execution)]);
  for (const [id, thread] of threads) {
    if (before?.threads.get(id) === thread) continue;
    const text = JSON.stringify(thread);
    bytes.set(id, text.length);
    writes.push([threadDocument(arn, id), text]);
  }
  const last = events.at(-1);
  if (isStandard && last !== undefined) writes.push([eventDocument(arn, last.id), JSON.stringify(events)]);
  if (isStandard && before?.execution.status !== status) {
    writes.push([indexDocument(execution), JSON.stringify(entryOf(execution))]);
    if (execution.stoppedAt !== undefined) writes.push([closedDocument(execution.stoppedAt, arn), '']);
  }
  const gone = [...(before?.threads.keys() ?? [])].filter((id) => !threads.has(id));
  return { writes, deletes: gone.map((id) => threadDocument(arn, id)), bytes };
}

/** All that there is of one whose timers are cleared and that has no history. */
function namesOf({ execution: { arn }, threads }: ExecutionState): readonly string[] {
  return [headDocument(arn), progressDocument(arn), ...[...threads.keys()].map((id) => threadDocument(arn, id))];
}
