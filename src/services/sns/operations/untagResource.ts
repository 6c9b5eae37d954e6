import type { Topics } from '../../../engine/topics/topics.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { removeTags } from '../model/tags.js';
import { tagKeys } from '../shapes.js';
import { changeTopic, requireTagged } from '../topic-lookup.js';

/**
 * UntagResource: keys that are not there are passed over.
 * https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html
 * Errors: ResourceNotFound, InvalidParameter.
 */
const input = structure({ ResourceArn: string, TagKeys: tagKeys });

export function untagResource(topics: Pick<Topics, 'find' | 'update'>): Operation {
  return operation({
    name: 'UntagResource',
    input,
    output: structure({}),
    async handle(input, call) {
      const topic = await requireTagged(topics, input.ResourceArn, call);
      await changeTopic(topics, topic, (current) => ({ ...current, tags: removeTags(current.tags, input.TagKeys ?? []) }));
      return {};
    },
  });
}
