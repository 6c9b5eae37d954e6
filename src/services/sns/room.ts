import type { Topic, Topics } from '../../engine/topics/topics.js';
import type { Refusal } from '../../wire/refusal.js';
import { subscriptionLimitExceeded, topicDoesNotExist } from './errors.js';
import { fifoSubscriptionsMax, largeMessageSubscriptionsMax, messageBytesDefault } from './limits.js';
import { maximumMessageBytes } from './model/topic-attributes.js';

/** FIFO topics, and those that take large messages, have few subscriptions. A repeated Subscribe at the limit is refused too. */
export async function checkRoom(topics: Pick<Topics, 'counts'>, topic: Topic): Promise<Refusal | undefined> {
  const max = subscriptionsMax(topic);
  if (max === undefined) return undefined;
  const counts = await topics.counts(topic);
  if (counts === undefined) return topicDoesNotExist();
  return counts.confirmed + counts.pending >= max ? subscriptionLimitExceeded(max) : undefined;
}

function subscriptionsMax(topic: Topic): number | undefined {
  if (topic.settings.ordering === 'fifo') return fifoSubscriptionsMax;
  return maximumMessageBytes(topic) > messageBytesDefault ? largeMessageSubscriptionsMax : undefined;
}
