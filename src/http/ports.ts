import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
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
  /** `page`: one of the broker's own. `stream`: of a streamed route. */
  readonly protocol: Protocol | 'page' | 'stream' | 'none';
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

/** Requests whose bodies or answers are too large to be held: they are handled before their bodies are read. */
export interface StreamedRoute {
  /** Its name in metrics and logs. */
  readonly service: string;
  /** Matched against the whole path as it was sent. */
  readonly path: RegExp;
  /** Undefined: the client is gone, and nobody is left to be answered. */
  handle(request: StreamedRequest): Promise<StreamedReply | undefined>;
}

export interface StreamedRequest {
  readonly requestId: string;
  readonly method: string;
  /** As it was sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly sourceAddress: string;
  /** Why it does not come from a program on this machine; undefined: it does, as far as it can be told. */
  readonly remoteness: string | undefined;
  readonly tls: boolean;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
  /** Fires when the broker begins to stop: answers without an end should end now. */
  readonly stopping: AbortSignal;
  /**
   * The body. A client that waits to be asked for it is asked. How slowly it may come is for the route to say. It must not be destroyed, which would end
   * the connection before the answer: what is left unread is read and dropped, within limits.
   */
  body(): Readable;
}

export interface StreamedReply extends Omit<RouteReply, 'body'> {
  readonly operation: string;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  /** One that is streamed, and of which the client takes nothing for a minute, is broken off. */
  readonly body: string | Buffer | Readable;
  /** Of a body that is streamed, or left out because HEAD was asked for. */
  readonly bytes?: number;
}

/** A reply of JSON, ended by a line feed for those who read it in a terminal. */
export function jsonReply(status: number, value: unknown): RouteReply & { readonly body: string } {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}
