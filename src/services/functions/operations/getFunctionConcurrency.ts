import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { readFunction } from '../model/function-name.js';
import type { Parts } from '../parts.js';

/**
 * GetFunctionConcurrency: what is reserved for a function; nothing where nothing is.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string });

export function getFunctionConcurrency({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetFunctionConcurrency',
    input,
    output: structure({ ReservedConcurrentExecutions: integer }),
    rest: { method: 'GET', path: '/2019-09-30/functions/{FunctionName}/concurrency', status: 200 },
    async handle(input, call) {
      const { reservedConcurrency } = await catalogue.require(accept(readFunction(input.FunctionName ?? '', call)));
      return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
    },
  });
}
