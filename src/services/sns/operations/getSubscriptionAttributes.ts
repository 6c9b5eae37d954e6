import type { Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { subscriptionDoesNotExist } from '../errors.js';
import { replayOf, returnedAttributes } from '../model/subscription-attributes.js';
import { readSubscriptionArn } from '../model/topic-arn.js';
import { attributes } from '../shapes.js';

/**
 * GetSubscriptionAttributes.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ SubscriptionArn: string });
const output = structure({ Attributes: attributes });

export function getSubscriptionAttributes(topics: Pick<Topics, 'find' | 'findSubscription' | 'hasReplayed'>): Operation {
  return operation({
    name: 'GetSubscriptionAttributes',
    input,
    output,
    async handle(input) {
      const { topic, id } = accept(readSubscriptionArn(input.SubscriptionArn));
      const subscription = await topics.findSubscription(topic, id);
      const owner = await topics.find(topic);
      if (subscription === undefined || owner === undefined) throw subscriptionDoesNotExist();
      const replay = replayOf(subscription);
      const begun = replay !== undefined && (await topics.hasReplayed(owner, id, replay.id));
      return { Attributes: returnedAttributes(subscription, owner, begun) };
    },
  });
}
