import type { Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { archiveInTheWay } from '../errors.js';
import { archiveOf } from '../model/archive-policy.js';
import { readTopicArn } from '../model/topic-arn.js';
import type { PushDeliveries } from '../push-deliveries.js';

/**
 * DeleteTopic: the topic and its subscriptions. One that is not there is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
 * Errors: InvalidParameter, InvalidState (the topic has an archive).
 */
const input = structure({ TopicArn: string });

export function deleteTopic(topics: Pick<Topics, 'find' | 'delete'>, deliveries: Pick<PushDeliveries, 'endTopic'>): Operation {
  return operation({
    name: 'DeleteTopic',
    input,
    output: undefined,
    async handle(input, call) {
      const topic = await topics.find(accept(readTopicArn(input.TopicArn, call.region)));
      if (topic === undefined) return {};
      if (archiveOf(topic) !== undefined) throw archiveInTheWay();
      await topics.delete(topic);
      await deliveries.endTopic(topic.address);
      return {};
    },
  });
}
