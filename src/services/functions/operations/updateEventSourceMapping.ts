import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { mappingExists, mappingInUse, mappingNotFound } from '../errors.js';
import { isFifoQueue, type Mapping } from '../mappings/mapping.js';
import { checkPair } from '../mappings/pair.js';
import { readSettings } from '../mappings/settings.js';
import { mappingConfiguration, updateInput } from '../mappings/shapes.js';
import { type MappingState, shownMapping } from '../mappings/shown.js';
import { qualifiedArn, readReference } from '../model/function-name.js';
import type { MappingParts } from './createEventSourceMapping.js';

/**
 * UpdateEventSourceMapping: changes what is given. Batches under way end as they were begun.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 * Errors: ValidationException, InvalidParameterValue, ResourceConflict, ResourceInUse, ResourceNotFound, ServiceException.
 */
export function updateEventSourceMapping({ engine, catalogue, records, mappings, clock }: Omit<MappingParts, 'random'>): Operation {
  return operation({
    name: 'UpdateEventSourceMapping',
    input: updateInput,
    output: mappingConfiguration,
    rest: { method: 'PUT', path: '/2015-03-31/event-source-mappings/{UUID}', status: 202 },
    async handle(input, call) {
      const place = { account: call.accountId, region: call.region };
      const { id, queue } = await records.require(place, input.UUID ?? '');
      const reference = input.FunctionName === undefined ? undefined : accept(readReference(input.FunctionName, undefined, call));
      if (reference !== undefined) await checkPair({ engine, catalogue }, queue, reference, call.accountId);
      records.requireRoom();
      const now = clock.now();
      const { before, after } = await records.change(place, (known): Changed | Refusal => {
        const before = known.find(id);
        if (before === undefined) return mappingNotFound();
        if (before.deleting) return mappingInUse();
        const settings = readSettings(input, before.settings, isFifoQueue(queue));
        if (isRefusal(settings)) return settings;
        const functionArn = reference === undefined ? before.functionArn : qualifiedArn(reference.address, reference.qualifier);
        const after = { ...before, functionArn, settings, enabled: input.Enabled ?? before.enabled, modifiedAt: now };
        const rival = known.rivalOf(after);
        if (rival !== undefined) return mappingExists(queue, reference?.address.name ?? '', rival);
        known.put(after);
        return { before, after };
      });
      mappings.apply(place, after);
      return shownMapping(place, after, { state: transition(before, after), problem: undefined });
    },
  });
}

interface Changed {
  readonly before: Mapping;
  readonly after: Mapping;
}

function transition(before: Mapping, after: Mapping): MappingState {
  if (before.enabled === after.enabled) return after.enabled ? 'Updating' : 'Disabled';
  return after.enabled ? 'Enabling' : 'Disabling';
}
