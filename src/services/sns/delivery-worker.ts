import { setMaxListeners } from 'node:events';
import type { Clock } from '../../base/clock.js';
import { untilOrAborted } from '../../base/waiting.js';
import type { Engine, Queue, ReceivedMessage } from '../../engine/engine.js';
import type { AttemptReport, Pace } from './channels/channel.js';
import { httpAttemptMsMax, mailAttemptMsMax, pushConcurrencyMax } from './limits.js';

export interface DeliveryWorkerParts {
  readonly engine: Pick<Engine, 'receive' | 'unreceive' | 'settle' | 'changeVisibility'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

/** Where the messages of a queue go, as of now; its reports may say more than the worker asks for. */
export interface Destination<R extends AttemptReport = AttemptReport> {
  readonly pace: Pace;
  attempt(received: ReceivedMessage, signal: AbortSignal): Promise<R>;
  /** Takes a message off the queue that is not tried again. `failed`: there were as many attempts as there may be. */
  giveUp(received: ReceivedMessage, last: R): Promise<void>;
  /** Told of a message that has left the queue, delivered or given up. */
  ended(end: AttemptsEnd<R>): void;
}

/** The last attempt at a message. */
export interface AttemptsEnd<R extends AttemptReport = AttemptReport> {
  readonly received: ReceivedMessage;
  readonly report: R;
  /** When it began, in epoch milliseconds. */
  readonly handedAt: number;
}

/** A durable queue of deliveries. */
export interface DeliveryQueue<R extends AttemptReport> {
  /** For reports of faults. */
  readonly what: string;
  readonly queue: Queue;
  /** Asked before messages are handed out; undefined: there is nobody to deliver to, now or later. */
  destination(): Promise<Destination<R> | undefined>;
}

const waitMs = 20_000;
/** Longer than an attempt takes: who does not come back by then has died. */
export const claimMs = Math.max(httpAttemptMsMax, mailAttemptMsMax) + 30_000;
/** After a failure of the store, and while as many messages wait for another attempt as a queue can hold back. */
const pauseMs = 1_000;
const receiveMax = 10;

/**
 * Delivers the messages of a queue.
 *
 * H1  A message leaves its queue when it was delivered, or when it is given up: where it goes to a dead-letter queue, in the
 *     transaction that puts it there.
 * H2  Which attempt it is, and when the next is due, is the state of the message in its queue: a restart changes nothing. An attempt
 *     during which the broker died counts; one that the broker ended itself to stop does not.
 */
export class DeliveryWorker<R extends AttemptReport = AttemptReport> {
  readonly #ended = new AbortController();
  readonly #attempts = new Set<Promise<void>>();
  /** When the next attempt may begin by the rate of the destination. */
  #nextAt = 0;

  constructor(
    private readonly parts: DeliveryWorkerParts,
    private readonly deliveries: DeliveryQueue<R>,
  ) {
    setMaxListeners(0, this.#ended.signal); // one for each attempt under way, which Node would take for a leak
  }

  /** Until it is stopped, or until there is nobody to deliver to: then it answers `gone`. */
  async run(): Promise<'stopped' | 'gone'> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        if (await this.#turn(signal)) return 'gone';
      } catch (fault) {
        this.parts.report(this.deliveries.what, fault);
        await this.#until(this.parts.clock.now() + pauseMs);
      }
    }
    await Promise.all(this.#attempts);
    return 'stopped';
  }

  stop(): void {
    this.#ended.abort();
  }

  /** Whether there is nobody to deliver to any longer. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    const { engine, clock } = this.parts;
    while (this.#attempts.size >= pushConcurrencyMax) await Promise.race(this.#attempts);
    const max = Math.min(receiveMax, pushConcurrencyMax - this.#attempts.size);
    const received = await engine.receive(this.deliveries.queue, { max, waitMs, visibilityTimeoutMs: claimMs, held: true, signal });
    if (received.kind === 'queueGone') return true;
    const messages = received.kind === 'received' ? received.messages : [];
    const destination = await this.#destination(messages);
    if (destination === undefined) return true;
    if (received.kind === 'overLimit') {
      await this.#until(clock.now() + pauseMs);
      return false;
    }
    for (const [index, message] of messages.entries()) {
      await this.#slot(destination.pace.perSecond);
      if (signal.aborted) {
        await this.#giveBack(messages.slice(index)); // H2
        return false;
      }
      this.#begin(message, destination);
    }
    return false;
  }

  /** A fault of the store is no attempt: what was received is given back (H2). */
  async #destination(received: readonly ReceivedMessage[]): Promise<Destination<R> | undefined> {
    try {
      return await this.deliveries.destination();
    } catch (fault) {
      await this.#giveBack(received);
      throw fault;
    }
  }

  async #giveBack(messages: readonly ReceivedMessage[]): Promise<void> {
    const receipts = messages.map(({ receipt }) => receipt);
    await this.parts.engine.unreceive(this.deliveries.queue, receipts);
  }

  #slot(perSecond: number | undefined): Promise<void> {
    if (perSecond === undefined) return Promise.resolve();
    const at = Math.max(this.parts.clock.now(), this.#nextAt);
    this.#nextAt = at + 1_000 / perSecond;
    return this.#until(Math.ceil(at));
  }

  #begin(message: ReceivedMessage, destination: Destination<R>): void {
    const attempt = this.#attempt(message, destination)
      .catch((fault: unknown) => this.parts.report(this.deliveries.what, fault))
      .finally(() => this.#attempts.delete(attempt));
    this.#attempts.add(attempt);
  }

  async #attempt(received: ReceivedMessage, destination: Destination<R>): Promise<void> {
    const { engine, clock } = this.parts;
    const { queue } = this.deliveries;
    const { signal } = this.#ended;
    const handedAt = clock.now();
    const report = await destination.attempt(received, signal);
    switch (report.outcome) {
      case 'delivered':
        await engine.settle(queue, [received.receipt]);
        break;
      case 'failed': {
        if (signal.aborted) return engine.unreceive(queue, [received.receipt]); // H2
        const visibilityTimeoutMs = destination.pace.retryDelayMs(received.receives);
        if (visibilityTimeoutMs !== undefined) {
          await engine.changeVisibility(queue, [{ receipt: received.receipt, visibilityTimeoutMs }]);
          return;
        }
        await destination.giveUp(received, report);
        break;
      }
      case 'refused':
        await destination.giveUp(received, report);
        break;
    }
    destination.ended({ received, report, handedAt });
  }

  #until(at: number): Promise<void> {
    return untilOrAborted(this.parts.clock, at, this.#ended.signal);
  }
}
