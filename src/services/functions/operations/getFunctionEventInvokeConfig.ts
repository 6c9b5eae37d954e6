import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { noEventInvokeConfig } from '../errors.js';
import { configKey, shownEventInvokeConfig } from '../model/event-invoke-config.js';
import { qualifiedArn, readReference } from '../model/function-name.js';
import type { Parts } from '../parts.js';
import { eventInvokeConfig } from '../shapes.js';

/**
 * GetFunctionEventInvokeConfig: what was set for the asynchronous events of a function, version or alias.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Qualifier: string });

export function getFunctionEventInvokeConfig({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetFunctionEventInvokeConfig',
    input,
    output: eventInvokeConfig,
    rest: { method: 'GET', path: '/2019-09-25/functions/{FunctionName}/event-invoke-config', status: 200, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      await catalogue.require(address, qualifier);
      const config = await catalogue.get('events', address, configKey(qualifier));
      if (config === undefined) throw noEventInvokeConfig(qualifiedArn(address, configKey(qualifier)));
      return shownEventInvokeConfig(address, config);
    },
  });
}
