import type { Clock } from '../../../base/clock.js';
import type { Random } from '../../../base/random.js';
import type { Subscription, SubscriptionDefinition, Topic, Topics } from '../../../engine/topics/topics.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid, subscriptionDoesNotExist, topicDoesNotExist } from '../errors.js';
import { attributesOf, changeAttributes, endpointOf, withAttributes, withReplay } from '../model/subscription-attributes.js';
import { readSubscriptionArn } from '../model/topic-arn.js';
import type { Replays } from '../replays.js';

/**
 * SetSubscriptionAttributes: one attribute; without a value, or with the empty one, it is removed.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
 * Errors: NotFound, InvalidParameter, ReplayLimitExceeded.
 */
const input = structure({ SubscriptionArn: string, AttributeName: string, AttributeValue: string });

export interface SetSubscriptionAttributesParts {
  readonly topics: Pick<Topics, 'find' | 'findSubscription' | 'updateSubscription'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly replays: Pick<Replays, 'begin' | 'requireRoom'>;
}

export function setSubscriptionAttributes({ topics, clock, random, replays }: SetSubscriptionAttributesParts): Operation {
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
      const replay = random.uuid();
      const now = clock.now();
      const change = (current: Subscription) => changed(current, changes, topic, now, replay);
      const replaying = accept(change(subscription)).state === 'replaying' && 'ReplayPolicy' in changes;
      if (replaying) accept(await replays.requireRoom());
      const updated = await topics.updateSubscription(address, id, (current) => accept(change(current)));
      if (updated === undefined) throw subscriptionDoesNotExist();
      if (replaying) replays.begin(updated);
      return {};
    },
  });
}

function changed(
  current: Subscription,
  changes: Readonly<Record<string, string>>,
  topic: Topic,
  now: number,
  replay: string,
): SubscriptionDefinition | Refusal {
  const attributes = changeAttributes(attributesOf(current), changes, {
    endpoint: endpointOf(current),
    topic,
    now,
    source: 'SetSubscriptionAttributes',
  });
  if (isRefusal(attributes)) return attributes;
  const definition = withAttributes(current, attributes);
  return 'ReplayPolicy' in changes ? withReplay(definition, replay) : definition;
}
