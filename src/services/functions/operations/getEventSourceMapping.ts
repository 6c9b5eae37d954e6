import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { mappingConfiguration } from '../mappings/shapes.js';
import { shownMapping } from '../mappings/shown.js';
import type { MappingParts } from './createEventSourceMapping.js';

/**
 * GetEventSourceMapping: a mapping and what it is doing.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html
 * Errors: ResourceNotFound.
 */
const input = structure({ UUID: string });

export function getEventSourceMapping({ records, mappings }: Pick<MappingParts, 'records' | 'mappings'>): Operation {
  return operation({
    name: 'GetEventSourceMapping',
    input,
    output: mappingConfiguration,
    rest: { method: 'GET', path: '/2015-03-31/event-source-mappings/{UUID}', status: 200 },
    async handle(input, call) {
      const place = { account: call.accountId, region: call.region };
      const mapping = await records.require(place, input.UUID ?? '');
      return shownMapping(place, mapping, mappings.standing(place, mapping));
    },
  });
}
