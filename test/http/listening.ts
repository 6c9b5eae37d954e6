import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createRealClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Engine } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import type { HttpLimits } from '../../src/http/limits.js';
import { type Listener, startListener } from '../../src/http/listener.js';
import { type FinishedRequest, jsonReply, type Route, type StreamedRoute } from '../../src/http/ports.js';
import { sqsService } from '../../src/services/sqs/index.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Service } from '../../src/wire/service.js';

/** A listener with the real SQS service on an engine in memory, and raw sockets to talk to it. */
export interface Listening extends AsyncDisposable {
  readonly engine: Engine;
  readonly listener: Listener;
  readonly finished: readonly FinishedRequest[];
  /** Errors that were logged. */
  readonly faults: readonly object[];
  connect(): Promise<RawClient>;
  /** One call over AWS JSON on a connection of its own. */
  call(operation: string, input: object): Promise<HttpReply>;
}

export interface ListeningOptions {
  readonly limits?: Partial<HttpLimits>;
  readonly services?: readonly Service[];
  readonly routes?: readonly Route[];
  readonly streamed?: readonly StreamedRoute[];
}

export async function listening({
  limits = {},
  services = [],
  routes = [echoRoute],
  streamed = [],
}: ListeningOptions = {}): Promise<Listening> {
  const faults: object[] = [];
  const finished: FinishedRequest[] = [];
  const store = createMemoryStore();
  const random = createRealRandom();
  const engine = createEngine({
    store,
    clock: createRealClock(),
    random,
    recreateAfterMs: 0,
    report: (what, fault) => faults.push({ what, fault }),
  });
  const listener = await startListener({
    port: 0,
    host: '127.0.0.1',
    services: [sqsService({ engine, settings: { purgeIntervalMs: 0 } }), ...services],
    routes,
    streamed,
    random,
    log: { debug: () => {}, error: (fields) => faults.push(fields) },
    observer: { requestFinished: (request) => finished.push(request) },
    limits,
  });
  const clients: RawClient[] = [];
  const open = async (): Promise<RawClient> => {
    const client = await RawClient.open(listener.port);
    clients.push(client);
    return client;
  };
  return {
    engine,
    listener,
    finished,
    faults,
    connect: open,
    call: async (operation, input) => {
      const client = await open();
      client.write(jsonCall(operation, input));
      const reply = await client.reply();
      client.destroy();
      return reply;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      engine.drain();
      await listener.close(0);
      await engine.stop();
      await store.close();
    },
  };
}

const echoRoute: Route = {
  method: 'GET',
  path: /^\/_signalbox\/echo\/(?<text>[^/]+)$/,
  handle: async ({ parameters, query }) => jsonReply(200, { ...parameters, query: query.toString() }),
};

export function jsonCall(operation: string, input: object | string, headers: Readonly<Record<string, string>> = {}): string {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  return post(body, { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${operation}`, ...headers });
}

export function formCall(path: string, parameters: Readonly<Record<string, string>>): string {
  return post(new URLSearchParams(parameters).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' }, path);
}

export function post(body: string, headers: Readonly<Record<string, string>>, path = '/'): string {
  const all = { Host: 'broker.test:4566', 'Content-Length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Speaks bytes, so that it can be as rude as a broken client is. */
export class RawClient {
  #received = Buffer.alloc(0);
  /** When the broker has ended the connection. */
  readonly closed: Promise<unknown>;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    // A connection that the broker cuts is what many tests are about.
    socket.on('error', () => {});
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next whole reply; undefined when the connection ends before it. */
  async replyOrEnd(): Promise<HttpReply | undefined> {
    for (;;) {
      const reply = this.#take();
      if (reply !== undefined) return reply;
      if (this.socket.readableEnded || this.socket.destroyed) return undefined;
      await Promise.race([new Promise((resolve) => this.socket.once('data', resolve)), this.closed]);
    }
  }

  async reply(): Promise<HttpReply> {
    const reply = await this.replyOrEnd();
    if (reply === undefined) throw new Error(`the connection ended without a reply: ${this.#received.toString('latin1')}`);
    return reply;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #take(): HttpReply | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(statusLine.split(' ')[1]);
    const length = status === 100 ? 0 : Number(headers['content-length'] ?? 0);
    const from = end + 4;
    if (this.#received.length < from + length) return undefined;
    const body = this.#received.toString('utf8', from, from + length);
    this.#received = this.#received.subarray(from + length);
    return { status, headers, body };
  }
}
