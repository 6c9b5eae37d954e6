import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readFunction } from '../model/function-name.js';
import type { Parts } from '../parts.js';

/**
 * GetFunctionRecursionConfig: whether a function may be invoked by its own doing again and again.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string });

export function getFunctionRecursionConfig({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetFunctionRecursionConfig',
    input,
    output: structure({ RecursiveLoop: string }),
    rest: { method: 'GET', path: '/2024-08-31/functions/{FunctionName}/recursion-config', status: 200 },
    async handle(input, call) {
      const { recursiveLoop } = await catalogue.require(accept(readFunction(input.FunctionName ?? '', call)));
      return { RecursiveLoop: recursiveLoop };
    },
  });
}
