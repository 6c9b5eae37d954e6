import type { Key, Transaction } from '../store/store.js';
import { limits, never } from './limits.js';
import { decodeTime, encodeTime } from './records.js';

/**
 * An exact count of hidden messages, in O(1) amortised, although messages become visible by the mere passing of time:
 * beside the count stands one bucket per deadline, and buckets whose time has come are folded out of the count.
 *
 * T1  A bucket exists for a deadline exactly when it is at or after `earliest` and some message hides until then.
 * T2  After a fold that was complete, `earliest` is later than now.
 */
export class Tally {
  #deltas: Map<number, number> | undefined;

  constructor(
    readonly bucket: (at: number) => Key,
    private total: number,
    private first: number,
  ) {}

  get count(): number {
    return this.total;
  }

  /** No bucket is earlier. */
  get earliest(): number {
    return this.first;
  }

  hide(until: number): void {
    this.total++;
    if (until < this.first) this.first = until;
    this.#change(until, 1);
  }

  unhide(until: number): void {
    if (until < this.first) return; // T1: folded before, the count has forgotten it
    this.total--;
    this.#change(until, -1);
  }

  /** Takes buckets up to now out of the count. Bounded; call before anything else in a transaction. */
  fold(tx: Transaction, now: number): void {
    if (this.first > now) return;
    const buckets = tx.range({ from: this.bucket(0), to: this.bucket(never), limit: limits.foldBucketsMax + 1 });
    let folded = 0;
    for (const { key, value } of buckets) {
      const at = key.readUIntBE(key.length - 6, 6);
      if (at > now || folded === limits.foldBucketsMax) {
        this.first = at;
        return;
      }
      this.total -= decodeTime(value);
      tx.delete(key);
      folded++;
    }
    this.first = never;
  }

  /** Whether buckets whose time has come are still counted. */
  stale(now: number): boolean {
    return this.first <= now;
  }

  save(tx: Transaction): void {
    if (this.#deltas === undefined) return;
    for (const [at, delta] of this.#deltas) {
      if (delta === 0) continue;
      const key = this.bucket(at);
      const value = tx.get(key);
      const count = (value === undefined ? 0 : decodeTime(value)) + delta;
      // A clock set back between two starts can bring back a deadline that was folded already: those were not counted.
      if (count < 0) this.total -= count;
      if (count <= 0) tx.delete(key);
      else tx.put(key, encodeTime(count));
    }
    this.#deltas = undefined;
  }

  #change(until: number, delta: number): void {
    this.#deltas ??= new Map();
    this.#deltas.set(until, (this.#deltas.get(until) ?? 0) + delta);
  }
}
