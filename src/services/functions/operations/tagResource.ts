import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { Constraints } from '../model/constraints.js';
import { addTags, readTaggable } from '../model/tags.js';
import type { Parts } from '../parts.js';
import { nothing, stringMap } from '../shapes.js';
import type { Tagged } from '../tagged.js';

/**
 * TagResource: adds tags to a function or an event source mapping, or gives those there new values.
 * https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ Resource: string, Tags: stringMap });

export function tagResource({ catalogue, tagged }: Pick<Parts, 'catalogue'> & { readonly tagged: Tagged }): Operation {
  return operation({
    name: 'TagResource',
    input,
    output: nothing,
    rest: { method: 'POST', path: '/2017-03-31/tags/{Resource}', status: 204 },
    async handle(input, call) {
      const resource = accept(readTaggable(input.Resource ?? '', call));
      accept(new Constraints().required('tags', input.Tags).refusal());
      catalogue.requireRoom();
      await tagged.change(resource, (tags) => addTags(tags, input.Tags ?? {}));
      return {};
    },
  });
}
