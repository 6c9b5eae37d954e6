import type { ReceiptHandle } from '../../base/ids.js';
import type { Document, Documents } from '../../engine/documents.js';
import type { Engine, EngineTransaction, Queue } from '../../engine/engine.js';
import type { Execution, ExecutionState, Thread } from './interpreter/execution.js';
import type { HistoryEvent } from './interpreter/history.js';
import type { Transition } from './interpreter/transition.js';
import { closedMs, executionCachedBytesMax, executionsCachedMax, sweepMax } from './limits.js';
import { encodeCall, encodeWork, type Work } from './messages.js';

/**
 * Executions as documents: `head`, one for each thread, one for each event, and the receipts of timers that have not fired. `version`
 * is apart, so that a transition can check it cheaply.
 *
 * D1  A transition is one transaction of all that it changes and of the messages that go with it; the message that it answers is
 *     settled in it.
 * D2  It is computed outside, on a version of the execution, and kept only if that is still the version.
 * D3  There is an index entry for every execution of a STANDARD machine, by its machine, newest first.
 */
export interface ExecutionQueues {
  /** Timers, continuations, ends of children, and what is to be forgotten. */
  readonly work: Queue;
  /** Calls to targets. */
  readonly calls: Queue;
}

/** The message that led to a transition. */
export interface Cause {
  readonly queue: Queue;
  readonly receipt: ReceiptHandle;
}

export interface IndexEntry {
  readonly arn: string;
  readonly name: string;
  readonly status: Execution['status'];
  readonly startedAt: number;
  readonly stoppedAt?: number | undefined;
  readonly redriveCount: number;
  readonly redrivenAt?: number | undefined;
}

export function executionDocuments(arn: string): string {
  return `workflows/execution/${arn}/`;
}

export function indexDocuments(machine: string): string {
  return `workflows/executions-of/${machine}/`;
}

function indexDocument({ machineArn, startedAt, name }: Execution): string {
  return `${indexDocuments(machineArn)}${String(2 ** 48 - startedAt).padStart(15, '0')}/${name}`;
}

function threadDocument(arn: string, id: number): string {
  return `${executionDocuments(arn)}thread/${String(id).padStart(9, '0')}`;
}

/** Ids have no gaps: a page of the history is a range of names. */
export function eventDocument(arn: string, id: number): string {
  return `${executionDocuments(arn)}event/${String(id).padStart(9, '0')}`;
}

function timerDocument(arn: string, what: number | 'deadline'): string {
  return `${executionDocuments(arn)}timer/${what}`;
}

const threadsMax = 100_000;

