import { ScopeGuard } from '../scope-guard.js';
import { LocalSignals } from '../signals.js';
import {
  endlessScopes,
  NeedScopes,
  type ReadTransaction,
  type Scope,
  type Store,
  StoreError,
  type StoreObserver,
  scopeRoundsMax,
  type Transaction,
} from '../store.js';
import { type Held, MemoryTransaction } from './memory-transaction.js';
import { SortedMap } from './sorted-map.js';

export interface MemoryStoreOptions {
  /** Throw when a body touches a key outside its scopes (S5). Default true. */
  readonly enforceScopes?: boolean;
  /** Run every body twice, the first time rolled back (S2). Default false. */
  readonly rerun?: boolean;
  /** Asked after a body ran: true rolls it back and runs it again later, after others that share no scope with it (S2, S6). */
  readonly abort?: () => boolean;
  readonly observer?: StoreObserver;
  /** What `space()` answers. Default always `ok`. */
  readonly space?: () => 'ok' | 'low';
}

interface Job {
  readonly kind: 'write' | 'read';
  scopes: readonly Scope[];
  guard: ScopeGuard;
  rounds: number;
  readonly body: (tx: Transaction) => unknown;
  /** Tells the caller, once everything that runs with this job is done. */
  settle: () => void;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  return new MemoryStore(options);
}

/** Queues worked off in microtasks before one waits for timers and connections. */
const turnEvery = 100;

/**
 * Everything in one ordered map. Bodies wait in a queue that is worked off in a microtask, so that no caller sees its
 * body run before `transact` has returned: the other adapters do not run it earlier either.
 */
class MemoryStore implements Store {
  readonly #map = new SortedMap<Held>();
  readonly #signals = new LocalSignals();
  readonly #options: MemoryStoreOptions;
  #waiting: Job[] = [];
  #running = false;
  /** Queues since timers and connections had their turn. */
  #sinceTurn = 0;
  #closed = false;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
  }

  transact<T>(scopes: readonly Scope[], body: (tx: Transaction) => T | NeedScopes): Promise<T> {
    return this.#enqueue('write', scopes, body);
  }

  read<T>(scopes: readonly Scope[], body: (tx: ReadTransaction) => T | NeedScopes): Promise<T> {
    return this.#enqueue('read', scopes, (tx) => body(readOnly(tx)));
  }

  signal(channel: string): void {
    this.#signals.signal(channel);
  }

  onSignal(listener: (channel: string) => void): Disposable {
    return this.#signals.onSignal(listener);
  }

  space(): 'ok' | 'low' {
    return this.#options.space?.() ?? 'ok';
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#waiting.length > 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #enqueue<T>(kind: Job['kind'], scopes: readonly Scope[], body: (tx: Transaction) => T | NeedScopes): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'the store is closed'));
    if (this.#running) return Promise.reject(new Error('transact was called within a body: bodies do not nest'));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ kind, scopes, guard: new ScopeGuard(scopes), rounds: 0, body, settle: notRun, resolve, reject });
      if (this.#waiting.length === 1) this.#schedule();
    });
  }

  /** Soon, but who calls again and again lets timers and connections have their turn now and then: a store of files would. */
  #schedule(): void {
    if (++this.#sinceTurn >= turnEvery) {
      setImmediate(() => this.#work());
      return;
    }
    if (this.#sinceTurn === 1) {
      setImmediate(() => {
        this.#sinceTurn = 0;
      });
    }
    queueMicrotask(() => this.#work());
  }

  #work(): void {
    const group = this.#waiting;
    this.#running = true;
    let waiting: readonly Job[] = group;
    while (waiting.length > 0) waiting = this.#pass(waiting);
    this.#running = false;
    this.#waiting = [];
    this.#options.observer?.committed(group.filter((job) => job.kind === 'write').length, 0);
    for (const job of group) job.settle();
  }

  /** Runs the jobs in order and returns those that must run again, and what has to stay behind them (S6). */
  #pass(jobs: readonly Job[]): readonly Job[] {
    const again: Job[] = [];
    for (const job of jobs) {
      if (again.some((earlier) => earlier.guard.overlaps(job.guard)) || !this.#attempt(job)) again.push(job);
    }
    return again;
  }

  /** False when the job was rolled back and is to run again. */
  #attempt(job: Job): boolean {
    if (this.#options.rerun === true) this.#run(job).tx.rollback();
    const { tx, outcome } = this.#run(job);
    if (this.#options.abort?.() === true) {
      tx.rollback();
      return false;
    }
    switch (outcome.kind) {
      case 'returned':
        tx.commit();
        job.settle = () => job.resolve(outcome.value as never);
        return true;
      case 'threw':
        tx.rollback();
        job.settle = () => job.reject(outcome.error);
        return true;
      case 'needs':
        tx.rollback();
        if (++job.rounds > scopeRoundsMax) {
          job.settle = () => job.reject(endlessScopes());
          return true;
        }
        job.scopes = [...job.scopes, ...outcome.scopes];
        job.guard = new ScopeGuard(job.scopes);
        return false;
    }
  }

  #run(job: Job): { readonly tx: MemoryTransaction; readonly outcome: Outcome } {
    const tx = new MemoryTransaction(this.#map, job.guard, this.#options.enforceScopes !== false);
    return { tx, outcome: outcomeOf(job, tx) };
  }
}

/** Without `put` and `delete`, also at run time. */
function readOnly(tx: ReadTransaction): ReadTransaction {
  return { covers: (scope) => tx.covers(scope), get: (key) => tx.get(key), range: (range) => tx.range(range) };
}

type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'needs'; readonly scopes: readonly Scope[] };

function outcomeOf(job: Job, tx: Transaction): Outcome {
  try {
    const value = job.body(tx);
    if (value instanceof Promise) return { kind: 'threw', error: new Error('a body returned a promise: bodies are synchronous') };
    return value instanceof NeedScopes ? { kind: 'needs', scopes: value.scopes } : { kind: 'returned', value };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

function notRun(): void {
  throw new Error('a job was settled before it ran');
}
