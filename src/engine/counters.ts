import type { ReadTransaction, Transaction } from '../store/store.js';
import type { GenerationKeys } from './keys.js';
import { never } from './limits.js';
import { numbers } from './records.js';
import { Tally } from './tally.js';

/** The counters of one queue, loaded by a body and saved at its end when something changed. */
export class Counters {
  #changed = false;

  private constructor(
    private readonly keys: GenerationKeys,
    public nextSeq: number,
    public total: number,
    public exhausted: number,
    /** Messages that carry a group on a standard queue. */
    public tenanted: number,
    /** FIFO: the latest `enqueuedAt`, so that a clock that steps back does not reorder. */
    public lastEnqueuedAt: number,
    /** Fair queues: processing time of all tenants, decayed, as of `busyAt`. */
    public busyMs: number,
    public busyAt: number,
    readonly inFlight: Tally,
    readonly delayed: Tally,
  ) {}

  static load(tx: ReadTransaction, keys: GenerationKeys): Counters {
    const value = tx.get(keys.counters);
    const [nextSeq = 1, total = 0, exhausted = 0, tenanted = 0, lastEnqueuedAt = 0, busyMs = 0, busyAt = 0, ...tallies] =
      value === undefined ? [] : numbers.decode(value);
    const [inFlight = 0, inFlightFirst = never, delayed = 0, delayedFirst = never] = tallies;
    return new Counters(
      keys,
      nextSeq,
      total,
      exhausted,
      tenanted,
      lastEnqueuedAt,
      busyMs,
      busyAt,
      new Tally(keys.inFlight, inFlight, inFlightFirst),
      new Tally(keys.delayed, delayed, delayedFirst),
    );
  }

  fold(tx: Transaction, now: number): void {
    if (!this.inFlight.stale(now) && !this.delayed.stale(now)) return;
    this.#changed = true;
    this.inFlight.fold(tx, now);
    this.delayed.fold(tx, now);
  }

  /** Whether the counts still hold messages that became visible meanwhile. */
  stale(now: number): boolean {
    return this.inFlight.stale(now) || this.delayed.stale(now);
  }

  changed(): void {
    this.#changed = true;
  }

  /** Counters for a new, empty generation: sequence numbers go on. */
  startOver(tx: Transaction, keys: GenerationKeys): void {
    tx.put(keys.counters, numbers.encode([this.nextSeq, 0, 0, 0, this.lastEnqueuedAt]));
  }

  save(tx: Transaction): void {
    if (!this.#changed) return;
    this.inFlight.save(tx);
    this.delayed.save(tx);
    tx.put(
      this.keys.counters,
      numbers.encode([
        this.nextSeq,
        this.total,
        this.exhausted,
        this.tenanted,
        this.lastEnqueuedAt,
        this.busyMs,
        this.busyAt,
        this.inFlight.count,
        this.inFlight.earliest,
        this.delayed.count,
        this.delayed.earliest,
      ]),
    );
    this.#changed = false;
  }
}
