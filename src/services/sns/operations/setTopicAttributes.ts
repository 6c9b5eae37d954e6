import type { Clock } from '../../../base/clock.js';
import type { Topic, Topics } from '../../../engine/topics/topics.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { type Extensions, withAttribute } from '../model/topic-attributes.js';
import { checkSubscriptions } from '../room.js';
import { changeTopic, requireTopic } from '../topic-lookup.js';

/**
 * SetTopicAttributes: one attribute; without a value, or with the empty one, it is back at its default.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
 * Errors: NotFound, InvalidParameter.
 */
const input = structure({ TopicArn: string, AttributeName: string, AttributeValue: string });

export interface SetTopicAttributesParts {
  readonly topics: Pick<Topics, 'find' | 'update' | 'listSubscriptions'>;
  readonly clock: Clock;
  readonly extensions: Extensions;
  /** What is no longer to be kept can go. */
  readonly expireArchive: (topic: Topic) => void;
}

export function setTopicAttributes({ topics, clock, extensions, expireArchive }: SetTopicAttributesParts): Operation {
  return operation({
    name: 'SetTopicAttributes',
    input,
    output: undefined,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      const { AttributeName: name, AttributeValue: value = '' } = input;
      const now = clock.now();
      if (name === 'MaximumMessageSize') {
        const asked = accept(withAttribute(topic, { name, value }, extensions, now));
        accept(await checkSubscriptions(topics, { ...topic, ...asked }));
      }
      const changed = await changeTopic(topics, topic, (current) => withAttribute(current, { name, value }, extensions, now));
      if (name === 'ArchivePolicy') expireArchive(changed);
      return {};
    },
  });
}
