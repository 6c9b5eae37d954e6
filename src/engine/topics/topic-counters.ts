import type { ReadTransaction, Transaction } from '../../store/store.js';
import { numbers } from '../records.js';
import { topicCountersKey } from './topic-keys.js';
import type { Subscription, SubscriptionCounts, SubscriptionState } from './topics.js';

/**
 * What changes with a topic's every change and, on FIFO topics, with every message: beside the topic's record, which may be
 * large and rarely changes. Its absence means that the topic is gone.
 */
export interface TopicCounters extends SubscriptionCounts {
  readonly revision: number;
  /** The last sequence number given out. */
  readonly sequence: number;
  /** When the last message was archived. */
  readonly archivedAt: number;
  readonly archivedMessages: number;
  readonly archivedBytes: number;
}

export const firstCounters: TopicCounters = {
  revision: 1,
  sequence: 0,
  confirmed: 0,
  pending: 0,
  deleted: 0,
  archivedAt: 0,
  archivedMessages: 0,
  archivedBytes: 0,
};

export function readCounters(tx: ReadTransaction, topicId: number): TopicCounters | undefined {
  const value = tx.get(topicCountersKey(topicId));
  if (value === undefined) return undefined;
  const [revision = 0, sequence = 0, confirmed = 0, pending = 0, deleted = 0, archivedAt = 0, archivedMessages = 0, archivedBytes = 0] =
    numbers.decode(value);
  return { revision, sequence, confirmed, pending, deleted, archivedAt, archivedMessages, archivedBytes };
}

export function writeCounters(tx: Transaction, topicId: number, counters: TopicCounters): void {
  const { revision, sequence, confirmed, pending, deleted, archivedAt, archivedMessages, archivedBytes } = counters;
  const values = [revision, sequence, confirmed, pending, deleted, archivedAt, archivedMessages, archivedBytes];
  tx.put(topicCountersKey(topicId), numbers.encode(values));
}

/** The counters after a subscription went from one state to another; undefined is none. One that is not pending was confirmed. */
export function recounted(
  counters: TopicCounters,
  before: Pick<Subscription, 'state'> | undefined,
  after: Pick<Subscription, 'state'> | undefined,
): TopicCounters {
  const count = (is: (state: SubscriptionState) => boolean): number =>
    Number(after !== undefined && is(after.state)) - Number(before !== undefined && is(before.state));
  return {
    ...counters,
    revision: counters.revision + 1,
    confirmed: counters.confirmed + count((state) => state !== 'pending'),
    pending: counters.pending + count((state) => state === 'pending'),
    deleted: counters.deleted + Number(after === undefined),
  };
}
