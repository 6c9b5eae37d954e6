import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { functionNotFound } from '../errors.js';
import { Constraints } from '../model/constraints.js';
import { arnOf } from '../model/function-name.js';
import { readTaggable, removeTags } from '../model/tags.js';
import type { Parts } from '../parts.js';
import { nothing } from '../shapes.js';

/**
 * UntagResource: removes tags from a function. Those that it does not have are no error.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ Resource: string, tagKeys: wrappedList(string) });

export function untagResource({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'UntagResource',
    input,
    output: nothing,
    rest: { method: 'DELETE', path: '/2017-03-31/tags/{Resource}', status: 204, query: ['tagKeys'] },
    async handle(input, call) {
      const address = accept(readTaggable(input.Resource ?? '', call));
      accept(new Constraints().required('tagKeys', input.tagKeys).refusal());
      await catalogue.change(address, (functions): true | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        functions.put({ ...record, tags: removeTags(record.tags, input.tagKeys ?? []) });
        return true;
      });
      return {};
    },
  });
}
