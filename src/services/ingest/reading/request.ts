import type { Readable } from 'node:stream';

/** What reading needs of a request, and answers: narrow faces of the listener's streamed requests and replies. */
export interface ReadingRequest {
  readonly method: string;
  /** As it was sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Why it does not come from a program on this machine; undefined: it does. */
  readonly remoteness: string | undefined;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
  /** Fires when the broker begins to stop. */
  readonly stopping: AbortSignal;
}

export interface ReadingReply {
  readonly operation: ReadingOperation;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Readable;
  /** Of a body that is streamed, or left out because HEAD was asked for. */
  readonly bytes?: number;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}

export type ReadingOperation = 'GetRecord' | 'FindRecords' | 'GetPayload' | 'GetCustody' | 'FollowRecords' | 'unknown';

/** What is asked for, once it is known that it may be. */
export interface Reading {
  readonly pipeline: string;
  readonly request: ReadingRequest;
}

export function headerOf({ headers }: ReadingRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
