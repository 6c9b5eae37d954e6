import { ABORT } from 'lmdb';
import { endlessScopes, NeedScopes, type StoreObserver, scopeRoundsMax, type Transaction } from '../store.js';
import type { Environment } from './environment.js';
import type { LmdbTransaction } from './lmdb-transaction.js';

/** How long bodies may hold the event loop in one go; what waits longer goes into the next group. */
const groupMsMax = 8;

interface Job {
  readonly body: (tx: Transaction) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  outcome: Outcome | undefined;
}

type Outcome = { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'threw'; readonly error: unknown };

/** `spoilt`: it failed after it had written, so what it wrote must be rolled back. */
type Attempt = 'done' | 'spoilt' | 'needsScopes';

/**
 * Runs the bodies that wait together in one LMDB transaction: one flush for all of them.
 *
 * G1  Bodies run and commit in the order of the calls.
 * G2  One group at a time is handed to LMDB; it takes who waits when its turn comes, that is while the last one flushed.
 * G3  A group runs inside a child transaction of its own. A body that fails after it wrote (rare: refusals are returned)
 *     takes that child back, and the group's bodies run again, each in a child of its own, so that only that one is lost.
 * G4  Callers are told after the flush, or that it failed.
 * G5  A group that takes all bodies leaves the event loop nothing to do while it flushes. Where serving their callers takes
 *     longer than a flush, a group therefore takes half of them: one half is served while the other is flushed.
 */
export class GroupCommit {
  readonly #environment: Environment;
  readonly #tx: LmdbTransaction;
  readonly #observer: StoreObserver | undefined;
  /** Words a failed commit for callers. */
  readonly #faultOf: (error: unknown) => Promise<Error>;
  #waiting: Job[] = [];
  #flushing: Promise<void> | undefined;
  #countMax = Number.POSITIVE_INFINITY;
  /** Of the event loop, when the last flush ended. */
  #activeMs = 0;
  #running = false;
  /** The group that ran last was taken back, and is to run again body by body. */
  #spoilt = false;

  constructor(
    environment: Environment,
    tx: LmdbTransaction,
    faultOf: (error: unknown) => Promise<Error>,
    observer: StoreObserver | undefined,
  ) {
    this.#environment = environment;
    this.#tx = tx;
    this.#faultOf = faultOf;
    this.#observer = observer;
  }

  /** True while a body runs. */
  get running(): boolean {
    return this.#running;
  }

  add<T>(body: (tx: Transaction) => T | NeedScopes): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ body, resolve, reject, outcome: undefined });
      if (this.#waiting.length === 1) this.#handOver();
    });
  }

  /** Resolves when nothing waits or flushes. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  #handOver(): void {
    const flushing = this.#commit().finally(() => {
      if (this.#flushing === flushing) this.#flushing = undefined;
    });
    this.#flushing = flushing;
  }

  async #commit(): Promise<void> {
    let group: readonly Job[] | undefined;
    let ranAt = 0;
    try {
      await this.#environment.transaction(() => {
        this.#environment.committed.then(undefined, ignore); // LMDB's own handle on this commit: its rejection is ours too
        group = this.#take(this.#runTogether());
        this.#handOverRest();
        this.#runSpoilt(group);
        ranAt = performance.now();
      });
    } catch (error) {
      const fault = await this.#faultOf(error);
      for (const job of group ?? this.#take(this.#waiting.length)) job.reject(fault);
      return;
    }
    const done = group ?? [];
    const flushMs = performance.now() - ranAt;
    this.#balance(done.length, flushMs);
    for (const job of done) settle(job);
    this.#observer?.committed(done.length, flushMs);
  }

  /** G5. Called when a group was flushed, and its callers are about to be told. */
  #balance(count: number, flushMs: number): void {
    const { active } = performance.eventLoopUtilization();
    const bodies = count + this.#waiting.length;
    const servingMs = ((active - this.#activeMs) / count) * bodies;
    this.#countMax = servingMs > flushMs ? Math.ceil(bodies / 2) : Number.POSITIVE_INFINITY;
    this.#activeMs = active;
  }

  /** Within LMDB's transaction: runs who waits, for as long as the budget lasts. Answers how many are in the group. */
  #runTogether(): number {
    const until = performance.now() + groupMsMax;
    let count = 0;
    let spoilt = false;
    this.#running = true;
    try {
      this.#environment.childTransaction(() => {
        for (const job of this.#waiting) {
          spoilt = this.#attempt(job) !== 'done';
          count++;
          if (spoilt || count >= this.#countMax || performance.now() >= until) break;
        }
        return spoilt ? ABORT : undefined;
      });
    } finally {
      this.#running = false;
    }
    this.#spoilt = spoilt;
    return count;
  }

  /** G3 */
  #runSpoilt(group: readonly Job[]): void {
    if (!this.#spoilt) return;
    this.#running = true;
    try {
      for (const job of group) this.#runAlone(job);
    } finally {
      this.#running = false;
    }
  }

  #take(count: number): readonly Job[] {
    const taken = this.#waiting;
    this.#waiting = taken.splice(count);
    return taken;
  }

  /** Those who were not taken are handed to LMDB once more. */
  #handOverRest(): void {
    if (this.#waiting.length > 0) queueMicrotask(() => this.#handOver());
  }

  #runAlone(job: Job): void {
    for (let round = 0; round <= scopeRoundsMax; round++) {
      let attempt: Attempt = 'done';
      this.#environment.childTransaction(() => {
        attempt = this.#attempt(job);
        return attempt === 'done' ? undefined : ABORT;
      });
      if ((attempt as Attempt) !== 'needsScopes') return;
    }
    job.outcome = { kind: 'threw', error: endlessScopes() };
  }

  #attempt(job: Job): Attempt {
    this.#tx.begin();
    try {
      const value = job.body(this.#tx);
      if (value instanceof NeedScopes) return 'needsScopes';
      if (value instanceof Promise) throw new Error('a body returned a promise: bodies are synchronous');
      job.outcome = { kind: 'returned', value };
      return 'done';
    } catch (error) {
      job.outcome = { kind: 'threw', error };
      return this.#tx.wrote ? 'spoilt' : 'done';
    } finally {
      this.#tx.end();
    }
  }
}

function settle({ outcome, resolve, reject }: Job): void {
  switch (outcome?.kind) {
    case 'returned':
      resolve(outcome.value as never);
      break;
    case 'threw':
      reject(outcome.error);
      break;
    case undefined:
      reject(new Error('a body was settled before it ran'));
      break;
  }
}

function ignore(): void {}
