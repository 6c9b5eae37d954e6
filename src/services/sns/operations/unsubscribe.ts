import type { Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { authorizationError } from '../errors.js';
import { readSubscriptionArn, subscriptionArn } from '../model/topic-arn.js';
import type { PushDeliveries } from '../push-deliveries.js';

/**
 * Unsubscribe: also by the link in a delivered message, a GET without a signature. One that is not there is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 * Errors: InvalidParameter, AuthorizationError.
 */
const input = structure({ SubscriptionArn: string });

export function unsubscribe(topics: Pick<Topics, 'unsubscribe' | 'findSubscription'>, deliveries: Pick<PushDeliveries, 'end'>): Operation {
  return operation({
    name: 'Unsubscribe',
    input,
    output: undefined,
    linked: true,
    async handle(input, call) {
      const { topic, id } = accept(readSubscriptionArn(input.SubscriptionArn));
      const found = await topics.findSubscription(topic, id);
      if (found?.properties.ConfirmationWasAuthenticated === 'true' && !call.signed) {
        throw authorizationError('Anonymous users cannot unsubscribe this subscription: it was confirmed with AuthenticateOnUnsubscribe');
      }
      const ended = await topics.unsubscribe(topic, id);
      if (ended !== undefined && ended.properties.Protocol !== 'sqs') await deliveries.end(subscriptionArn(topic, id));
      return {};
    },
  });
}
