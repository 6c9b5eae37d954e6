import type { Topics } from '../../../engine/topics/topics.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { withAttribute } from '../model/topic-attributes.js';
import { changeTopic, requireTopic } from '../topic-lookup.js';

/**
 * SetTopicAttributes: one attribute; without a value, or with the empty one, it is back at its default.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ TopicArn: string, AttributeName: string, AttributeValue: string });

export function setTopicAttributes(topics: Pick<Topics, 'find' | 'update'>): Operation {
  return operation({
    name: 'SetTopicAttributes',
    input,
    output: undefined,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      await changeTopic(topics, topic, (current) => withAttribute(current, input.AttributeName, input.AttributeValue ?? ''));
      return {};
    },
  });
}
