import { within } from '../store/key.js';
import type { Key, ReadTransaction } from '../store/store.js';
import { timeOf } from './keys.js';
import { never } from './limits.js';
import { type QueueRecords, readQueueRecord } from './queue-records.js';

/** What a waiting receiver wants to know of a queue without claiming. */
export interface Availability {
  /** Sources of visible messages, counted up to a limit: messages, tenants' or groups' heads. */
  readonly ready: number;
  /** When the next hidden message may become visible; `never` when none hides. */
  readonly nextAt: number;
}

/** Undefined when the queue is gone. Costs what it counts, not the backlog. */
export function availability(tx: ReadTransaction, records: QueueRecords, id: number, now: number, limit: number): Availability | undefined {
  const found = readQueueRecord(tx, records, id);
  if (found === undefined) return undefined;
  const { keys, record } = found;
  const { ordering, delayMs } = record.settings;
  const looks =
    ordering === 'fifo'
      ? [look(tx, keys.newHeads(), now - delayMs, limit, delayMs), look(tx, keys.oldHeads(), now, limit, 0)]
      : [look(tx, keys.readyAll(), now, limit, 0), look(tx, keys.tenantHeads(), now, limit, 0)];
  // A message whose receives are used up is not for receivers, but their next attempt sees it moved.
  const exhausted = look(tx, keys.exhaustedAll(), now, 1, 0);
  return {
    ready: looks.reduce((sum, { ready }) => sum + ready, 0),
    nextAt: [...looks, exhausted].reduce((least, { nextAt }) => Math.min(least, nextAt), never),
  };
}

function look(tx: ReadTransaction, family: Key, until: number, limit: number, addedMs: number): Availability {
  const entries = tx.range(within(family, limit));
  let ready = 0;
  for (const { key } of entries) {
    const at = timeOf(key);
    if (at > until) return { ready, nextAt: at + addedMs };
    ready++;
  }
  return { ready, nextAt: never };
}
