import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { functionNotFound } from '../errors.js';
import { Constraints } from '../model/constraints.js';
import { arnOf, readFunction } from '../model/function-name.js';
import type { RecursiveLoop } from '../model/function-record.js';
import type { Parts } from '../parts.js';

/**
 * PutFunctionRecursionConfig: whether a function may be invoked by its own doing again and again.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, RecursiveLoop: string });

export function putFunctionRecursionConfig({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'PutFunctionRecursionConfig',
    input,
    output: structure({ RecursiveLoop: string }),
    rest: { method: 'PUT', path: '/2024-08-31/functions/{FunctionName}/recursion-config', status: 200 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const constraints = new Constraints().required('recursiveLoop', input.RecursiveLoop);
      accept(constraints.oneOf('recursiveLoop', input.RecursiveLoop, ['Allow', 'Terminate']).refusal());
      const recursiveLoop = input.RecursiveLoop as RecursiveLoop;
      await catalogue.change(address, (functions): true | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        functions.put({ ...record, recursiveLoop });
        return true;
      });
      return { RecursiveLoop: recursiveLoop };
    },
  });
}
