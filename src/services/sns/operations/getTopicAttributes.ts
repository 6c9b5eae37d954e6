import type { Clock } from '../../../base/clock.js';
import type { Topics } from '../../../engine/topics/topics.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { topicDoesNotExist } from '../errors.js';
import { returnedAttributes } from '../model/topic-attributes.js';
import { attributes } from '../shapes.js';
import { requireTopic } from '../topic-lookup.js';

/**
 * GetTopicAttributes: what was set, the defaults that AWS shows, and the counts of subscriptions.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ TopicArn: string });
const output = structure({ Attributes: attributes });

export function getTopicAttributes(topics: Pick<Topics, 'find' | 'counts'>, clock: Clock): Operation {
  return operation({
    name: 'GetTopicAttributes',
    input,
    output,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      const counts = await topics.counts(topic);
      if (counts === undefined) throw topicDoesNotExist();
      return {
        Attributes: {
          ...returnedAttributes(topic, clock.now()),
          SubscriptionsConfirmed: String(counts.confirmed),
          SubscriptionsPending: String(counts.pending),
          SubscriptionsDeleted: String(counts.deleted),
        },
      };
    },
  });
}
