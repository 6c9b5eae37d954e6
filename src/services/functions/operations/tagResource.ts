import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { functionNotFound } from '../errors.js';
import { Constraints } from '../model/constraints.js';
import { arnOf } from '../model/function-name.js';
import { addTags, readTaggable } from '../model/tags.js';
import type { Parts } from '../parts.js';
import { nothing, stringMap } from '../shapes.js';

/**
 * TagResource: adds tags to a function, or gives those there new values.
 * https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ Resource: string, Tags: stringMap });

export function tagResource({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'TagResource',
    input,
    output: nothing,
    rest: { method: 'POST', path: '/2017-03-31/tags/{Resource}', status: 204 },
    async handle(input, call) {
      const address = accept(readTaggable(input.Resource ?? '', call));
      accept(new Constraints().required('tags', input.Tags).refusal());
      catalogue.requireRoom();
      await catalogue.change(address, (functions): true | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        const tags = addTags(record.tags, input.Tags ?? {});
        if (isRefusal(tags)) return tags;
        functions.put({ ...record, tags });
        return true;
      });
      return {};
    },
  });
}
