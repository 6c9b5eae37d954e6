import type { Subscription, SubscriptionDefinition, Topics } from '../../../engine/topics/topics.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid, subscriptionDoesNotExist, topicDoesNotExist } from '../errors.js';
import { attributesOf, changeAttributes, endpointOf, withAttributes } from '../model/subscription-attributes.js';
import { readSubscriptionArn } from '../model/topic-arn.js';
import type { TopicKind } from '../model/topic-attributes.js';

/**
 * SetSubscriptionAttributes: one attribute; without a value, or with the empty one, it is removed.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ SubscriptionArn: string, AttributeName: string, AttributeValue: string });

export function setSubscriptionAttributes(topics: Pick<Topics, 'find' | 'findSubscription' | 'updateSubscription'>): Operation {
  return operation({
    name: 'SetSubscriptionAttributes',
    input,
    output: undefined,
    async handle(input) {
      const { topic: address, id } = accept(readSubscriptionArn(input.SubscriptionArn));
      if (input.AttributeName === undefined) throw invalid('AttributeName');
      const subscription = await topics.findSubscription(address, id);
      if (subscription === undefined) throw subscriptionDoesNotExist();
      const topic = await topics.find(address);
      if (topic === undefined) throw topicDoesNotExist();
      const changes = { [input.AttributeName]: input.AttributeValue ?? '' };
      const change = (current: Subscription) => changed(current, changes, topic.settings.ordering);
      accept(change(subscription));
      const updated = await topics.updateSubscription(address, id, (current) => accept(change(current)));
      if (updated === undefined) throw subscriptionDoesNotExist();
      return {};
    },
  });
}

function changed(current: Subscription, changes: Readonly<Record<string, string>>, topic: TopicKind): SubscriptionDefinition | Refusal {
  const attributes = changeAttributes(attributesOf(current), changes, {
    endpoint: endpointOf(current),
    topic,
    source: 'SetSubscriptionAttributes',
  });
  return isRefusal(attributes) ? attributes : withAttributes(current, attributes);
}
