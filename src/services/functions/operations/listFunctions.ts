import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import type { Catalogue, Place } from '../catalogue.js';
import { notSupported } from '../errors.js';
import { functionsPageMax } from '../limits.js';
import { Constraints } from '../model/constraints.js';
import type { FunctionAddress } from '../model/function-name.js';
import type { VersionRecord } from '../model/function-record.js';
import { type Page, paged, readPage } from '../model/marker.js';
import { listedConfiguration } from '../model/shown.js';
import type { Parts } from '../parts.js';
import { configuration, page } from '../shapes.js';

/**
 * ListFunctions: functions in order of their names, at most 50 a page; with `FunctionVersion` `ALL`, each with all its versions.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
 * Errors: ValidationException, InvalidParameterValue.
 */
const input = structure({ ...page, FunctionVersion: string, MasterRegion: string });
const output = structure({ NextMarker: string, Functions: wrappedList(configuration) });

export function listFunctions({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'ListFunctions',
    input,
    output,
    rest: {
      method: 'GET',
      path: '/2015-03-31/functions',
      status: 200,
      query: ['Marker', 'MaxItems', 'FunctionVersion', 'MasterRegion'],
    },
    async handle(input, call) {
      accept(new Constraints().oneOf('functionVersion', input.FunctionVersion, ['ALL']).refusal());
      if (input.MasterRegion !== undefined) throw notSupported('MasterRegion');
      const place = { account: call.accountId, region: call.region };
      const all = input.FunctionVersion === 'ALL';
      const listing = `functions${all ? '/versions' : ''}`;
      const wanted = accept(readPage(input, listing, { given: functionsPageMax, asked: 10_000 }));
      const found = all ? await everyVersion(catalogue, place, wanted) : await functions(catalogue, place, wanted);
      const { items, NextMarker } = paged(found, wanted, listing, keyOf);
      return {
        NextMarker,
        Functions: items.map(({ address, version }) => listedConfiguration(address, version, all ? version.version : undefined)),
      };
    },
  });
}

interface Listed {
  readonly address: FunctionAddress;
  readonly version: VersionRecord;
}

/** A marker of all versions names a function and the version of it that was last. */
function keyOf({ address, version }: Listed): string {
  return `${address.name}/${version.version}`;
}

async function functions(catalogue: Catalogue, place: Place, { after, limit }: Page): Promise<readonly Listed[]> {
  const records = await catalogue.list(place, { after: after?.split('/')[0], limit: limit + 1 });
  return records.map(({ name, latest }) => ({ address: { ...place, name }, version: latest }));
}

async function everyVersion(catalogue: Catalogue, place: Place, { after, limit }: Page): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  const [begun, reached = ''] = after?.split('/') ?? [];
  if (begun !== undefined) {
    const address = { ...place, name: begun as FunctionAddress['name'] };
    const rest = await catalogue.listParts('version', address, { after: reached.startsWith('$') ? undefined : reached, limit: limit + 1 });
    found.push(...rest.map((version) => ({ address, version })));
  }
  for (let last = begun; found.length <= limit; ) {
    const [record] = await catalogue.list(place, { after: last, limit: 1 });
    if (record === undefined) break;
    const address = { ...place, name: record.name };
    const versions = await catalogue.listParts('version', address, { after: undefined, limit: limit + 1 });
    found.push(...[record.latest, ...versions].map((version) => ({ address, version })));
    last = record.name;
  }
  return found.slice(0, limit + 1);
}
