import type { SubscriptionId } from '../../../base/ids.js';
import type { Random } from '../../../base/random.js';
import type { Subscription, Topic, Topics } from '../../../engine/topics/topics.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, string, structure } from '../../../wire/shape.js';
import { invalid, storageFull, subscriptionLimitExceeded, topicDoesNotExist } from '../errors.js';
import { fifoSubscriptionsMax, largeMessageSubscriptionsMax, messageBytesDefault } from '../limits.js';
import { identityOf, readEndpoint } from '../model/endpoint.js';
import { asksForMore, changeAttributes, type SubscriptionAttributes, subscriptionProperties } from '../model/subscription-attributes.js';
import { subscriptionArn } from '../model/topic-arn.js';
import { maximumMessageBytes } from '../model/topic-attributes.js';
import { attributes } from '../shapes.js';
import { requireTopic } from '../topic-lookup.js';

/**
 * Subscribe: a new subscription, confirmed at once where its endpoint needs no confirmation, or the one there is for this
 * endpoint when nothing is asked for that it does not have.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 * Errors: NotFound, InvalidParameter, SubscriptionLimitExceeded, ServiceUnavailable.
 */
const input = structure({ TopicArn: string, Protocol: string, Endpoint: string, Attributes: attributes, ReturnSubscriptionArn: boolean });
const output = structure({ SubscriptionArn: string });

export function subscribe(topics: Pick<Topics, 'find' | 'subscribe' | 'counts'>, random: Pick<Random, 'uuid'>): Operation {
  return operation({
    name: 'Subscribe',
    input,
    output,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      const kind = topic.settings.ordering;
      const endpoint = accept(readEndpoint(input.Protocol, input.Endpoint, kind));
      const asked = accept(changeAttributes({}, input.Attributes ?? {}, { endpoint, topic: kind, source: 'Subscribe' }));
      accept(await checkRoom(topics, topic));
      const outcome = await topics.subscribe(topic, {
        id: random.uuid() as SubscriptionId,
        identity: identityOf(endpoint),
        state: 'confirmed',
        properties: subscriptionProperties(endpoint, call.accountId, `arn:aws:iam::${call.accountId}:root`, asked),
      });
      switch (outcome.kind) {
        case 'storageFull':
          throw storageFull();
        case 'topicGone':
          throw topicDoesNotExist();
        case 'exists':
          accept(checkSame(outcome.subscription, asked));
          break;
        case 'created':
      }
      return { SubscriptionArn: subscriptionArn(topic.address, outcome.subscription.id) };
    },
  });
}

function checkSame(subscription: Subscription, asked: SubscriptionAttributes): Refusal | undefined {
  return asksForMore(subscription, asked) ? invalid('Attributes Reason: Subscription already exists with different attributes') : undefined;
}

/** FIFO topics, and those that take large messages, have few subscriptions. A repeated Subscribe at the limit is refused too. */
async function checkRoom(topics: Pick<Topics, 'counts'>, topic: Topic): Promise<Refusal | undefined> {
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
