import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readFunction } from '../model/function-name.js';
import type { Parts } from '../parts.js';

/**
 * GetFunctionCodeSigningConfig: that the code of a function need not be signed, since none can have a configuration for it. Terraform asks
 * whenever it reads a function.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string });

export function getFunctionCodeSigningConfig({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetFunctionCodeSigningConfig',
    input,
    output: structure({ FunctionName: string }),
    rest: { method: 'GET', path: '/2020-06-30/functions/{FunctionName}/code-signing-config', status: 200 },
    async handle(input, call) {
      const { name } = await catalogue.require(accept(readFunction(input.FunctionName ?? '', call)));
      return { FunctionName: name };
    },
  });
}
