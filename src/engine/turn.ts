import type { Transaction } from '../store/store.js';
import type { QueueGone } from './engine.js';
import { limits } from './limits.js';
import type { QueueRecords } from './queue-records.js';
import { QueueView } from './queue-view.js';

/** One call's change of a queue, and whoever waits for it. */
export interface Change {
  /** What it reads and writes, in messages: with all the others of its turn it must stay within a body's budget (S7). */
  readonly weight: number;
  readonly body: (view: QueueView) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (fault: unknown) => void;
}

export const gone: QueueGone = { kind: 'queueGone' };

export function isGone(outcome: unknown): outcome is QueueGone {
  return outcome === gone;
}

/**
 * The changes of one queue that wait together. They share one body and one view, and so the reading and writing of
 * what all of them need: the queue's record and its counters.
 *
 * N1  Changes run in the order of the calls; each sees what those before it did.
 * N2  Once the body has run, the turn takes no more changes: a body that runs again does the same.
 * N3  A change that throws spoils the turn: nothing of it is kept, and the changes are to be tried one by one.
 */
export class Turn {
  readonly changes: Change[] = [];
  #room: number = limits.turnWeightMax;
  #now = 0;
  #closed = false;
  #results: unknown[] = [];
  #spoilt = false;

  constructor(
    private readonly queueId: number,
    private readonly records: QueueRecords,
  ) {}

  takes(weight: number): boolean {
    return !this.#closed && weight <= this.#room;
  }

  /** The first change is always taken. */
  add(change: Change, now: number): void {
    this.changes.push(change);
    this.#room -= change.weight;
    this.#now = Math.max(this.#now, now);
  }

  /** Takes no more changes. */
  seal(): void {
    this.#closed = true;
  }

  /** Whether the body that ran last failed by a fault of one of the changes. */
  get spoilt(): boolean {
    return this.#spoilt;
  }

  readonly body = (tx: Transaction): void => {
    this.#closed = true; // N2
    this.#spoilt = false;
    const view = QueueView.open(tx, this.records, this.queueId, this.#now);
    if (view === undefined) {
      this.#results = this.changes.map(() => gone);
      return;
    }
    this.#spoilt = true;
    this.#results = this.changes.map(({ body }) => body(view)); // N1
    view.save();
    this.#spoilt = false;
  };

  /** It is durable. */
  settle(): void {
    for (const [index, { resolve }] of this.changes.entries()) resolve(this.#results[index]);
  }

  fail(fault: unknown): void {
    for (const { reject } of this.changes) reject(fault);
  }
}