export class ExecutionStore {
  readonly #cache = new Map<string, ExecutionState>();

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
    const text = await this.documents.read(`${executionDocuments(arn)}head`);
    return text === undefined ? undefined : (JSON.parse(text) as Execution);
  }

  /** With its threads. */
  async load(arn: string): Promise<ExecutionState | undefined> {
    const known = this.#cache.get(arn);
    if (known !== undefined) return known;
    const execution = await this.find(arn);
    if (execution === undefined) return undefined;
    const prefix = `${executionDocuments(arn)}thread/`;
    const threads = (await this.documents.list({ prefix, limit: threadsMax })).map(({ content }) => JSON.parse(content) as Thread);
    return { execution, threads: new Map(threads.map((thread) => [thread.id, thread])) };
  }

  async events(arn: string, page: { readonly after: number; readonly limit: number }): Promise<readonly HistoryEvent[]> {
    const prefix = `${executionDocuments(arn)}event/`;
    const found = await this.documents.list({ prefix, after: eventDocument(arn, page.after), limit: page.limit });
    return found.map(({ content }) => JSON.parse(content) as HistoryEvent);
  }

  listOf(machine: string, after: string | undefined, limit: number): Promise<readonly Document[]> {
    return this.documents.list({ prefix: indexDocuments(machine), after, limit });
  }

  /** A new execution with its first transition, unless there is one of this name: then that one. */
  async create(transition: Transition): Promise<{ readonly kind: 'created' } | { readonly kind: 'exists'; readonly execution: Execution }> {
    const { arn } = transition.state.execution;
    const known = await this.#transact(transition, [], (transaction) => {
      const head = transaction.read(`${executionDocuments(arn)}head`);
      if (head === undefined) this.#write(transaction, undefined, transition);
      return head;
    });
    if (known !== undefined) return { kind: 'exists', execution: JSON.parse(known) as Execution };
    this.#remember(transition.state);
    return { kind: 'created' };
  }

  /** False: the execution has changed meanwhile (D2). */
  async commit(before: ExecutionState, transition: Transition, cause: Cause | undefined): Promise<boolean> {
    const { arn, version } = before.execution;
    const kept = await this.#transact(transition, cause === undefined ? [] : [cause.queue], (transaction) => {
      if (transaction.read(`${executionDocuments(arn)}version`) !== String(version)) return false;
      this.#write(transaction, before, transition);
      if (cause !== undefined) transaction.settle(cause.queue, cause.receipt); // D1
      return true;
    });
    if (kept) this.#remember(transition.state);
    else this.#cache.delete(arn);
    return kept;
  }

  /** Deletes what is left of an execution; false: there is more. */
  async forget(execution: Pick<Execution, 'arn' | 'machineArn' | 'startedAt' | 'name'>): Promise<boolean> {
    const prefix = executionDocuments(execution.arn);
    this.#cache.delete(execution.arn);
    const collections = [prefix, indexDocuments(execution.machineArn)];
    return this.engine.transact({ collections, queues: [] }, (transaction) => {
      const found = transaction.list({ prefix, limit: sweepMax });
      for (const { name } of found) transaction.delete(name);
      transaction.delete(indexDocument(execution as Execution));
      return found.length < sweepMax;
    });
  }

  #transact<T>({ state: { execution } }: Transition, queues: readonly Queue[], body: (transaction: EngineTransaction) => T): Promise<T> {
    const collections = [executionDocuments(execution.arn), indexDocuments(execution.machineArn)];
    return this.engine.transact({ collections, queues: [this.queues.work, this.queues.calls, ...queues] }, body);
  }

  #write(transaction: EngineTransaction, before: ExecutionState | undefined, { state, events, commands }: Transition): void {
    const { execution, threads } = state;
    const { arn } = execution;
    transaction.write(`${executionDocuments(arn)}head`, JSON.stringify(execution));
    transaction.write(`${executionDocuments(arn)}version`, String(execution.version));
    for (const [id, thread] of threads) {
      if (before?.threads.get(id) !== thread) transaction.write(threadDocument(arn, id), JSON.stringify(thread));
    }
    for (const id of before?.threads.keys() ?? []) if (!threads.has(id)) transaction.delete(threadDocument(arn, id));
    if (execution.type === 'STANDARD') {
      for (const event of events) transaction.write(eventDocument(arn, event.id), JSON.stringify(event));
      if (before === undefined || before.execution.status !== execution.status) {
        transaction.write(indexDocument(execution), JSON.stringify(entryOf(execution)));
      }
    }
    for (const command of commands) this.#obey(transaction, execution, command);
  }

  #obey(transaction: EngineTransaction, execution: Execution, command: Transition['commands'][number]): void {
    const { arn } = execution;
    switch (command.kind) {
      case 'call':
        transaction.send(this.queues.calls, { content: encodeCall(command) });
        return;
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
        this.#send(transaction, { kind: 'forget', execution: arn }, execution.type === 'EXPRESS' ? 0 : closedMs);
        if (execution.waitedForBy !== undefined) this.#send(transaction, { kind: 'childEnded', child: arn, task: execution.waitedForBy });
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

  /** Small ones, and no more than a few hundred: who waits long is in the store alone. */
  #remember(state: ExecutionState): void {
    const { arn, status } = state.execution;
    this.#cache.delete(arn);
    if (status !== 'RUNNING' || state.threads.size > 100 || sizeOf(state) > executionCachedBytesMax) return;
    this.#cache.set(arn, state);
    if (this.#cache.size <= executionsCachedMax) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}

function sizeOf({ execution, threads }: ExecutionState): number {
  return JSON.stringify([execution.input, [...threads.values()]]).length;
}

export function entryOf({ arn, name, status, startedAt, stoppedAt, redriveCount, redrivenAt }: Execution): IndexEntry {
  return { arn, name, status, startedAt, stoppedAt, redriveCount, redrivenAt };
}
