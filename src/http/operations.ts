import { type JsonCodec, jsonCodec } from '../wire/aws-json.js';
import { type QueryCodec, queryCodec } from '../wire/aws-query.js';
import { type RestCodec, restCodec } from '../wire/rest-json.js';
import type { Operation, RestBinding, Service } from '../wire/service.js';
import { RestRoutes } from './rest-routes.js';

/** An operation that REST serves. */
export interface ServedByRest {
  readonly service: Service;
  readonly operation: Operation;
  readonly binding: RestBinding;
  readonly rest: RestCodec;
}

/** An operation that AWS JSON and AWS Query serve, with everything that it needs, made once at start. */
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
  /** Services share the names of some actions: all that have it, in the order of the services. */
  readonly byAction: ReadonlyMap<string, readonly Served[]>;
  readonly byPath: RestRoutes<ServedByRest>;
}

export function operationTable(services: readonly Service[]): OperationTable {
  const served = services.flatMap((service) =>
    [...service.operations.values()]
      .filter(({ rest }) => rest === undefined)
      .map((operation) => ({ service, operation, json: jsonCodec(operation), query: queryCodec(service, operation) })),
  );
  return {
    services,
    byTarget: new Map(served.map((entry) => [`${entry.service.targetPrefix}.${entry.operation.name}`, entry])),
    byAction: byAction(served),
    byPath: byPath(services),
  };
}

function byPath(services: readonly Service[]): RestRoutes<ServedByRest> {
  const routes = new RestRoutes<ServedByRest>();
  for (const service of services) {
    for (const operation of service.operations.values()) {
      const binding = operation.rest;
      if (binding !== undefined) routes.add(binding, { service, operation, binding, rest: restCodec(operation, binding) });
    }
  }
  return routes;
}

function byAction(served: readonly Served[]): ReadonlyMap<string, readonly Served[]> {
  const actions = new Map<string, Served[]>();
  for (const entry of served) {
    const { name } = entry.operation;
    const sharing = actions.get(name);
    if (sharing === undefined) actions.set(name, [entry]);
    else sharing.push(entry);
  }
  return actions;
}

/** Which service a Query request means, as far as it says so. */
export interface ServiceHints {
  /** Of its credential. */
  readonly signedFor: string | undefined;
  /** Its `Version` parameter. */
  readonly apiVersion: string | undefined;
}

/** Of the operations of this name the one of the service meant; where nothing tells, the first. */
export function findAction({ byAction }: OperationTable, action: string, { signedFor, apiVersion }: ServiceHints): Served | undefined {
  const sharing = byAction.get(action) ?? [];
  return (
    sharing.find(({ service }) => service.name === signedFor) ??
    sharing.find(({ service }) => service.apiVersion === apiVersion) ??
    sharing[0]
  );
}
