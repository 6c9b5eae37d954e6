import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { failure } from './failures.js';
import { refusedBytesMax, responseBytesMax } from './limits.js';

/** What one environment answers to the calls of its process. */
export interface RuntimeHost {
  /** The process asks for work and waits. */
  polled(poll: Poll): void;
  isRunning(requestId: string): boolean;
  /** Each answers whether the call came in time: for an invocation that runs, or before the first poll. */
  responded(requestId: string, body: Body): boolean;
  failed(requestId: string, body: Body): boolean;
  initFailed(body: Body): boolean;
}

/** What was posted, or that it is more than an answer may have. */
export type Body = { readonly kind: 'whole'; readonly bytes: Buffer } | { readonly kind: 'too large' };

/** A process that waits for work. */
export interface Poll {
  /** The connection may be gone. */
  isOpen(): boolean;
  hand(work: Work): void;
}

export interface Work {
  readonly requestId: string;
  readonly payload: Buffer;
  /** Epoch. */
  readonly deadlineMs: number;
  readonly invokedArn: string;
  readonly traceHeader: string | undefined;
  readonly clientContext: string | undefined;
}

/** Where the calls of one environment arrive. */
export interface RuntimeAddress {
  /** host:port */
  readonly address: string;
  /** Ends its connections too. */
  close(): void;
}

export interface RuntimeApi {
  open(host: RuntimeHost, connectionsMax: number): Promise<RuntimeAddress>;
}

/**
 * The server side of the Lambda Runtime API (AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes").
 *
 * Clients take nothing but host and port, so each environment has a port of its own, which tells whose call it is. All share one HTTP
 * server that listens nowhere itself: a listener costs little that way.
 */
export function createRuntimeApi(): RuntimeApi {
  const desks = new WeakMap<Socket, Desk>();
  // A poll waits for hours, and a connection for its next call, without a word.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    const { socket } = request;
    const desk = desks.get(socket);
    // One call at a time on a connection: how many there may be bounds what a process can ask of the broker.
    if (desk === undefined || desk.busy.has(socket)) {
      socket.destroy();
      return;
    }
    desk.busy.add(socket);
    response.on('close', () => desk.busy.delete(socket));
    serve(desk, request, response).catch(() => socket.destroy()); // a call that broke off
  });
  server.on('clientError', (_, socket) => socket.destroy());
  return {
    async open(host, connectionsMax) {
      const desk: Desk = { host, sockets: new Set(), busy: new Set(), answering: new Set() };
      const listener = createSocketServer({ noDelay: true }, (socket) => {
        desks.set(socket, desk);
        desk.sockets.add(socket);
        socket.on('close', () => desk.sockets.delete(socket));
        server.emit('connection', socket);
      });
      listener.maxConnections = connectionsMax;
      listener.listen(0, '127.0.0.1');
      await once(listener, 'listening');
      return {
        address: `127.0.0.1:${(listener.address() as AddressInfo).port}`,
        close() {
          listener.close();
          for (const socket of desk.sockets) socket.destroy();
        },
      };
    },
  };
}

/** Of one environment. */
interface Desk {
  readonly host: RuntimeHost;
  readonly sockets: Set<Socket>;
  readonly busy: Set<Socket>;
  /** The invocations of which an answer is being read: a second is not, since each may be large. */
  readonly answering: Set<string>;
}

/** The place among those being answered that what a process says of its start has. */
const init = '';

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host, answering } = desk;
  const call = `${request.method} ${request.url}`;
  if (call === 'GET /2018-06-01/runtime/invocation/next') return poll(host, response);
  const [, ofInit, requestId = init, kind] =
    /^POST \/2018-06-01\/runtime\/(?:(init\/error)|invocation\/([^/?]+)\/(response|error))$/.exec(call) ?? [];
  if (ofInit === undefined && kind === undefined) return refuse(request, response, 404, 'NotFound', `there is no ${call.slice(0, 200)}`);
  if ((ofInit === undefined && !host.isRunning(requestId)) || answering.has(requestId)) {
    return refuse(request, response, 400, 'InvalidRequestID', 'Invalid request ID');
  }
  answering.add(requestId);
  try {
    const body = await readBody(request);
    const inTime = ofInit === undefined ? answer(host, requestId, kind === 'error', body, request) : host.initFailed(body);
    acknowledge(response, body, inTime);
  } finally {
    answering.delete(requestId);
  }
}

function answer(host: RuntimeHost, requestId: string, isError: boolean, body: Body, request: IncomingMessage): boolean {
  if (isError) return host.failed(requestId, body);
  const fault = faultOf(request);
  return fault === undefined ? host.responded(requestId, body) : host.failed(requestId, { kind: 'whole', bytes: fault });
}

function acknowledge(response: ServerResponse, { kind }: Body, inTime: boolean): void {
  if (kind === 'too large') {
    const text = `Exceeded maximum allowed payload size (${responseBytesMax} bytes).`;
    reply(response, 413, { errorType: 'RequestEntityTooLarge', errorMessage: text });
  } else if (inTime) {
    reply(response, 202, { status: 'OK' });
  } else {
    reply(response, 403, { errorType: 'InvalidStateTransition', errorMessage: 'State transition is not allowed' });
  }
}

/** A streamed answer tells in its trailers that it broke off, with an error in base64. */
function faultOf({ trailers }: IncomingMessage): Buffer | undefined {
  const errorType = trailers['lambda-runtime-function-error-type'];
  if (errorType === undefined) return undefined;
  const body = trailers['lambda-runtime-function-error-body'];
  return body === undefined ? failure(errorType, 'the answer broke off') : Buffer.from(body, 'base64');
}

function poll(host: RuntimeHost, response: ServerResponse): void {
  host.polled({
    isOpen: () => !response.destroyed,
    hand({ requestId, payload, deadlineMs, invokedArn, traceHeader, clientContext }) {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': payload.length,
        'Lambda-Runtime-Aws-Request-Id': requestId,
        'Lambda-Runtime-Deadline-Ms': deadlineMs,
        'Lambda-Runtime-Invoked-Function-Arn': invokedArn,
        ...(traceHeader !== undefined && { 'Lambda-Runtime-Trace-Id': traceHeader.replace(beyondHeaders, '?') }),
        ...(clientContext !== undefined && { 'Lambda-Runtime-Client-Context': clientContext.replace(beyondHeaders, escaped) }),
      });
      response.end(payload);
    },
  });
}

/** Both come from clients: what no header may hold is escaped as JSON has it, or lost. */
const beyondHeaders = /[^\x20-\x7e]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** By events: this runs for every invocation, and an iterator costs more. */
function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= responseBytesMax) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes > refusedBytesMax) request.destroy(new Error('an answer without end'));
    });
    request.on('end', () => resolve(bytes > responseBytesMax ? { kind: 'too large' } : { kind: 'whole', bytes: Buffer.concat(chunks) }));
    request.on('error', reject);
    request.on('close', () => reject(new Error('a call that broke off'))); // of no effect after its end
  });
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  readBody(request).catch(() => request.socket.destroy());
  reply(response, status, { errorType, errorMessage });
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
