import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { readTags } from '../model/tags.js';
import type { ServiceParts } from '../service-parts.js';
import { changeTags } from '../tagged.js';

/**
 * TagResource: of a state machine or an activity.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html
 * Errors: InvalidArn, ResourceNotFound, TooManyTags.
 */
const input = structure({ resourceArn: string, tags: wrappedList(structure({ key: string, value: string })) });

export function tagResource(parts: ServiceParts): Operation {
  return operation({
    name: 'TagResource',
    input,
    output: structure({}),
    async handle({ resourceArn, tags }) {
      accept(await changeTags(parts, resourceArn, (before, arn) => readTags(tags, before, arn)));
      return {};
    },
  });
}
