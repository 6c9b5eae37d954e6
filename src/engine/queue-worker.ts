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
export type Handler = (message: MessageInHand, queue: Queue, signal: AbortSignal) => Promise<'settled' | 'again'>;

/** What was handed over has no id. */
export type MessageInHand = Pick<ReceivedMessage, 'content' | 'receipt'> & Partial<Pick<ReceivedMessage, 'messageId'>>;

/** Room for one message that is sent to the worker's queue and given to the worker as soon as that is durable, without a receive. */
export interface Place {
  /** What the message is sent with. */
  readonly heldForMs: number;
  begin(message: MessageInHand): void;
  /** Nothing was sent. */
  release(): void;
}

const waitMs = 20_000;
const receiveMax = 32;
/** Claimed anew before it is over, as long as its worker lives. */
const claimMs = 60_000;
/** After a fault; while the queue is gone, twice as long each time. */
const pauseMs = 1_000;
const gonePauseMsMax = 60_000;
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
 * W3  Whoever sends a message may give it to the worker too, in a place that was reserved before. There are none while messages wait in the queue:
 *     these go first.
 */
export class QueueWorker {
  readonly #ended = new AbortController();
  #working = 0;
  #running: Promise<void> = Promise.resolve();
  #reserved = 0;
  #asked = 0;
  /** There may be messages in the queue that it has not seen. So it begins: its first receive takes back what an ended process held. */
  #isBehind = true;
  /** Told when there is room again. */
  #freed: () => void = () => {};
  /** Receives in a row that found no queue: it is told of once. */
  #gone = 0;

  constructor(
    private readonly parts: QueueWorkerParts,
    private queue: Queue,
    private readonly concurrency: number,
    private readonly handle: Handler,
    /** For a queue that people can delete, and make again. */
    private readonly find: () => Promise<Queue | undefined> = async () => undefined,
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

  /** Undefined: the message goes by the queue. */
  reserve(): Place | undefined {
    if (this.#isBehind || this.#ended.signal.aborted || this.#room <= 0) return undefined;
    this.#reserved++;
    return {
      heldForMs: claimMs,
      begin: (message) => {
        this.#reserved--;
        this.#begin(message);
      },
      release: () => {
        this.#reserved--;
        this.#freed();
      },
    };
  }

  get #room(): number {
    return this.concurrency - this.#working - this.#reserved - this.#asked;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      while (this.#room <= 0) await this.#untilFreed();
      // The other half is for what is handed over while this waits.
      this.#asked = Math.min(receiveMax, this.#isBehind ? this.#room : Math.ceil(this.#room / 2));
      const messages = await this.#take(this.#asked);
      this.#asked = 0;
      for (const message of messages) this.#begin(message);
    }
    while (this.#working + this.#reserved > 0) await this.#untilFreed();
  }

  #untilFreed(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed = resolve;
    });
  }

  async #take(max: number): Promise<readonly ReceivedMessage[]> {
    const { engine, clock, report } = this.parts;
    const { signal } = this.#ended;
    try {
      const received = await engine.receive(this.queue, { max, waitMs, visibilityTimeoutMs: claimMs, held: true, signal });
      if (received.kind !== 'received') {
        await this.#lookAgain(received.kind);
        return [];
      }
      this.#gone = 0;
      this.#isBehind = received.messages.length === max;
      return received.messages;
    } catch (fault) {
      report(`taking messages of ${this.queue.address}`, fault);
      await untilOrAborted(clock, clock.now() + pauseMs, signal);
      return [];
    }
  }

  /** It may be made again. */
  async #lookAgain(what: string): Promise<void> {
    const { clock, report } = this.parts;
    if (this.#gone === 0) report(`taking messages of ${this.queue.address}`, new Error(what));
    const pause = Math.min(gonePauseMsMax, pauseMs * 2 ** this.#gone++);
    await untilOrAborted(clock, clock.now() + pause, this.#ended.signal);
    this.queue = (await this.find()) ?? this.queue;
  }

  #begin(message: MessageInHand): void {
    this.#working++;
    this.#work(message)
      .catch((fault: unknown) => this.parts.report(`a message of ${this.queue.address}`, fault))
      .finally(() => {
        this.#working--;
        this.#freed();
      });
  }

  async #work(message: MessageInHand): Promise<void> {
    const { receipt } = message;
    using _claim = keepClaim(this.parts, { queue: this.queue, receipt: () => receipt, claimMs }); // W2
    const outcome = await this.handle(message, this.queue, this.#ended.signal);
    if (outcome === 'again') await this.parts.engine.unreceive(this.queue, [receipt]); // W2
  }
}
