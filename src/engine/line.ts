import type { Clock } from '../base/clock.js';
import type { Availability } from './availability.js';
import type { ReceivedMessage, ReceiveOutcome, ReceiveRequest } from './engine.js';
import { limits, never } from './limits.js';

/** What a line needs of the queue it stands before. */
export interface LineQueue {
  /** Undefined when the queue is gone. */
  look(limit: number): Promise<Availability | undefined>;
  /** One try to claim for a request; gives back what it claimed when the request's signal has fired. */
  attempt(request: ReceiveRequest): Promise<ReceiveOutcome>;
}

export type Arrival = 'ready' | 'none' | 'queueGone';
type WaitOutcome = ReceiveOutcome | { readonly kind: 'ready' };

interface Waiter {
  /** Undefined: it is told that there is something, and claims nothing. */
  readonly request: ReceiveRequest | undefined;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (outcome: WaitOutcome) => void;
  readonly reject: (fault: unknown) => void;
  readonly timeout: Disposable;
  readonly abort: () => void;
  state: 'idle' | 'attempting' | 'overdue';
}

/**
 * The receivers that wait at one queue of this process. Owner of their order and of nothing durable.
 *
 * L1  Waiters attempt in order of arrival, at most one attempt per message (or group, or tenant) that is available.
 * L2  A waiter that finds nothing keeps its place. One that only waits for an arrival leaves with its turn.
 * L3  The line looks again on every signal, when the next hidden message is due, and at least once a second.
 * L4  A waiter is resolved exactly once: with messages, or empty at its deadline, at its abort or at the drain.
 */
export class Line {
  /** In order of arrival. */
  readonly #waiters = new Set<Waiter>();
  #timer: Disposable | undefined;
  #looking = false;
  #lookAgain = false;
  /** An idle waiter was passed over because attempts under way may take what was seen. */
  #passedOver = false;

  constructor(
    private readonly clock: Clock,
    private readonly queue: LineQueue,
    private readonly emptied: () => void,
  ) {}

  get length(): number {
    return this.#waiters.size;
  }

  async join(request: ReceiveRequest, deadline: number): Promise<ReceiveOutcome> {
    const outcome = await this.#enter(request, request.signal, deadline);
    return outcome.kind === 'ready' ? { kind: 'received', messages: none } : outcome;
  }

  /** Waits until it is its turn for something. */
  async arrival(signal: AbortSignal | undefined, deadline: number): Promise<Arrival> {
    const { kind } = await this.#enter(undefined, signal, deadline);
    return kind === 'ready' || kind === 'queueGone' ? kind : 'none';
  }

  /** Something may have become available. */
  check(): void {
    if (this.#looking) this.#lookAgain = true;
    else void this.#look();
  }

  #enter(request: ReceiveRequest | undefined, signal: AbortSignal | undefined, deadline: number): Promise<WaitOutcome> {
    return new Promise((resolve, reject) => {
      const abort = (): void => this.#end(waiter);
      const timeout = this.clock.timer(deadline, abort);
      const waiter: Waiter = { request, signal, resolve, reject, timeout, abort, state: 'idle' };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) abort();
      else this.check();
    });
  }

  /** Ends every wait empty. */
  drain(): void {
    for (const waiter of this.#waiters) this.#end(waiter);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    try {
      do {
        this.#lookAgain = false;
        const availability = await this.queue.look(Math.max(1, this.#waiters.size));
        if (availability === undefined) this.#endIdle((waiter) => waiter.resolve({ kind: 'queueGone' }));
        else this.#serve(availability);
      } while (this.#lookAgain && this.#waiters.size > 0);
    } catch (fault) {
      this.#endIdle((waiter) => waiter.reject(fault)); // those who attempt may hold a claim: they learn of it from their attempt
    } finally {
      this.#looking = false;
    }
  }

  #serve({ ready, nextAt }: Availability): void {
    let room = ready;
    for (const { state } of this.#waiters) if (state !== 'idle') room--;
    this.#passedOver = false;
    for (const waiter of this.#waiters) {
      if (waiter.state !== 'idle') continue;
      if (room <= 0) {
        this.#passedOver = ready > 0;
        break;
      }
      room--;
      const { request } = waiter;
      if (request === undefined) this.#settle(waiter, () => waiter.resolve({ kind: 'ready' }));
      else void this.#attempt(waiter, request); // L1
    }
    this.#arm(nextAt);
  }

  #arm(nextAt: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#waiters.size === 0) return;
    // It was in the future of the look; by now it may be due, and then the next look is at once.
    const soonest = Math.min(nextAt, this.clock.now() + limits.recheckMs);
    this.#timer = this.clock.timer(soonest, () => this.check()); // L3
  }

  async #attempt(waiter: Waiter, request: ReceiveRequest): Promise<void> {
    waiter.state = 'attempting';
    try {
      const outcome = await this.queue.attempt(request);
      const found = outcome.kind === 'queueGone' || (outcome.kind === 'received' && outcome.messages.length > 0);
      if (found || this.#isOverdue(waiter)) this.#settle(waiter, () => waiter.resolve(withoutRefusal(outcome)));
      else waiter.state = 'idle'; // L2
      // What was seen may have been more than this attempt took, when it had committed before the look. One that found
      // nothing took nothing: looking again at once would only find the same.
      if (found && this.#passedOver && this.#waiters.size > 0) this.check();
    } catch (fault) {
      this.#settle(waiter, () => waiter.reject(fault));
    }
  }

  #isOverdue(waiter: Waiter): boolean {
    return waiter.state === 'overdue';
  }

  /** The wait is over: at once, or as soon as the attempt that is under way has its answer. */
  #end(waiter: Waiter): void {
    if (waiter.state === 'idle') this.#settle(waiter, () => waiter.resolve({ kind: 'received', messages: none }));
    else waiter.state = 'overdue';
  }

  #endIdle(end: (waiter: Waiter) => void): void {
    for (const waiter of this.#waiters) if (waiter.state === 'idle') this.#settle(waiter, () => end(waiter));
    this.#arm(never); // L3, for those who are left
  }

  #settle(waiter: Waiter, resolve: () => void): void {
    if (!this.#waiters.delete(waiter)) return; // L4
    waiter.timeout[Symbol.dispose]();
    waiter.signal?.removeEventListener('abort', waiter.abort);
    resolve();
    if (this.#waiters.size > 0) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.emptied();
  }
}

const none: readonly ReceivedMessage[] = [];

/** A long poll at a full queue ends empty instead of being refused, as in SQS. */
function withoutRefusal(outcome: ReceiveOutcome): ReceiveOutcome {
  return outcome.kind === 'overLimit' ? { kind: 'received', messages: none } : outcome;
}
