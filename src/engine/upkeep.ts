import { within } from '../store/key.js';
import type { Key, ReadTransaction, Transaction } from '../store/store.js';
import { dropExpiredAttempts } from './attempts.js';
import { type GenerationKeys, garbagePrefix, generationOfGarbageKey, generationPrefix, seqOf, timeBeforeSeqOf, timeOf } from './keys.js';
import { limits, never } from './limits.js';
import type { QueueView } from './queue-view.js';
import type { QueueRecord } from './records.js';
import { dropExpiredDuplicates } from './send.js';

/** One chunk of what passes with time: retention and the memory of ids. Answers whether more is due. */
export function dropExpired(view: QueueView): boolean {
  const dropped = [
    dropExpiredMessages(view, limits.upkeepChunkMax),
    dropExpiredDuplicates(view, limits.upkeepChunkMax),
    dropExpiredAttempts(view, limits.upkeepChunkMax),
  ];
  return dropped.some((count) => count === limits.upkeepChunkMax);
}

function dropExpiredMessages(view: QueueView, limit: number): number {
  let dropped = 0;
  for (const { key } of view.tx.range(within(view.keys.states(), limit))) {
    const state = view.stateOfIndex(timeBeforeSeqOf(key), seqOf(key));
    if (!view.expired(state)) break;
    view.remove(state);
    dropped++;
  }
  return dropped;
}

/** When the next of a queue's background duties is due; `never` when it has none. */
export function nextDuty(tx: ReadTransaction, record: QueueRecord, keys: GenerationKeys): number {
  const first = (family: Key): number => {
    const [entry] = tx.range(within(family, 1));
    return entry === undefined ? never : timeOf(entry.key);
  };
  const [garbage] = tx.range(within(garbagePrefix(record.id), 1));
  if (garbage !== undefined) return 0;
  const oldest = first(keys.states());
  const retention = oldest === never ? never : oldest + record.settings.retentionMs;
  const expiry = Math.min(retention, first(keys.duplicateExpiries()), first(keys.attemptExpiries()));
  return Math.min(expiry + limits.upkeepSlackMs, first(keys.exhaustedAll()), never);
}

/** How far one sweep of a prefix got. Values are read along with the keys, so the number of keys adapts to their size. */
export interface Sweep {
  readonly done: boolean;
  readonly nextLimit: number;
}

export const firstSweepLimit = 16;

export function sweep(tx: Transaction, prefix: Key, limit: number): Sweep {
  const entries = tx.range(within(prefix, limit));
  let bytes = 0;
  for (const { key, value } of entries) {
    tx.delete(key);
    bytes += value.length;
  }
  const roomy = bytes < limits.moveBytesMax / 4;
  return { done: entries.length < limit, nextLimit: roomy ? Math.min(limit * 2, limits.sweepKeysMax) : firstSweepLimit };
}

/** Sweeps the oldest purged generation of a queue. `done` when there is none left. */
export function sweepGarbage(tx: Transaction, id: number, limit: number): Sweep {
  const [garbage] = tx.range(within(garbagePrefix(id), 1));
  if (garbage === undefined) return { done: true, nextLimit: limit };
  const swept = sweep(tx, generationPrefix(id, generationOfGarbageKey(garbage.key)), limit);
  if (swept.done) tx.delete(garbage.key);
  return { done: false, nextLimit: swept.nextLimit };
}
