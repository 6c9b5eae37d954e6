import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { functionNotFound, noEventInvokeConfig } from '../errors.js';
import { configKey } from '../model/event-invoke-config.js';
import { qualifiedArn, readReference } from '../model/function-name.js';
import type { Parts } from '../parts.js';
import { nothing } from '../shapes.js';

/**
 * DeleteFunctionEventInvokeConfig: what was set for asynchronous events has its defaults again.
 * https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Qualifier: string });

export function deleteFunctionEventInvokeConfig({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'DeleteFunctionEventInvokeConfig',
    input,
    output: nothing,
    rest: { method: 'DELETE', path: '/2019-09-25/functions/{FunctionName}/event-invoke-config', status: 204, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      const key = configKey(qualifier);
      await catalogue.change(address, (functions): true | Refusal => {
        if (functions.find(address.name) === undefined) return functionNotFound(qualifiedArn(address, qualifier));
        return functions.unset('events', address.name, key) ? true : noEventInvokeConfig(qualifiedArn(address, key));
      });
      return {};
    },
  });
}
