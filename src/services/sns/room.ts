import type { Topic, Topics } from '../../engine/topics/topics.js';
import type { Refusal } from '../../wire/refusal.js';
import { invalid, subscriptionLimitExceeded, topicDoesNotExist } from './errors.js';
import { fifoSubscriptionsMax, largeMessageSubscriptionsMax, messageBytesDefault } from './limits.js';
import type { Protocol } from './model/endpoint.js';
import { endpointOf } from './model/subscription-attributes.js';
import { maximumMessageBytes } from './model/topic-attributes.js';

/** FIFO topics, and those that take large messages, have few subscriptions. A repeated Subscribe at the limit is refused too. */
export async function checkRoom(topics: Pick<Topics, 'counts'>, topic: Topic, protocol: Protocol): Promise<Refusal | undefined> {
  const isLarge = takesLargeMessages(topic);
  if (isLarge && !carriesLargeMessages(protocol)) {
    return invalid(`Protocol Reason: a topic with MaximumMessageSize above ${messageBytesDefault} has no subscriptions of ${protocol}`);
  }
  if (topic.settings.ordering === 'standard' && !isLarge) return undefined;
  const counts = await topics.counts(topic);
  if (counts === undefined) return topicDoesNotExist();
  const subscriptions = counts.confirmed + counts.pending;
  if (topic.settings.ordering === 'fifo') {
    return subscriptions >= fifoSubscriptionsMax ? subscriptionLimitExceeded(fifoSubscriptionsMax) : undefined;
  }
  return subscriptions >= largeMessageSubscriptionsMax ? tooManyForLargeMessages() : undefined;
}

/** Whether the subscriptions that the topic has allow its `MaximumMessageSize`. */
export async function checkSubscriptions(topics: Pick<Topics, 'listSubscriptions'>, topic: Topic): Promise<Refusal | undefined> {
  if (!takesLargeMessages(topic)) return undefined;
  const limit = largeMessageSubscriptionsMax + 1;
  const subscriptions = await topics.listSubscriptions({ topic: { kind: 'one', address: topic.address }, limit });
  if (subscriptions.length === limit) return tooManyForLargeMessages();
  const other = subscriptions.map((subscription) => endpointOf(subscription).protocol).find((protocol) => !carriesLargeMessages(protocol));
  return (
    other && invalid(`MaximumMessageSize Reason: the topic has subscriptions of ${other}, which take ${messageBytesDefault} bytes at most`)
  );
}

/** API reference, SetTopicAttributes: above 256 KiB there are queues and functions alone. */
function carriesLargeMessages(protocol: Protocol): boolean {
  return protocol === 'sqs' || protocol === 'lambda';
}

function takesLargeMessages(topic: Topic): boolean {
  return maximumMessageBytes(topic) > messageBytesDefault;
}

function tooManyForLargeMessages(): Refusal {
  return invalid(
    `MaximumMessageSize Reason: a topic that takes more than ${messageBytesDefault} bytes has at most ${largeMessageSubscriptionsMax} subscriptions`,
  );
}
