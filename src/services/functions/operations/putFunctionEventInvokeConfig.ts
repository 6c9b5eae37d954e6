import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { configKey, type EventInvokeConfig, readEventInvokeConfig, shownEventInvokeConfig } from '../model/event-invoke-config.js';
import { readReference } from '../model/function-name.js';
import { checkQualifier } from '../model/qualifier.js';
import type { Parts } from '../parts.js';
import { destinationConfig, eventInvokeConfig } from '../shapes.js';

/**
 * PutFunctionEventInvokeConfig: what becomes of asynchronous events; what is not given is as if it had never been set.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({
  FunctionName: string,
  Qualifier: string,
  MaximumRetryAttempts: integer,
  MaximumEventAgeInSeconds: integer,
  DestinationConfig: destinationConfig,
});

export function putFunctionEventInvokeConfig({ catalogue, clock }: Pick<Parts, 'catalogue' | 'clock'>): Operation {
  return operation({
    name: 'PutFunctionEventInvokeConfig',
    input,
    output: eventInvokeConfig,
    rest: { method: 'PUT', path: '/2019-09-25/functions/{FunctionName}/event-invoke-config', status: 200, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      const given = accept(readEventInvokeConfig(input, address));
      const now = clock.now();
      const key = configKey(qualifier);
      const config = await catalogue.change(address, (functions): EventInvokeConfig | Refusal => {
        const missing = checkQualifier(functions, address, qualifier);
        if (isRefusal(missing)) return missing;
        const next: EventInvokeConfig = { qualifier: key, ...given, modifiedAt: now };
        functions.set('events', address.name, key, next);
        return next;
      });
      return shownEventInvokeConfig(address, config);
    },
  });
}
