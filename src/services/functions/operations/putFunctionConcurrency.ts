import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { functionNotFound, invalidValue } from '../errors.js';
import { unreservedMin } from '../limits.js';
import { Constraints } from '../model/constraints.js';
import { arnOf, readFunction } from '../model/function-name.js';
import type { Parts } from '../parts.js';
import { leavesEnough, reservedSum } from '../slots.js';

/**
 * PutFunctionConcurrency: so many invocations at once are the function's own, and it has no more. With 0 it is not invoked.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, ReservedConcurrentExecutions: integer });

export function putFunctionConcurrency({ catalogue, slots }: Pick<Parts, 'catalogue' | 'slots'>): Operation {
  return operation({
    name: 'PutFunctionConcurrency',
    input,
    output: structure({ ReservedConcurrentExecutions: integer }),
    rest: { method: 'PUT', path: '/2017-10-31/functions/{FunctionName}/concurrency', status: 200 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const { ReservedConcurrentExecutions: given } = input;
      const constraints = new Constraints().required('reservedConcurrentExecutions', given);
      accept(constraints.range('reservedConcurrentExecutions', given, 0, 2 ** 31 - 1).refusal());
      const reserved = given ?? 0;
      await catalogue.change(address, (functions): true | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        const { usage } = functions;
        const next = { ...usage.reserved, [address.name]: reserved };
        if (!leavesEnough(slots.concurrencyMax, reservedSum(next)) && reserved > 0) return tooMuch();
        functions.usage = { ...usage, reserved: next };
        functions.put({ ...record, reservedConcurrency: reserved });
        return true;
      });
      slots.changed();
      return { ReservedConcurrentExecutions: reserved };
    },
  });
}

function tooMuch(): Refusal {
  return invalidValue(
    `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedMin}].`,
  );
}
