import type { Topics } from '../../../engine/topics/topics.js';
import { isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { removePermission as removed } from '../model/policy.js';
import { policyOf, withPolicy } from '../model/topic-attributes.js';
import { changeTopic, requireTopic } from '../topic-lookup.js';

/**
 * RemovePermission: the label's statement leaves the topic's policy. A label that is not there is no error.
 * https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ TopicArn: string, Label: string });

export function removePermission(topics: Pick<Topics, 'find' | 'update'>): Operation {
  return operation({
    name: 'RemovePermission',
    input,
    output: undefined,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      await changeTopic(topics, topic, (current) => {
        const policy = removed(policyOf(current), input.Label ?? '');
        return isRefusal(policy) ? policy : withPolicy(current, policy);
      });
      return {};
    },
  });
}
