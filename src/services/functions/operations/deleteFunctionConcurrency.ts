import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { functionNotFound } from '../errors.js';
import { arnOf, readFunction } from '../model/function-name.js';
import type { Parts } from '../parts.js';
import { nothing } from '../shapes.js';

/**
 * DeleteFunctionConcurrency: the function shares what is not reserved again.
 * https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string });

export function deleteFunctionConcurrency({ catalogue, slots }: Pick<Parts, 'catalogue' | 'slots'>): Operation {
  return operation({
    name: 'DeleteFunctionConcurrency',
    input,
    output: nothing,
    rest: { method: 'DELETE', path: '/2017-10-31/functions/{FunctionName}/concurrency', status: 204 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      await catalogue.change(address, (functions): true | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        const { usage } = functions;
        const { [address.name]: _, ...reserved } = usage.reserved;
        functions.usage = { ...usage, reserved };
        functions.put({ ...record, reservedConcurrency: undefined });
        return true;
      });
      slots.changed();
      return {};
    },
  });
}
