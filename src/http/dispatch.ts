import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Random } from '../base/random.js';
import { foreignPageRefused, internalFailure, operationTooLarge, requestTooLarge, unsupportedEncoding } from '../wire/errors.js';
import { readPrincipal } from '../wire/principal.js';
import { type Protocol, ServiceError } from '../wire/service.js';
import { type Body, readBody } from './body.js';
import { Exchange } from './exchange.js';
import { foreignPage, isNavigation } from './foreign-page.js';
import type { OperationTable, ServedByRest } from './operations.js';
import type { FinishedRequest, Route } from './ports.js';
import {
  type Answer,
  jsonRequest,
  type Meant,
  notAws,
  protocolOf,
  queryRequest,
  refusal,
  restRequest,
  type WireRequest,
} from './protocols.js';
import { isRestPath } from './rest-routes.js';
import { answerRoute, isRoutePath } from './routes.js';
import { findStreamed, type StreamedOptions, serveStreamed } from './streamed.js';
import { partsOf } from './url-parts.js';

export interface DispatchOptions extends StreamedOptions {
  readonly table: OperationTable;
  readonly routes: readonly Route[];
  /** Scheme, host and port; undefined: as each request came. */
  readonly publicUrl: string | undefined;
  readonly random: Random;
}

/** What is known of a request when it is answered. */
interface Progress {
  protocol: FinishedRequest['protocol'];
  meant: Meant | undefined;
  outcome: string;
}

/**
 * The life of a request, one step a line:
 * id, streamed or not, body, own page or protocol, authenticate, find the operation, turn away web pages, decode, authorize, handle, encode, write.
 */
export function dispatcher(options: DispatchOptions): (request: IncomingMessage, response: ServerResponse, asksFirst: boolean) => void {
  const { random, log, limits, publicUrl } = options;
  const undoFailed = (exchange: Exchange, fault: unknown): void =>
    log.error({ requestId: exchange.requestId, err: fault }, 'what an undelivered answer had claimed could not be given back');
  return (request, response, asksFirst) => {
    const startedAt = performance.now();
    const exchange = new Exchange(request, response, random.uuid(), publicUrl, undoFailed);
    const route = findStreamed(options, request.url);
    if (route !== undefined) {
      serveStreamed(options, route, exchange, asksFirst).catch((fault: unknown) => {
        log.error({ requestId: exchange.requestId, err: fault }, 'an answer could not be written');
        response.destroy();
      });
      return;
    }
    if (asksFirst) response.writeContinue();
    const progress: Progress = { protocol: 'none', meant: undefined, outcome: 'ok' };
    readBody(request, bodyBytesMax(options, request), limits.requestMsMax, (body) => {
      if (body.kind === 'gone') return;
      const cutOff = body.kind !== 'whole';
      answer(options, exchange, body, progress).then(
        (written) => write(options, exchange, written, progress, startedAt, cutOff),
        (fault: unknown) => write(options, exchange, faulted(options, exchange, progress, fault), progress, startedAt, cutOff),
      );
    });
  };
}

async function answer(options: DispatchOptions, exchange: Exchange, body: Body, progress: Progress): Promise<Answer> {
  if (body.kind === 'tooSlow') {
    progress.outcome = 'RequestTimeout';
    return { status: 408, contentType: undefined, body: '' };
  }
  if (isRoutePath(exchange.request.url)) {
    progress.protocol = 'page';
    return answerRoute(options.routes, exchange.request, body, options.publicUrl);
  }
  const protocol = protocolOf(exchange);
  if (protocol === 'unknown' || body.kind === 'gone') {
    progress.outcome = 'UnknownOperationException';
    return notAws;
  }
  exchange.protocol = protocol;
  progress.protocol = protocol;
  if (body.kind !== 'whole') throw tooLarge(options, exchange.request);
  const { table } = options;
  const encoding = exchange.request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw unsupportedEncoding(encoding);
  const wire = readers[protocol](exchange, body.bytes, table);
  authenticate(exchange, wire);
  const meant = wire.find();
  progress.meant = meant;
  refuseForeignPage(exchange, meant, options.publicUrl);
  const decoded = meant.decode();
  const input = decoded instanceof Promise ? await decoded : decoded;
  authorize();
  const output = await meant.operation.handle(input, exchange);
  return meant.encode(output, exchange.requestId);
}

const readers: Readonly<Record<Protocol, (exchange: Exchange, body: Buffer, table: OperationTable) => WireRequest>> = {
  json: jsonRequest,
  query: queryRequest,
  rest: restRequest,
};

/** How much of a body is read. Its path tells which operation of REST is meant before the body is there. */
function bodyBytesMax(options: DispatchOptions, request: IncomingMessage): number {
  return restOperation(options, request)?.binding.bodyBytesMax ?? options.limits.bodyBytesMax;
}

function tooLarge(options: DispatchOptions, request: IncomingMessage): ServiceError {
  const bytesMax = bodyBytesMax(options, request);
  const meant = restOperation(options, request);
  return meant === undefined ? requestTooLarge(bytesMax) : operationTooLarge(meant.operation.name, bytesMax);
}

function restOperation({ table }: DispatchOptions, { method, url = '/' }: IncomingMessage): ServedByRest | undefined {
  return isRestPath(url) ? table.byPath.find(method, partsOf(url).path)?.target : undefined;
}

function refuseForeignPage({ request }: Exchange, { operation }: Meant, publicUrl: string | undefined): void {
  const page = foreignPage(request, publicUrl);
  if (page !== undefined && !(operation.linked === true && isNavigation(request))) throw foreignPageRefused(page);
}

/**
 * Takes account and region from the credential, and the caller from `X-Signalbox-Principal` where that is sent. Signatures are not verified
 * yet: this is the place, and that header will then be for loopback and `--insecure` alone.
 */
function authenticate(exchange: Exchange, wire: WireRequest): void {
  exchange.scope = wire.scope();
  const stated = exchange.request.headers['x-signalbox-principal'];
  if (typeof stated === 'string') exchange.stated = readPrincipal(stated);
}

/** Everyone may do everything. Policies are not enforced yet: this is the place. */
function authorize(): void {}

function faulted({ table, log }: DispatchOptions, exchange: Exchange, progress: Progress, fault: unknown): Answer {
  const error = fault instanceof ServiceError ? fault : internalFailure();
  const { requestId, protocol } = exchange;
  const operation = progress.meant?.operation.name;
  progress.outcome = error.code.queryCode;
  if (fault !== error) log.error({ requestId, operation, err: fault }, 'the request failed by a fault of the broker');
  return refusal(error, protocol, table, progress.meant?.service, requestId);
}

function write(
  options: DispatchOptions,
  exchange: Exchange,
  answered: Answer,
  progress: Progress,
  startedAt: number,
  cutOff: boolean,
): void {
  const { response, requestId } = exchange;
  const { status, contentType, body, queryError } = answered;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { meant, protocol, outcome } = progress;
  const service = meant?.service.name ?? 'unknown';
  options.observer.requestFinished({
    requestId,
    service,
    operation: meant?.operation.name ?? 'unknown',
    protocol,
    status,
    outcome,
    seconds,
  });
  if (response.destroyed) return;
  const headers = ['x-amzn-RequestId', requestId];
  if (contentType !== undefined) headers.push('Content-Type', contentType, 'Content-Length', String(Buffer.byteLength(body)));
  if (answered.headers !== undefined) headers.push(...answered.headers);
  if (queryError !== undefined) headers.push('x-amzn-query-error', queryError);
  if (cutOff || options.draining()) headers.push('Connection', 'close');
  response.writeHead(status, headers);
  response.end(body);
}
