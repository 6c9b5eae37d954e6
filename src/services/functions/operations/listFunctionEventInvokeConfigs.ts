import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { eventInvokeConfigsPageMax } from '../limits.js';
import { shownEventInvokeConfig } from '../model/event-invoke-config.js';
import { readFunction } from '../model/function-name.js';
import { paged, readPage } from '../model/marker.js';
import type { Parts } from '../parts.js';
import { eventInvokeConfig, page } from '../shapes.js';

/**
 * ListFunctionEventInvokeConfigs: what was set for the asynchronous events of a function, its versions and aliases, at most 50 a page.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, ...page });
const output = structure({ NextMarker: string, FunctionEventInvokeConfigs: wrappedList(eventInvokeConfig) });

export function listFunctionEventInvokeConfigs({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'ListFunctionEventInvokeConfigs',
    input,
    output,
    rest: {
      method: 'GET',
      path: '/2019-09-25/functions/{FunctionName}/event-invoke-config/list',
      status: 200,
      query: ['Marker', 'MaxItems'],
    },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      await catalogue.require(address);
      const listing = `event-invoke-configs/${address.name}`;
      const wanted = accept(readPage(input, listing, { given: eventInvokeConfigsPageMax, asked: eventInvokeConfigsPageMax }));
      const found = await catalogue.listParts('events', address, { after: wanted.after, limit: wanted.limit + 1 });
      const { items, NextMarker } = paged(found, wanted, listing, ({ qualifier }) => qualifier);
      return { NextMarker, FunctionEventInvokeConfigs: items.map((config) => shownEventInvokeConfig(address, config)) };
    },
  });
}
