import type { Topics } from '../../../engine/topics/topics.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { subscriptions } from '../shapes.js';
import { subscriptionPage } from '../subscription-page.js';
import { requireTopic } from '../topic-lookup.js';

/**
 * ListSubscriptionsByTopic: a hundred a page.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ TopicArn: string, NextToken: string });
const output = structure({ Subscriptions: subscriptions, NextToken: string });

export function listSubscriptionsByTopic(topics: Pick<Topics, 'find' | 'listSubscriptions'>): Operation {
  return operation({
    name: 'ListSubscriptionsByTopic',
    input,
    output,
    async handle(input, call) {
      const { address } = await requireTopic(topics, input.TopicArn, call);
      return subscriptionPage(topics, { kind: 'one', address }, input.NextToken);
    },
  });
}
