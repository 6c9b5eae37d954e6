import { type JsonCodec, jsonCodec } from '../wire/aws-json.js';
import { type QueryCodec, queryCodec } from '../wire/aws-query.js';
import type { Operation, Service } from '../wire/service.js';

/** An operation with everything that serving it needs, made once at start. */
export interface Served {
  readonly service: Service;
  readonly operation: Operation;
  readonly json: JsonCodec;
  readonly query: QueryCodec;
}

/** Finds operations by what each protocol calls them. */
export interface OperationTable {
  readonly services: readonly Service[];
  readonly byTarget: ReadonlyMap<string, Served>;
  readonly byAction: ReadonlyMap<string, Served>;
}

export function operationTable(services: readonly Service[]): OperationTable {
  const served = services.flatMap((service) =>
    [...service.operations.values()].map((operation) => ({
      service,
      operation,
      json: jsonCodec(operation),
      query: queryCodec(service, operation),
    })),
  );
  return {
    services,
    byTarget: new Map(served.map((entry) => [`${entry.service.targetPrefix}.${entry.operation.name}`, entry])),
    byAction: new Map(served.map((entry) => [entry.operation.name, entry])),
  };
}
