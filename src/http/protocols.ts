import { encodeJsonError, jsonContentType } from '../wire/aws-json.js';
import { encodeQueryError, xmlContentType } from '../wire/aws-query.js';
import { invalidAction, unknownTarget } from '../wire/errors.js';
import { type FormNode, formPairs, formText, formTree } from '../wire/form.js';
import type { Members, Service, ServiceError } from '../wire/service.js';
import { type Scope, scopeOfAuthorization, scopeOfCredential } from '../wire/sigv4.js';
import type { Exchange } from './exchange.js';
import { findAction, type OperationTable, type Served } from './operations.js';
import { partsOf } from './url-parts.js';

/** A request as its protocol reads it: which operation is meant and with which input. */
export interface WireRequest {
  readonly name: 'json' | 'query';
  scope(): Scope;
  /** Throws the protocol's refusal of an unknown operation. */
  find(): Served;
  decode(served: Served): Members;
}

/** An answer ready to be written. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly queryError?: string;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}

/** What the headers and the path say of the protocol; `unknown` is no request of AWS's. */
export function protocolOf({ request }: Exchange): 'json' | 'query' | 'unknown' {
  const { method, headers, url = '/' } = request;
  const contentType = headers['content-type'];
  if (method === 'POST') {
    if (headers['x-amz-target'] !== undefined || isType(contentType, jsonContentType)) return 'json';
    return isType(contentType, 'application/x-www-form-urlencoded') || hasAction(url) ? 'query' : 'unknown';
  }
  return method === 'GET' && hasAction(url) ? 'query' : 'unknown';
}

function isType(header: string | undefined, type: string): boolean {
  return header !== undefined && (header === type || header.split(';', 1)[0]?.trim().toLowerCase() === type);
}

function hasAction(url: string): boolean {
  return /(^|&)Action=/.test(partsOf(url).query);
}

export function jsonRequest({ request }: Exchange, body: Buffer, table: OperationTable): WireRequest {
  const target = request.headers['x-amz-target'];
  return {
    name: 'json',
    scope: () => scopeOfAuthorization(request.headers.authorization),
    find: () => {
      const served = typeof target === 'string' ? table.byTarget.get(target) : undefined;
      if (served === undefined) throw unknownTarget(typeof target === 'string' ? target : undefined);
      return served;
    },
    decode: (served) => served.json.decode(body),
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
    name: 'query',
    scope,
    find: () => {
      const served = findAction(table, action, { signedFor: scope().service, apiVersion: textOf('Version') });
      if (served === undefined) throw invalidAction(action);
      return served;
    },
    decode: (served) => {
      const ofPath = served.service.pathMembers(decodedPath(path), action);
      if (ofPath === 'notValidHere') throw invalidAction(action);
      for (const [name, value] of Object.entries(ofPath)) addMissing(parameters, name, value);
      return served.query.decode(parameters);
    },
  };
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

export function success(served: Served, protocol: 'json' | 'query', output: unknown, requestId: string): Answer {
  return protocol === 'json'
    ? { status: 200, contentType: jsonContentType, body: served.json.encode(output) }
    : { status: 200, contentType: xmlContentType, body: served.query.encode(output, requestId) };
}

/** `service` is unknown while the operation is; then the first service's names are used. */
export function refusal(
  error: ServiceError,
  protocol: 'json' | 'query',
  table: OperationTable,
  service: Service | undefined,
  requestId: string,
): Answer {
  const named = service ?? table.services[0];
  if (protocol === 'json' || named === undefined) return { ...encodeJsonError(error, named), contentType: jsonContentType };
  return { status: error.code.status, contentType: xmlContentType, body: encodeQueryError(error, named, requestId) };
}

/** What the real service answers where no protocol can be told. */
export const notAws: Answer = { status: 404, contentType: xmlContentType, body: '<UnknownOperationException/>' };
