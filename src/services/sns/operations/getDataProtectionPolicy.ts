import type { Topics } from '../../../engine/topics/topics.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { protectionPolicy } from '../protection/protection.js';
import { requireTopic } from '../topic-lookup.js';

/**
 * GetDataProtectionPolicy: the policy as it was put, to the character; nothing of a topic that has none.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetDataProtectionPolicy.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ ResourceArn: string });
const output = structure({ DataProtectionPolicy: string });

export function getDataProtectionPolicy(topics: Pick<Topics, 'find'>): Operation {
  return operation({
    name: 'GetDataProtectionPolicy',
    input,
    output,
    async handle(input, call) {
      const { properties } = await requireTopic(topics, input.ResourceArn, call, 'ResourceArn');
      return { DataProtectionPolicy: properties[protectionPolicy] };
    },
  });
}
