import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readTaggable } from '../model/tags.js';
import { stringMap } from '../shapes.js';
import type { Tagged } from '../tagged.js';

/**
 * ListTags: the tags of a function or an event source mapping.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ Resource: string });

export function listTags({ tagged }: { readonly tagged: Tagged }): Operation {
  return operation({
    name: 'ListTags',
    input,
    output: structure({ Tags: stringMap }),
    rest: { method: 'GET', path: '/2017-03-31/tags/{Resource}', status: 200 },
    async handle(input, call) {
      return { Tags: await tagged.of(accept(readTaggable(input.Resource ?? '', call))) };
    },
  });
}
