import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readReference } from '../model/function-name.js';
import { shownConfiguration } from '../model/shown.js';
import type { Parts } from '../parts.js';
import { configuration } from '../shapes.js';

/**
 * GetFunctionConfiguration: how a function, or a version of it, runs.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Qualifier: string });

export function getFunctionConfiguration({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetFunctionConfiguration',
    input,
    output: configuration,
    rest: { method: 'GET', path: '/2015-03-31/functions/{FunctionName}/configuration', status: 200, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      return shownConfiguration(address, await catalogue.requireVersion(address, qualifier), qualifier);
    },
  });
}
