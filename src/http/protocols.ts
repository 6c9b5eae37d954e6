import { encodeJsonError, jsonContentType } from '../wire/aws-json.js';
import { encodeQueryError, xmlContentType } from '../wire/aws-query.js';
import { invalidAction, malformedPath, unknownPath, unknownTarget } from '../wire/errors.js';
import { type FormNode, formPairs, formText, formTree } from '../wire/form.js';
import { encodeRestError } from '../wire/rest-json.js';
import type { Members, Operation, Protocol, Service, ServiceError } from '../wire/service.js';
import { type Scope, scopeOfAuthorization, scopeOfCredential } from '../wire/sigv4.js';
import type { Exchange } from './exchange.js';
import { findAction, type OperationTable, type Served } from './operations.js';
import { isRestPath } from './rest-routes.js';
import { partsOf } from './url-parts.js';

/** A request as its protocol reads it: which operation is meant and with which input. */
export interface WireRequest {
  scope(): Scope;
  /** Throws the protocol's refusal of an unknown operation. */
  find(): Meant;
}

/** An operation with what the request says for it. */
export interface Meant {
  readonly service: Service;
  readonly operation: Operation;
  /** In later turns where it is large. */
  decode(): Members | Promise<Members>;
  /** The answer of a success. */
  encode(output: unknown, requestId: string): Answer;
}

/** An answer ready to be written. */
export interface Answer {
  readonly status: number;
  /** Absent where there is no body. */
  readonly contentType: string | undefined;
  readonly body: string | Buffer;
  readonly queryError?: string;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}

/** What the headers and the path say of the protocol; `unknown` is no request of AWS's. */
export function protocolOf({ request }: Exchange): Protocol | 'unknown' {
  const { method, headers, url = '/' } = request;
  const contentType = headers['content-type'];
  if (method === 'POST') {
    if (headers['x-amz-target'] !== undefined) return 'json';
    if (isRestPath(url)) return 'rest'; // whatever its body is called
    if (jsonContentTypes.some((type) => isType(contentType, type))) return 'json';
    return isType(contentType, 'application/x-www-form-urlencoded') || hasAction(url) ? 'query' : 'unknown';
  }
  if (isRestPath(url)) return 'rest';
  return method === 'GET' && hasAction(url) ? 'query' : 'unknown';
}

/** AWS JSON 1.0 and 1.1 differ in what services call them, not in what they are. */
const jsonContentTypes = [jsonContentType, 'application/x-amz-json-1.1'];

function isType(header: string | undefined, type: string): boolean {
  return header !== undefined && (header === type || header.split(';', 1)[0]?.trim().toLowerCase() === type);
}

function hasAction(url: string): boolean {
  return /(^|&)Action=/.test(partsOf(url).query);
}

export function jsonRequest({ request }: Exchange, body: Buffer, table: OperationTable): WireRequest {
  const target = request.headers['x-amz-target'];
  return {
    scope: () => scopeOfAuthorization(request.headers.authorization),
    find: () => {
      const served = typeof target === 'string' ? table.byTarget.get(target) : undefined;
      if (served === undefined) throw unknownTarget(typeof target === 'string' ? target : undefined);
      return {
        service: served.service,
        operation: served.operation,
        decode: () => served.json.decode(body),
        encode: (output) => ({ status: 200, contentType: jsonContentType, body: served.json.encode(output) }),
      };
    },
  };
}

/** Parameters of the URL and of the body count alike. Throws MalformedInput for what does not decode. */
export function queryRequest({ request }: Exchange, body: Buffer, table: OperationTable): WireRequest {
  const { path, query } = partsOf(request.url);
  const pairs = [...formPairs(query), ...formPairs(formText(body))];
  const parameters = formTree(pairs);
  const textOf = (name: string): string | undefined => parameters.children.get(name)?.value;
  const action = textOf('Action') ?? '';
  const scope = (): Scope => {
    const credential = textOf('X-Amz-Credential') ?? textOf('AWSAccessKeyId');
    return credential === undefined ? scopeOfAuthorization(request.headers.authorization) : scopeOfCredential(credential);
  };
  return {
    scope,
    find: () => {
      const served = findAction(table, action, { signedFor: scope().service, apiVersion: textOf('Version') });
      if (served === undefined) throw invalidAction(action);
      return {
        service: served.service,
        operation: served.operation,
        decode: () => decodeQuery(served, decodedPath(path), action, parameters),
        encode: (output, requestId) => ({ status: 200, contentType: xmlContentType, body: served.query.encode(output, requestId) }),
      };
    },
  };
}

function decodeQuery({ service, query }: Served, path: string, action: string, parameters: FormNode): Members {
  const ofPath = service.pathMembers(path, action);
  if (ofPath === 'notValidHere') throw invalidAction(action);
  for (const [name, value] of Object.entries(ofPath)) addMissing(parameters, name, value);
  return query.decode(parameters);
}

export function restRequest({ request }: Exchange, body: Buffer, table: OperationTable): WireRequest {
  const { path, query } = partsOf(request.url);
  return {
    scope: () => scopeOfAuthorization(request.headers.authorization),
    find: () => {
      const found = table.byPath.find(request.method, path);
      if (found === undefined) throw unknownPath(request.method ?? '', path);
      const { service, operation, rest } = found.target;
      return {
        service,
        operation,
        decode: () =>
          rest.decode({ path: decodedValues(found.values, path), query: new URLSearchParams(query), headers: request.headers, body }),
        encode: (output) => rest.encode(output),
      };
    },
  };
}

function decodedValues(values: Readonly<Record<string, string>>, path: string): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw malformedPath(path);
  }
}

function addMissing(parameters: FormNode, name: string, value: string): void {
  if (!parameters.children.has(name)) parameters.children.set(name, { value, children: new Map() });
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** `service` is unknown while the operation is; then the first service's names are used. */
export function refusal(
  error: ServiceError,
  protocol: Protocol,
  table: OperationTable,
  service: Service | undefined,
  requestId: string,
): Answer {
  if (protocol === 'rest') return encodeRestError(error);
  const named = service ?? table.services[0];
  if (protocol === 'json' || named === undefined) return { ...encodeJsonError(error, named), contentType: jsonContentType };
  return { status: error.code.status, contentType: xmlContentType, body: encodeQueryError(error, named, requestId) };
}

/** What the real service answers where no protocol can be told. */
export const notAws: Answer = { status: 404, contentType: xmlContentType, body: '<UnknownOperationException/>' };
