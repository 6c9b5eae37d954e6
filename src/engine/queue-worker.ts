import { setMaxListeners } from 'node:events';
import type { Clock } from '../base/clock.js';
import type { QueueAddress } from '../base/ids.js';
import { untilOrAborted } from '../base/waiting.js';
import type { Engine, Queue, ReceivedMessage } from './engine.js';
import { keepClaim } from './kept-claim.js';

export interface QueueWorkerParts {
  readonly engine: Pick<Engine, 'receive' | 'unreceive' | 'changeVisibility'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

/** What a worker does with one message. It settles it itself, in the transaction of what comes of it. */
export type Handler = (message: ReceivedMessage, queue: Queue, signal: AbortSignal) => Promise<'settled' | 'again'>;

const waitMs = 20_000;
const receiveMax = 10;
/** Claimed anew before it is over, as long as its worker lives. */
const claimMs = 60_000;
/** After a fault. */
const pauseMs = 1_000;
/** Longer than any timer: messages of internal queues do not expire. */
const retentionMs = 200 * 365 * 86_400_000;

/** The queue of this address, made if need be; undefined: the disk is full. No client can reach it: its address is no ARN. */
export async function internalQueue(engine: Pick<Engine, 'createQueue'>, address: string): Promise<Queue | undefined> {
  const outcome = await engine.createQueue(address as QueueAddress, {
    settings: { ordering: 'standard', visibilityTimeoutMs: claimMs, delayMs: 0, retentionMs, deduplicationScope: 'queue' },
    properties: {},
    tags: {},
  });
  if (outcome.kind === 'created' || outcome.kind === 'exists') return outcome.queue;
  if (outcome.kind === 'storageFull') return undefined;
  throw new Error(`the queue ${address} cannot be created: ${outcome.kind}`);
}

/**
 * Takes the messages of one internal queue, several at a time.
 *
 * W1  A message is settled by its handler, together with what comes of it: a crash before that brings it again.
 * W2  A claim is renewed as long as its handler works. A handler that is stopped gives its message back.
 */
export class QueueWorker {
  readonly #ended = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: QueueWorkerParts,
    private readonly queue: Queue,
    private readonly concurrency: number,
    private readonly handle: Handler,
  ) {
    setMaxListeners(0, this.#ended.signal); // one for each message in hand
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      while (this.#working.size >= this.concurrency) await Promise.race(this.#working);
      for (const message of await this.#take()) this.#begin(message);
    }
    await Promise.all(this.#working);
  }

  async #take(): Promise<readonly ReceivedMessage[]> {
    const { engine, clock } = this.parts;
    const { signal } = this.#ended;
    const max = Math.min(receiveMax, this.concurrency - this.#working.size);
    try {
      const received = await engine.receive(this.queue, { max, waitMs, visibilityTimeoutMs: claimMs, held: true, signal });
      if (received.kind === 'received') return received.messages;
      this.parts.report(`taking messages of ${this.queue.address}`, new Error(received.kind));
    } catch (fault) {
      this.parts.report(`taking messages of ${this.queue.address}`, fault);
    }
    await untilOrAborted(clock, clock.now() + pauseMs, signal);
    return [];
  }

  #begin(message: ReceivedMessage): void {
    const working = this.#work(message)
      .catch((fault: unknown) => this.parts.report(`a message of ${this.queue.address}`, fault))
      .finally(() => this.#working.delete(working));
    this.#working.add(working);
  }

  async #work(message: ReceivedMessage): Promise<void> {
    const { receipt } = message;
    using _claim = keepClaim(this.parts, { queue: this.queue, receipt: () => receipt, claimMs }); // W2
    const outcome = await this.handle(message, this.queue, this.#ended.signal);
    if (outcome === 'again') await this.parts.engine.unreceive(this.queue, [receipt]); // W2
  }
}
