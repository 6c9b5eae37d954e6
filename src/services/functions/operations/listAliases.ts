import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { aliasesPageDefault, aliasesScanMax } from '../limits.js';
import { checkAlias, shownAlias } from '../model/alias.js';
import { readFunction } from '../model/function-name.js';
import { paged, readPage } from '../model/marker.js';
import type { Parts } from '../parts.js';
import { aliasConfiguration, page } from '../shapes.js';

/**
 * ListAliases: in order of their names, 50 a page; with `FunctionVersion`, those that send invocations to it.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, FunctionVersion: string, ...page });
const output = structure({ NextMarker: string, Aliases: wrappedList(aliasConfiguration) });

export function listAliases({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'ListAliases',
    input,
    output,
    rest: {
      method: 'GET',
      path: '/2015-03-31/functions/{FunctionName}/aliases',
      status: 200,
      query: ['FunctionVersion', 'Marker', 'MaxItems'],
    },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const { FunctionVersion: version } = input;
      accept(checkAlias({ FunctionVersion: version }));
      await catalogue.require(address);
      const listing = `aliases/${address.name}`;
      const wanted = accept(readPage(input, listing, { given: aliasesPageDefault, asked: 10_000 }));
      const limit = version === undefined ? wanted.limit + 1 : aliasesScanMax;
      const all = await catalogue.listParts('alias', address, { after: wanted.after, limit });
      const found = version === undefined ? all : all.filter((alias) => alias.version === version || alias.routing?.version === version);
      const { items, NextMarker } = paged(found, wanted, listing, ({ name }) => name);
      return { NextMarker, Aliases: items.map((alias) => shownAlias(address, alias)) };
    },
  });
}
