import type { Protocol } from '../wire/service.js';

/** What the listener needs of the rest of the program. */

export interface HttpLog {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One answered request, for metrics and logs. */
export interface FinishedRequest {
  readonly requestId: string;
  /** `unknown` until the operation was found. */
  readonly service: string;
  readonly operation: string;
  /** `page`: one of the broker's own. */
  readonly protocol: Protocol | 'page' | 'none';
  readonly status: number;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  readonly seconds: number;
}

export interface HttpObserver {
  requestFinished(request: FinishedRequest): void;
}

/** A page of the broker's own, outside the AWS protocols. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /** Matched against the whole path; its named groups are the parameters, percent-decoded. */
  readonly path: RegExp;
  /** It is for programs on this machine alone, whatever address is listened on. */
  readonly localOnly?: boolean;
  handle(request: RouteRequest): Promise<RouteReply>;
}

export interface RouteRequest {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export interface RouteReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}

/** A reply of JSON, ended by a line feed for those who read it in a terminal. */
export function jsonReply(status: number, value: unknown): RouteReply {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}
