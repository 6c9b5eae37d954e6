import type { Clock } from '../../../base/clock.js';
import type { QueueAddress } from '../../../base/ids.js';
import type { Engine, Queue } from '../../../engine/engine.js';
import type { NewMessage } from '../../../engine/new-message.js';
import { functionNotFound, storageFull } from '../errors.js';
import type { FunctionMetrics } from '../function-metrics.js';
import { arnOf, type FunctionAddress, latest, qualifiedArn, referenceOfArn } from '../model/function-name.js';
import type { FunctionRecord } from '../model/function-record.js';
import { encodeEvent } from './event.js';
import { EventWorker, type EventWorkerParts } from './event-worker.js';

export interface EventQueuesParts extends EventWorkerParts {
  readonly metrics: Pick<FunctionMetrics, 'eventKept' | 'eventTried' | 'eventDropped'>;
  readonly engine: EventWorkerParts['engine'] & Pick<Engine, 'createQueue' | 'findQueue' | 'listQueues' | 'send'>;
  readonly clock: Clock;
}

/** A function for which an event is, and what is asked for it. */
export interface EventRequest {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly traceHeader: string | undefined;
}

interface Recipient {
  readonly address: FunctionAddress;
  readonly record: FunctionRecord;
  readonly invokedArn: string;
}

interface Working {
  readonly worker: EventWorker;
  readonly ended: Promise<void>;
}

const prefix = 'internal/functions/events/';
const pageOfQueues = 100;
/** Longer than any event is tried. */
const retentionMs = 7 * 86_400_000;
const claimMs = 60_000;

/**
 * The asynchronous events of functions: a durable queue for each function that ever had one, so that no function holds up another, and a worker
 * for each queue that has something in it.
 */
export class EventQueues {
  readonly #working = new Map<QueueAddress, Working>();
  #resumed: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: EventQueuesParts) {}

  /** Takes up the events that a previous process left. */
  start(): void {
    this.#resumed = this.#resume().catch((fault: unknown) => this.parts.report('taking up asynchronous events', fault));
  }

  /** Nothing more is begun; attempts under way go on. */
  drain(): void {
    this.#stopped = true;
    for (const { worker } of this.#working.values()) worker.stop();
  }

  async stop(): Promise<void> {
    this.drain();
    await this.#resumed;
    await Promise.all([...this.#working.values()].map(({ ended }) => ended));
  }

  /** Keeps an event for the function: it is durable when this resolves. */
  async accept(recipient: Recipient, request: EventRequest): Promise<void> {
    const queue = await this.open(recipient);
    const sent = await this.parts.engine.send(queue, [this.message(recipient, request)]);
    if (sent.kind === 'storageFull') throw storageFull();
    if (sent.kind === 'queueGone') throw functionNotFound(recipient.invokedArn);
    this.parts.metrics.eventKept(arnOf(recipient.address));
    this.wake(queue);
  }

  /** The queue of a function's events, which is made with the first. */
  async open({ address, record }: Pick<Recipient, 'address' | 'record'>): Promise<Queue> {
    const at = queueOf(address, record);
    const found = await this.parts.engine.findQueue(at);
    if (found !== undefined) return found;
    const outcome = await this.parts.engine.createQueue(at, {
      settings: { ordering: 'standard', visibilityTimeoutMs: claimMs, delayMs: 0, retentionMs, deduplicationScope: 'queue' },
      properties: {},
      tags: {},
    });
    if (outcome.kind === 'storageFull') throw storageFull();
    if (outcome.kind === 'deletedRecently') throw functionNotFound(arnOf(address));
    return outcome.queue;
  }

  message({ invokedArn }: Pick<Recipient, 'invokedArn'>, { requestId, payload, traceHeader }: EventRequest): NewMessage {
    const qualifier = referenceOfArn(invokedArn)?.qualifier ?? latest;
    return { content: encodeEvent({ requestId, qualifier, receivedAt: this.parts.clock.now(), traceHeader, payload }) };
  }

  /** Something may be in the queue. */
  wake(queue: Queue): void {
    const working = this.#working.get(queue.address);
    if (working !== undefined) working.worker.wake();
    else if (!this.#stopped) this.#work(queue);
  }

  /** The function is deleted, and with it the events that wait for it. */
  async drop(address: FunctionAddress, record: FunctionRecord): Promise<void> {
    const at = queueOf(address, record);
    this.#working.get(at)?.worker.stop();
    const queue = await this.parts.engine.findQueue(at);
    if (queue !== undefined) await this.parts.engine.deleteQueue(queue);
  }

  async #resume(): Promise<void> {
    for (let after: QueueAddress | undefined; ; ) {
      const page = await this.parts.engine.listQueues({ prefix, limit: pageOfQueues, ...(after !== undefined && { after }) });
      for (const address of page) {
        const queue = await this.parts.engine.findQueue(address);
        if (queue !== undefined) this.wake(queue);
      }
      after = page.at(-1);
      if (page.length < pageOfQueues || this.#stopped) return;
    }
  }

  #work(queue: Queue): void {
    const worker = new EventWorker(this.parts, queue, functionOf(queue.address), () => this.#working.delete(queue.address));
    const ended = worker.run().catch((fault: unknown) => this.parts.report(`ending the worker of ${queue.address}`, fault));
    this.#working.set(queue.address, { worker, ended });
  }
}

/** The function's id makes the queue that of this function and of no later one of its name. */
function queueOf(address: FunctionAddress, { id }: FunctionRecord): QueueAddress {
  return `${prefix}${qualifiedArn(address, undefined)}/${id}` as QueueAddress;
}

function functionOf(queue: QueueAddress): { readonly address: FunctionAddress; readonly id: string } {
  const end = queue.lastIndexOf('/');
  const reference = referenceOfArn(queue.slice(prefix.length, end));
  if (reference === undefined) throw new Error(`${queue} is no queue of a function's events`);
  return { address: reference.address, id: queue.slice(end + 1) };
}
