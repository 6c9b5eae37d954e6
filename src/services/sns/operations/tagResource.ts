import type { Topics } from '../../../engine/topics/topics.js';
import { accept, isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { addTags, readTags } from '../model/tags.js';
import { tags } from '../shapes.js';
import { changeTopic, requireTagged } from '../topic-lookup.js';

/**
 * TagResource: adds tags to a topic, or gives those there new values.
 * https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html
 * Errors: ResourceNotFound, InvalidParameter, TagLimitExceeded.
 */
const input = structure({ ResourceArn: string, Tags: tags });

export function tagResource(topics: Pick<Topics, 'find' | 'update'>): Operation {
  return operation({
    name: 'TagResource',
    input,
    output: structure({}),
    async handle(input, call) {
      const topic = await requireTagged(topics, input.ResourceArn, call);
      const added = accept(readTags(input.Tags));
      await changeTopic(topics, topic, (current) => {
        const tags = addTags(current.tags, added);
        return isRefusal(tags) ? tags : { ...current, tags };
      });
      return {};
    },
  });
}
