import type { Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { authorizationError } from '../errors.js';
import type { Farewells } from '../farewells.js';
import { authenticatesUnsubscribe } from '../model/subscription-attributes.js';
import { ownerOf, readSubscriptionArn } from '../model/topic-arn.js';

/**
 * Unsubscribe: also by the link in a delivered message, a GET without a signature; then, and when another account asks, the endpoint is told
 * how to have its subscription back. One that is not there is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 * Errors: InvalidParameter, AuthorizationError, ServiceUnavailable.
 */
const input = structure({ SubscriptionArn: string });

export interface UnsubscribeParts {
  readonly topics: Pick<Topics, 'find' | 'findSubscription'>;
  readonly farewells: Farewells;
}

export function unsubscribe({ topics, farewells }: UnsubscribeParts): Operation {
  return operation({
    name: 'Unsubscribe',
    input,
    output: undefined,
    linked: true,
    async handle(input, call) {
      const { topic: address, id } = accept(readSubscriptionArn(input.SubscriptionArn));
      const [topic, found] = [await topics.find(address), await topics.findSubscription(address, id)];
      if (topic === undefined) return {};
      if (found === undefined) {
        await farewells.tell(id, topic, call.origin);
        return {};
      }
      const byOwner = call.signed && (call.accountId === found.properties.Owner || call.accountId === ownerOf(address));
      if (byOwner) await farewells.end(found);
      else if (authenticatesUnsubscribe(found)) {
        throw authorizationError(
          'This subscription was confirmed with AuthenticateOnUnsubscribe: only its owner and that of the topic can end it',
        );
      } else await farewells.endByAnybody(found, topic, call.origin);
      return {};
    },
  });
}
