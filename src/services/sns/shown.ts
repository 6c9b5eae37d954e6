import type { QueueAddress } from '../../base/ids.js';
import type { Subscription } from '../../engine/topics/topics.js';
import { isRefusal } from '../../wire/refusal.js';
import { confirmationMsMax } from './limits.js';
import { shownEndpoint } from './model/endpoint.js';
import { pushQueueOf } from './model/push-message.js';
import { readSubscriptionArn, subscriptionArn } from './model/topic-arn.js';

/** What the broker's own pages show of subscriptions. */

export function pendingOf({ topic, id, properties, createdAt }: Subscription): object {
  const { Protocol: protocol, Endpoint: endpoint = '', Token: token } = properties;
  return {
    subscriptionArn: subscriptionArn(topic, id),
    topicArn: topic,
    protocol,
    endpoint: shownEndpoint(endpoint),
    token,
    expiresAt: new Date(createdAt + confirmationMsMax).toISOString(),
  };
}

export function deliveryQueueOf(arn: string): QueueAddress | undefined {
  const read = readSubscriptionArn(arn);
  return isRefusal(read) ? undefined : pushQueueOf(subscriptionArn(read.topic, read.id));
}
