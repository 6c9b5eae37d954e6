import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import type { Place } from '../catalogue.js';
import { mappingsPageMax } from '../limits.js';
import type { Mapping } from '../mappings/mapping.js';
import type { MappingRecords } from '../mappings/mapping-records.js';
import { mappingConfiguration } from '../mappings/shapes.js';
import { shownMapping } from '../mappings/shown.js';
import { arnOf, qualifiedArn, readReference, referenceOfArn } from '../model/function-name.js';
import { type Page, paged, readPage } from '../model/marker.js';
import { page } from '../shapes.js';
import type { MappingParts } from './createEventSourceMapping.js';

/**
 * ListEventSourceMappings: mappings in order of their UUIDs, at most 100 a page; those of one queue, or of one function, or both.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
 * Errors: ValidationException, InvalidParameterValue.
 */
const input = structure({ ...page, EventSourceArn: string, FunctionName: string });
const output = structure({ NextMarker: string, EventSourceMappings: wrappedList(mappingConfiguration) });

type Wanted = (mapping: Mapping) => boolean;

export function listEventSourceMappings({ records, mappings }: Pick<MappingParts, 'records' | 'mappings'>): Operation {
  return operation({
    name: 'ListEventSourceMappings',
    input,
    output,
    rest: {
      method: 'GET',
      path: '/2015-03-31/event-source-mappings',
      status: 200,
      query: ['Marker', 'MaxItems', 'EventSourceArn', 'FunctionName'],
    },
    async handle(input, call) {
      const place = { account: call.accountId, region: call.region };
      const page = accept(readPage(input, 'event-source-mappings', { given: mappingsPageMax, asked: 10_000 }));
      const { EventSourceArn, FunctionName } = input;
      const reference = FunctionName === undefined ? undefined : accept(readReference(FunctionName, undefined, call));
      const wanted: Wanted = ({ queue, functionArn }) =>
        (EventSourceArn === undefined || queue === EventSourceArn) &&
        (reference === undefined || isOf(functionArn, arnOf(reference.address), reference.qualifier));
      const found = await scan(records, place, page, wanted);
      const { items, NextMarker } = paged(found, page, 'event-source-mappings', ({ id }) => id);
      return { NextMarker, EventSourceMappings: items.map((mapping) => shownMapping(place, mapping, mappings.standing(place, mapping))) };
    },
  });
}

/** Without a qualifier all mappings of the function are meant, those of its versions and aliases too. */
function isOf(functionArn: string, arn: string, qualifier: string | undefined): boolean {
  const reference = referenceOfArn(functionArn);
  if (reference === undefined || arnOf(reference.address) !== arn) return false;
  return qualifier === undefined || functionArn === qualifiedArn(reference.address, qualifier);
}

/** One more than is wanted, where there are so many. */
async function scan(records: MappingRecords, place: Place, { after, limit }: Page, wanted: Wanted): Promise<readonly Mapping[]> {
  const found: Mapping[] = [];
  for (let last = after; found.length <= limit; ) {
    const some = await records.list(place, { after: last, limit: mappingsPageMax });
    found.push(...some.filter(wanted));
    last = some.at(-1)?.id;
    if (some.length < mappingsPageMax) break;
  }
  return found.slice(0, limit + 1);
}
