import type { Clock } from '../../../base/clock.js';
import type { Topic, Topics } from '../../../engine/topics/topics.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid, nullNotAllowed, storageFull } from '../errors.js';
import { archiveSince, archiveSinceFor } from '../model/archive-policy.js';
import { readTags, type Tags } from '../model/tags.js';
import { isFifoName, isTopicName, topicArn } from '../model/topic-arn.js';
import {
  differs,
  type Extensions,
  readNewAttributes,
  type TopicAttributes,
  type TopicKind,
  topicDefinition,
} from '../model/topic-attributes.js';
import { readProtectionProperty } from '../protection/protection.js';
import { attributes, tags } from '../shapes.js';

/**
 * CreateTopic: a new topic, or the ARN of the one there is when everything given is as it has it: what is not given is not
 * compared.
 * https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
 * Errors: InvalidParameter, TagLimitExceeded, ValidationError (no name), ServiceUnavailable.
 */
const input = structure({ Name: string, Attributes: attributes, Tags: tags, DataProtectionPolicy: string });
const output = structure({ TopicArn: string });

export function createTopic(topics: Pick<Topics, 'create'>, clock: Clock, extensions: Extensions): Operation {
  return operation({
    name: 'CreateTopic',
    input,
    output,
    async handle(input, call) {
      const given = input.Attributes ?? {};
      const { name, kind } = accept(readName(input.Name, given));
      const address = topicArn(call.accountId, call.region, name);
      const attributes = accept(readNewAttributes(given, { kind, topic: address, extensions }));
      const tags = accept(readTags(input.Tags));
      const protection = accept(readProtectionProperty(input.DataProtectionPolicy ?? '', kind));
      const archived = attributes.ArchivePolicy !== undefined && { [archiveSince]: archiveSinceFor(undefined, clock.now()) };
      const outcome = await topics.create(address, topicDefinition({ ...attributes, ...archived, ...protection }, kind, tags));
      switch (outcome.kind) {
        case 'storageFull':
          throw storageFull();
        case 'exists':
          accept(checkSame(outcome.topic, { ...attributes, ...protection }, tags));
          break;
        case 'created':
      }
      return { TopicArn: address };
    },
  });
}

/** A FIFO topic is one by its name and by its attribute together. */
function readName(name: string | undefined, given: Readonly<Record<string, string>>) {
  if (name === undefined) return nullNotAllowed('name');
  const { FifoTopic: fifo = 'false' } = given;
  const kind: TopicKind = fifo.toLowerCase() === 'true' ? 'fifo' : 'standard';
  return isTopicName(name) && isFifoName(name) === (kind === 'fifo') ? { name, kind } : invalid('Topic Name');
}

function checkSame(topic: Topic, attributes: TopicAttributes, tags: Tags): Refusal | undefined {
  if (differs(topic, attributes)) return invalid('Attributes Reason: Topic already exists with different attributes');
  const sameTags = Object.entries(tags).every(([key, value]) => topic.tags[key] === value);
  return sameTags ? undefined : invalid('Tags Reason: Topic already exists with different tags');
}
