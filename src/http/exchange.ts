import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountId, Region } from '../base/ids.js';
import { readW3cTrace, traceHeaderOf, type W3cTrace } from '../base/trace-context.js';
import { type Principal, rootOf } from '../wire/principal.js';
import type { Call, Protocol } from '../wire/service.js';
import { defaultScope, type Scope } from '../wire/sigv4.js';
import { originOf } from './origin.js';

/**
 * One request on its way through the dispatch chain, and what an operation sees of it.
 *
 * E1  The request is answered at most once.
 * E2  Once the client is gone, `signal` has fired; what was to be undone then is undone exactly once, also when the
 *     answer had been written but not handed to the system.
 */
export class Exchange implements Call {
  protocol: Protocol = 'json';
  scope: Scope = defaultScope;
  /** Who the request says that it comes from, where it does. */
  stated: Principal | undefined;
  #abort: AbortController | undefined;
  #undos: (() => Promise<void>)[] | undefined;
  #watching = false;
  #left = false;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly requestId: string,
    /** What the server is to be called; undefined: as the request calls it. */
    private readonly publicUrl: string | undefined,
    /** Where a failed undo is told. */
    private readonly undoFailed: (exchange: Exchange, fault: unknown) => void,
  ) {}

  get accountId(): AccountId {
    return this.stated?.accountId ?? this.scope.accountId;
  }

  get principal(): string {
    return (this.stated ?? rootOf(this.scope.accountId)).arn;
  }

  get sourceAddress(): string {
    return this.request.socket.remoteAddress ?? '';
  }

  get region(): Region {
    return this.scope.region;
  }

  get signed(): boolean {
    return this.scope.service !== undefined;
  }

  get origin(): string {
    return this.publicUrl ?? originOf(this.request);
  }

  get traceHeader(): string | undefined {
    const given = headerOf(this.request, 'x-amzn-trace-id');
    if (given !== undefined) return given;
    const { w3cTrace } = this;
    return w3cTrace && traceHeaderOf(w3cTrace);
  }

  get w3cTrace(): W3cTrace | undefined {
    return readW3cTrace(headerOf(this.request, 'traceparent'), headerOf(this.request, 'tracestate'));
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#hasLeft()) this.#abort.abort();
    this.#watch();
    return this.#abort.signal;
  }

  onUndelivered(undo: () => Promise<void>): void {
    if (this.#hasLeft()) {
      this.#undo(undo);
      return;
    }
    this.#undos ??= [];
    this.#undos.push(undo);
    this.#watch();
  }

  #hasLeft(): boolean {
    return this.#left || this.response.destroyed || this.request.socket.destroyed;
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    const { socket } = this.request;
    let handedOver = false;
    const closed = (): void => {
      socket.off('close', closed);
      if (!handedOver) this.#leave();
    };
    this.response.once('finish', () => {
      handedOver = !socket.destroyed; // a write that failed finishes too
    });
    this.response.once('close', closed);
    if (this.response.socket !== null) return;
    // The answers to earlier requests of the connection come first. Until then a loss of it closes the socket alone.
    socket.setMaxListeners(0);
    socket.on('close', closed);
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#abort?.abort();
    for (const undo of this.#undos ?? []) this.#undo(undo); // E2
    this.#undos = undefined;
  }

  #undo(undo: () => Promise<void>): void {
    undo().catch((fault: unknown) => this.undoFailed(this, fault));
  }
}

/** One that was sent more than once is one value, joined with commas. */
function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
