import type { Topics } from '../../../engine/topics/topics.js';
import { isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { addPermission as added } from '../model/policy.js';
import { policyOf, withPolicy } from '../model/topic-attributes.js';
import { names } from '../shapes.js';
import { changeTopic, requireTopic } from '../topic-lookup.js';

/**
 * AddPermission: one statement more in the topic's policy.
 * https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ TopicArn: string, Label: string, AWSAccountId: names, ActionName: names });

export function addPermission(topics: Pick<Topics, 'find' | 'update'>): Operation {
  return operation({
    name: 'AddPermission',
    input,
    output: undefined,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      const permission = { label: input.Label ?? '', accountIds: input.AWSAccountId ?? [], actions: input.ActionName ?? [] };
      await changeTopic(topics, topic, (current) => {
        const policy = added(policyOf(current), current.address, permission);
        return isRefusal(policy) ? policy : withPolicy(current, policy);
      });
      return {};
    },
  });
}
