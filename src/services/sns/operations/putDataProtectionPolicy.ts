import type { Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { missing } from '../errors.js';
import { readProtectionProperty, withProtection } from '../protection/protection.js';
import { changeTopic, requireTopic } from '../topic-lookup.js';

/**
 * PutDataProtectionPolicy: what may pass through a standard topic, in place of what was said before; the empty text says nothing again.
 * https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ ResourceArn: string, DataProtectionPolicy: string });

export function putDataProtectionPolicy(topics: Pick<Topics, 'find' | 'update'>): Operation {
  return operation({
    name: 'PutDataProtectionPolicy',
    input,
    output: undefined,
    async handle(input, call) {
      const { DataProtectionPolicy: policy } = input;
      const topic = await requireTopic(topics, input.ResourceArn, call, 'ResourceArn');
      if (policy === undefined) throw missing('DataProtectionPolicy');
      const put = accept(readProtectionProperty(policy, topic.settings.ordering));
      await changeTopic(topics, topic, (current) => withProtection(current, put));
      return {};
    },
  });
}
