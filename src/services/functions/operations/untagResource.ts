import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { Constraints } from '../model/constraints.js';
import { readTaggable, removeTags } from '../model/tags.js';
import { nothing } from '../shapes.js';
import type { Tagged } from '../tagged.js';

/**
 * UntagResource: removes tags from a function or an event source mapping. Those that it does not have are no error.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ Resource: string, tagKeys: wrappedList(string) });

export function untagResource({ tagged }: { readonly tagged: Tagged }): Operation {
  return operation({
    name: 'UntagResource',
    input,
    output: nothing,
    rest: { method: 'DELETE', path: '/2017-03-31/tags/{Resource}', status: 204, query: ['tagKeys'] },
    async handle(input, call) {
      const resource = accept(readTaggable(input.Resource ?? '', call));
      accept(new Constraints().required('tagKeys', input.tagKeys).refusal());
      await tagged.change(resource, (tags) => removeTags(tags, input.tagKeys ?? []));
      return {};
    },
  });
}
