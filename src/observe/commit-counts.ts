import type { StoreObserver } from '../store/store.js';
import { Buckets } from './buckets.js';

/** What the store did. */
export class CommitCounts implements StoreObserver {
  readonly transactions = new Buckets([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  readonly flushSeconds = new Buckets([0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]);

  committed(transactions: number, flushMs: number): void {
    this.transactions.add(transactions);
    this.flushSeconds.add(flushMs / 1_000);
  }
}
