import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { versionsPageMax } from '../limits.js';
import { latest, readFunction } from '../model/function-name.js';
import { paged, readPage } from '../model/marker.js';
import { listedConfiguration } from '../model/shown.js';
import type { Parts } from '../parts.js';
import { configuration, page } from '../shapes.js';

/**
 * ListVersionsByFunction: `$LATEST`, then the versions in order, at most 50 a page.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, ...page });
const output = structure({ NextMarker: string, Versions: wrappedList(configuration) });

export function listVersionsByFunction({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'ListVersionsByFunction',
    input,
    output,
    rest: { method: 'GET', path: '/2015-03-31/functions/{FunctionName}/versions', status: 200, query: ['Marker', 'MaxItems'] },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const record = await catalogue.require(address);
      const listing = `versions/${address.name}`;
      const wanted = accept(readPage(input, listing, { given: versionsPageMax, asked: 10_000 }));
      const after = wanted.after === latest ? undefined : wanted.after;
      const versions = await catalogue.listParts('version', address, { after, limit: wanted.limit + 1 });
      const found = wanted.after === undefined ? [record.latest, ...versions] : versions;
      const { items, NextMarker } = paged(found, wanted, listing, ({ version }) => version);
      return { NextMarker, Versions: items.map((version) => listedConfiguration(address, version, version.version)) };
    },
  });
}
