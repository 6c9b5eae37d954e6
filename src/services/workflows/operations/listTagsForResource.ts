import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { steadyList, string, structure } from '../../../wire/shape.js';
import { listed } from '../model/tags.js';
import type { ServiceParts } from '../service-parts.js';
import { tagsOf } from '../tagged.js';

/**
 * ListTagsForResource: of a state machine or an activity.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html
 * Errors: InvalidArn, ResourceNotFound.
 */
const input = structure({ resourceArn: string });
const output = structure({ tags: steadyList(structure({ key: string, value: string })) });

export function listTagsForResource(parts: ServiceParts): Operation {
  return operation({
    name: 'ListTagsForResource',
    input,
    output,
    async handle({ resourceArn }) {
      return { tags: listed(accept(await tagsOf(parts, resourceArn))) };
    },
  });
}
