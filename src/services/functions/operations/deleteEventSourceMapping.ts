import type { Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { mappingInUse, mappingNotFound } from '../errors.js';
import type { Mapping } from '../mappings/mapping.js';
import { mappingConfiguration } from '../mappings/shapes.js';
import { shownMapping } from '../mappings/shown.js';
import type { MappingParts } from './createEventSourceMapping.js';

/**
 * DeleteEventSourceMapping: nothing more is received. The mapping is gone when the last of its batches has ended.
 * https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html
 * Errors: ResourceInUse, ResourceNotFound.
 */
const input = structure({ UUID: string });

export function deleteEventSourceMapping({ records, mappings, clock }: Pick<MappingParts, 'records' | 'mappings' | 'clock'>): Operation {
  return operation({
    name: 'DeleteEventSourceMapping',
    input,
    output: mappingConfiguration,
    rest: { method: 'DELETE', path: '/2015-03-31/event-source-mappings/{UUID}', status: 202 },
    async handle(input, call) {
      const place = { account: call.accountId, region: call.region };
      const now = clock.now();
      const mapping = await records.change(place, (known): Mapping | Refusal => {
        const found = known.find(input.UUID ?? '');
        if (found === undefined) return mappingNotFound();
        if (found.deleting) return mappingInUse();
        const deleting = { ...found, deleting: true, modifiedAt: now };
        known.put(deleting);
        return deleting;
      });
      mappings.apply(place, mapping);
      return shownMapping(place, mapping, { state: 'Deleting', problem: undefined });
    },
  });
}
