import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { addressIn, forbiddenCode, forbiddenReason, guardedLookup, isPrivate } from './private-addresses.js';

/** A request to an endpoint that a user named. */
export interface HttpRequest {
  readonly method: string;
  /** `http:` or `https:`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | undefined;
  /** Of the answer's body: what is longer is not read. */
  readonly answerBytesMax: number;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
  /** There was more than `answerBytesMax`. */
  readonly tooLong: boolean;
}

/** `forbidden`: the address may not be reached from here. `failed`: no answer came, or not all of it. */
export type HttpOutcome =
  | HttpAnswer
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'forbidden'; readonly reason: string };

/** Redirects are answers like any other. */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpOutcome>;
  /** Closes idle connections. */
  close(): void;
}

/** `denyPrivate`: addresses of this machine and of private networks are not connected to. */
export function createHttpClient({ denyPrivate }: { readonly denyPrivate: boolean }): HttpClient {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const sent = ({ method, url, headers, body, answerBytesMax, signal }: HttpRequest): Promise<HttpOutcome> => {
    const secure = url.protocol === 'https:';
    const options: RequestOptions = {
      method,
      agent: secure ? agents.https : agents.http,
      headers: { ...headers, ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }) } as RequestOptions['headers'],
      auth: null, // what is in the URL is not for the header
      signal,
      ...(denyPrivate && { lookup: guardedLookup }),
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) =>
        read(response, answerBytesMax).then(resolve, reject),
      );
      request.on('error', reject);
      request.end(body);
    });
  };
  return {
    async request(request) {
      const address = addressIn(request.url);
      if (denyPrivate && isPrivate(address)) return { kind: 'forbidden', reason: forbiddenReason(address) };
      try {
        return await sent(request);
      } catch (fault) {
        const code = fault instanceof Error && 'code' in fault ? String(fault.code) : String(fault);
        return code === forbiddenCode ? { kind: 'forbidden', reason: forbiddenReason(address) } : { kind: 'failed', reason: code };
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

async function read(response: IncomingMessage, bytesMax: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > bytesMax) break; // leaves the rest, and the connection
  }
  const { statusCode: status = 0, statusMessage: statusText = '', headersDistinct } = response;
  const headers = Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values ?? []]));
  return { kind: 'answered', status, statusText, headers, body: Buffer.concat(chunks), tooLong: bytes > bytesMax };
}
