import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** What the pipeline needs of a request whose body is not read yet. */
export interface IngestRequest {
  readonly requestId: string;
  readonly method: string;
  /** As it was sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly sourceAddress: string;
  readonly tls: boolean;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
  /** Fires when the broker begins to stop. */
  readonly stopping: AbortSignal;
  /** The body. It must not be destroyed. */
  body(): Readable;
}

export interface IngestReply {
  readonly operation: string;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer | Readable;
  /** Of a body that is streamed, or left out because HEAD was asked for. */
  readonly bytes?: number;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
}

export function headerOf({ headers }: Pick<IngestRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
