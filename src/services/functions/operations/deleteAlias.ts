import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { functionNotFound } from '../errors.js';
import { checkAlias } from '../model/alias.js';
import { arnOf, readFunction } from '../model/function-name.js';
import type { Parts } from '../parts.js';
import { nothing } from '../shapes.js';

/**
 * DeleteAlias: an alias, with its policy and what was set for its events. One that is not there is as good as deleted.
 * https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Name: string });

export function deleteAlias({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'DeleteAlias',
    input,
    output: nothing,
    rest: { method: 'DELETE', path: '/2015-03-31/functions/{FunctionName}/aliases/{Name}', status: 204 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const { Name: name = '' } = input;
      accept(checkAlias(input));
      await catalogue.change(address, (functions): true | Refusal => {
        if (functions.find(address.name) === undefined) return functionNotFound(arnOf(address));
        for (const kind of ['alias', 'policy', 'events'] as const) functions.unset(kind, address.name, name);
        return true;
      });
      return {};
    },
  });
}
