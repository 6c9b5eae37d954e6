import type { Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readSubscriptionArn } from '../model/topic-arn.js';

/**
 * Unsubscribe: also by the link in a delivered message, a GET without a signature. One that is not there is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 * Errors: InvalidParameter.
 */
const input = structure({ SubscriptionArn: string });

export function unsubscribe(topics: Pick<Topics, 'unsubscribe'>): Operation {
  return operation({
    name: 'Unsubscribe',
    input,
    output: undefined,
    linked: true,
    async handle(input) {
      const { topic, id } = accept(readSubscriptionArn(input.SubscriptionArn));
      await topics.unsubscribe(topic, id);
      return {};
    },
  });
}
