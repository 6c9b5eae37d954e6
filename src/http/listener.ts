import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../base/random.js';
import type { Service } from '../wire/service.js';
import { dispatcher } from './dispatch.js';
import { defaultHttpLimits, type HttpLimits } from './limits.js';
import { operationTable } from './operations.js';
import type { HttpLog, HttpObserver, Route, StreamedRoute } from './ports.js';

export interface ListenerOptions {
  /** 0 picks a free port. */
  readonly port: number;
  readonly host: string;
  /** Scheme, host and port that clients use; absent: as each request came. */
  readonly publicUrl?: string | undefined;
  readonly services: readonly Service[];
  readonly routes: readonly Route[];
  /** Default: none. */
  readonly streamed?: readonly StreamedRoute[];
  readonly random: Random;
  readonly log: HttpLog;
  readonly observer: HttpObserver;
  readonly limits?: Partial<HttpLimits>;
}

export interface Listener {
  readonly url: string;
  readonly port: number;
  /** Accepts nothing new, lets requests in hand finish for up to `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** The address cannot be listened on; the message says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** How often node looks for connections that are over their time. */
const checkEveryMs = 1_000;

export async function startListener(options: ListenerOptions): Promise<Listener> {
  const limits = { ...defaultHttpLimits, ...options.limits };
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // one for each answer without an end
  const { routes, streamed = [], random, log, observer, publicUrl } = options;
  const dispatch = dispatcher({
    table: operationTable(options.services),
    routes,
    streamed,
    limits,
    publicUrl,
    random,
    log,
    observer,
    draining: () => stopping.signal.aborted,
    stopping: stopping.signal,
  });
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMsMax,
      requestTimeout: 0, // what is streamed may take long: dispatch sees to all else
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: checkEveryMs,
      noDelay: true,
    },
    (request, response) => dispatch(request, response, false),
  );
  server.on('checkContinue', (request, response) => dispatch(request, response, true));
  server.maxHeadersCount = limits.headersCountMax;
  server.maxConnections = limits.connectionsMax;
  await listen(server, options.port, options.host);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    close: (graceMs) => {
      stopping.abort();
      return closeServer(server, graceMs);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(explain(error, port, host), { cause: error })));
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function explain({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is taken (EADDRINUSE): stop the other program or pass --port`;
    case 'EACCES':
      return `port ${port} may not be used by this user (EACCES): pass a --port from 1024 up`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine (${code}): pass another --host`;
    default:
      return `cannot listen on ${host} port ${port}: ${message}`;
  }
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
