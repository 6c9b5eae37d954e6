import { within } from '../../store/key.js';
import type { Transaction } from '../../store/store.js';
import type { TopicCounters } from './topic-counters.js';
import { archiveKey, archiveKeys, placeOfArchiveKey } from './topic-keys.js';

/**
 * The archive of a topic: what was published, in order.
 *
 * A1  The key of a message is never less than that of the message before it, also when the machine's clock was set back.
 * A2  The counters of a topic say how many messages its archive holds, and how many bytes.
 */

/** Keeps one message; answers the topic's counters after it. */
export function archiveMessage(tx: Transaction, topicId: number, counters: TopicCounters, content: Buffer, now: number): TopicCounters {
  const at = Math.max(now, counters.archivedAt); // A1
  tx.put(archiveKey(topicId, at, counters.sequence), content);
  const { archivedMessages, archivedBytes } = counters;
  return { ...counters, archivedAt: at, archivedMessages: archivedMessages + 1, archivedBytes: archivedBytes + content.length }; // A2
}

export interface Forgotten {
  readonly counters: TopicCounters;
  /** Whether there may be more. */
  readonly more: boolean;
}

/** Drops the oldest messages, at most `limit`, that were archived before `before`. */
export function forgetArchived(tx: Transaction, topicId: number, counters: TopicCounters, before: number, limit: number): Forgotten {
  let { archivedMessages, archivedBytes } = counters;
  let forgotten = 0;
  for (const { key, value } of tx.range(within(archiveKeys(topicId), limit))) {
    if (placeOfArchiveKey(key).at >= before) break;
    tx.delete(key);
    archivedMessages--;
    archivedBytes -= value.length;
    forgotten++;
  }
  return { counters: { ...counters, archivedMessages, archivedBytes }, more: forgotten === limit };
}
