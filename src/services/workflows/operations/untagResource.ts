import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import type { ServiceParts } from '../service-parts.js';
import { changeTags } from '../tagged.js';

/**
 * UntagResource: of a state machine or an activity. Keys that it does not have change nothing.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UntagResource.html
 * Errors: InvalidArn, ResourceNotFound.
 */
const input = structure({ resourceArn: string, tagKeys: wrappedList(string) });

export function untagResource(parts: ServiceParts): Operation {
  return operation({
    name: 'UntagResource',
    input,
    output: structure({}),
    async handle({ resourceArn, tagKeys = [] }) {
      accept(
        await changeTags(parts, resourceArn, (before) =>
          Object.fromEntries(Object.entries(before).filter(([key]) => !tagKeys.includes(key))),
        ),
      );
      return {};
    },
  });
}
