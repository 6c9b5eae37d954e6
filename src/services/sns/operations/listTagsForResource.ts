import type { Topics } from '../../../engine/topics/topics.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { tagList } from '../model/tags.js';
import { tags } from '../shapes.js';
import { requireTagged } from '../topic-lookup.js';

/**
 * ListTagsForResource: all tags of a topic.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html
 * Errors: ResourceNotFound, InvalidParameter.
 */
const input = structure({ ResourceArn: string });
const output = structure({ Tags: tags });

export function listTagsForResource(topics: Pick<Topics, 'find'>): Operation {
  return operation({
    name: 'ListTagsForResource',
    input,
    output,
    async handle(input, call) {
      const topic = await requireTagged(topics, input.ResourceArn, call);
      return { Tags: tagList(topic.tags) };
    },
  });
}
