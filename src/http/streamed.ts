import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from './exchange.js';
import type { HttpLimits } from './limits.js';
import { remoteness } from './local-request.js';
import { type HttpLog, type HttpObserver, jsonReply, type StreamedReply, type StreamedRequest, type StreamedRoute } from './ports.js';
import { partsOf } from './url-parts.js';

export interface StreamedOptions {
  readonly streamed: readonly StreamedRoute[];
  readonly limits: HttpLimits;
  readonly log: HttpLog;
  readonly observer: HttpObserver;
  /** While it answers true, answers ask the client to close its connection. */
  readonly draining: () => boolean;
  readonly stopping: AbortSignal;
}

export function findStreamed({ streamed }: StreamedOptions, url: string | undefined): StreamedRoute | undefined {
  if (streamed.length === 0) return undefined;
  const { path } = partsOf(url);
  return streamed.find((route) => route.path.test(path));
}

/** `asksFirst`: the client sends its body only once it is asked for it (`Expect: 100-continue`). */
export async function serveStreamed(options: StreamedOptions, route: StreamedRoute, exchange: Exchange, asksFirst: boolean): Promise<void> {
  const startedAt = performance.now();
  const { requestId } = exchange;
  const incoming = new Incoming(exchange, options.stopping, asksFirst);
  const reply = await route.handle(incoming).catch((fault: unknown) => {
    options.log.error({ requestId, service: route.service, err: fault }, 'the request failed by a fault of the broker');
    return failed(requestId);
  });
  if (reply === undefined) return;
  const finished = (): void => {
    const { operation, outcome, status } = reply;
    const seconds = (performance.now() - startedAt) / 1_000;
    options.observer.requestFinished({ requestId, service: route.service, operation, protocol: 'stream', status, outcome, seconds });
  };
  if (!(reply.body instanceof Readable)) finished();
  await write(options, exchange, reply, incoming);
  if (reply.body instanceof Readable) finished();
}

function failed(requestId: string): StreamedReply {
  const reply = jsonReply(500, { error: 'InternalFailure', message: 'the broker failed; its log says why', requestId });
  return { operation: 'unknown', outcome: 'InternalFailure', ...reply };
}

class Incoming implements StreamedRequest {
  #isWanted = false;
  readonly #exchange: Exchange;

  constructor(
    exchange: Exchange,
    readonly stopping: AbortSignal,
    private readonly asksFirst: boolean,
  ) {
    this.#exchange = exchange;
  }

  get requestId(): string {
    return this.#exchange.requestId;
  }

  get method(): string {
    return this.#exchange.request.method ?? '';
  }

  get path(): string {
    return partsOf(this.#exchange.request.url).path;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(partsOf(this.#exchange.request.url).query);
  }

  get headers(): IncomingMessage['headers'] {
    return this.#exchange.request.headers;
  }

  get sourceAddress(): string {
    return this.#exchange.sourceAddress;
  }

  get remoteness(): string | undefined {
    return remoteness(this.#exchange.request);
  }

  get tls(): boolean {
    return 'encrypted' in this.#exchange.request.socket;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  body(): IncomingMessage {
    if (this.asksFirst && !this.#isWanted) this.#exchange.response.writeContinue();
    this.#isWanted = true;
    return this.#exchange.request;
  }

  /** Whether the client has sent all that it will send before it has read the answer. */
  get isRead(): boolean {
    const { request } = this.#exchange;
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    return request.complete || ((length === undefined || length === '0') && coding === undefined);
  }

  /** Whether it waits to be asked, and was not. */
  get isHeldBack(): boolean {
    return this.asksFirst && !this.#isWanted;
  }
}

async function write(
  { limits, log, draining }: StreamedOptions,
  { request, response, requestId }: Exchange,
  { status, contentType, body, bytes, headers = [] }: StreamedReply,
  incoming: Incoming,
): Promise<void> {
  if (response.destroyed) {
    if (body instanceof Readable) body.destroy();
    return;
  }
  const head = ['x-amzn-RequestId', requestId, 'Content-Type', contentType, ...headers];
  const length = bytes ?? (body instanceof Readable ? undefined : Buffer.byteLength(body));
  if (length !== undefined) head.push('Content-Length', String(length));
  const { isRead } = incoming;
  if (!isRead || draining()) head.push('Connection', 'close');
  response.writeHead(status, head);
  if (body instanceof Readable) {
    response.setTimeout(limits.stalledMsMax, () => response.destroy());
    await pipeline(body, response).catch((fault: NodeJS.ErrnoException) => {
      // The head is out: all that is left is to break off. A client that leaves is none of our faults.
      if (fault.code !== 'ERR_STREAM_PREMATURE_CLOSE') log.error({ requestId, err: fault }, 'an answer broke off');
    });
    if (draining()) request.socket.end(); // the head that says so was out before
    return;
  }
  if (isRead || incoming.isHeldBack) {
    response.end(body);
    return;
  }
  // Most clients read only when they have sent: a connection that is cut under their hands never shows them the answer.
  response.write(body);
  await discarded(request, limits);
  response.end();
}

/** Reads on for nothing, until the body ends, the client leaves, or enough was done for it. */
function discarded(request: IncomingMessage, { discardedBytesMax, discardedMsMax }: HttpLimits): Promise<void> {
  return new Promise((resolve) => {
    let left = discardedBytesMax;
    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', read);
      resolve();
    };
    const timer = setTimeout(finish, discardedMsMax);
    const read = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left < 0) finish();
    };
    request.once('end', finish).once('close', finish).on('data', read).resume();
  });
}
