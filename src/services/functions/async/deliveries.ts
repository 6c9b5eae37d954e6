import type { Clock } from '../../../base/clock.js';
import type { AccountId, QueueAddress } from '../../../base/ids.js';
import type { Random } from '../../../base/random.js';
import { untilOrAborted } from '../../../base/waiting.js';
import type { Engine, ForwardOutcome, Queue, ReceivedMessage } from '../../../engine/engine.js';
import type { NewMessage } from '../../../engine/new-message.js';
import type { Catalogue } from '../catalogue.js';
import { storageFull } from '../errors.js';
import type { FunctionMetrics } from '../function-metrics.js';
import { kindOfDestination } from '../model/destination.js';
import { arnOf, type FunctionAddress, qualifiedArn, referenceOfArn } from '../model/function-name.js';
import type { FunctionRecord } from '../model/function-record.js';
import { recordTexts } from '../model/invocation-record.js';
import type { MessageAttribute } from '../model/message-attribute.js';
import { type DeliveryJob, decodeJob, deliveryQueue } from './delivery-job.js';

/** Messages as queues hold them; see `services/sqs/delivered.ts`. */
export interface QueueContents {
  /** Undefined for what no queue takes. */
  contentOf(message: {
    readonly body: string;
    readonly attributes: readonly MessageAttribute[];
    readonly senderId: AccountId;
    readonly traceHeader: string | undefined;
  }): Buffer | undefined;
  takes(queue: Pick<Queue, 'properties'>, bytes: number): boolean;
}

/** Publishes to topics; `main` says how. */
export interface TopicTarget {
  /** `delivered` once it is durable. `tooLarge`: a smaller message may do. `denied`: the topic prohibits what it says, for good. */
  publish(message: {
    /** ARN of the function that it is about: its account publishes. */
    readonly source: string;
    readonly topicArn: string;
    readonly body: string;
    readonly attributes: readonly MessageAttribute[];
    readonly traceHeader: string | undefined;
    readonly signal: AbortSignal;
  }): Promise<'delivered' | 'tooLarge' | 'denied' | 'failed'>;
}

/** Where functions have their events. */
export interface FunctionEvents {
  open(recipient: { readonly address: FunctionAddress; readonly record: FunctionRecord }): Promise<Queue>;
  message(
    recipient: { readonly invokedArn: string },
    event: { readonly requestId: string; readonly payload: Buffer; readonly traceHeader: string | undefined },
  ): NewMessage;
  wake(queue: Queue): void;
}

export interface DeliveriesParts {
  readonly engine: Pick<Engine, 'createQueue' | 'findQueue' | 'receive' | 'settle' | 'changeVisibility' | 'forward' | 'unreceive'>;
  readonly catalogue: Catalogue;
  readonly queues: QueueContents;
  readonly topics: TopicTarget;
  readonly metrics: Pick<FunctionMetrics, 'eventKept' | 'deliveryFailed'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: (what: string, fault: unknown) => void;
}

const waitMs = 20_000;
const receiveMax = 10;
const claimMs = 60_000;
const pauseMs = 1_000;
const retentionMs = 7 * 86_400_000;
/** AWS drops a record that its destination does not take. Here it is tried again, doubling from a second to five minutes, for six hours. */
const retryMsMin = 1_000;
const retryMsMax = 300_000;
const tryMsMax = 6 * 3_600_000;

/**
 * Sends the records of what became of events, and dead letters, to where the configuration of their functions says.
 *
 * D1  To a queue, or to a function as its next event, a delivery moves in one transaction: it is there once. A topic may get it twice, when the broker
 *     ends between the publish and what is noted of it.
 * D2  What cannot be delivered now is tried again; when is the state of its message.
 */
export class Deliveries {
  readonly #ended = new AbortController();
  #running: Promise<void> | undefined;
  #events: FunctionEvents | undefined;

  constructor(private readonly parts: DeliveriesParts) {}

  /** Takes up what a previous process left. `events`: where events for functions go. */
  async start(events: FunctionEvents): Promise<void> {
    this.#events = events;
    const queue = await this.parts.engine.findQueue(deliveryQueue);
    if (queue !== undefined) this.#run(queue);
  }

  /** Nothing more is begun. */
  drain(): void {
    this.#ended.abort();
  }

  async stop(): Promise<void> {
    this.drain();
    await this.#running;
  }

  /** Where jobs are put. It is made with the first. */
  async queue(): Promise<Queue> {
    const { engine } = this.parts;
    const found = await engine.findQueue(deliveryQueue);
    const queue = found ?? (await this.#create());
    this.#run(queue);
    return queue;
  }

  async #create(): Promise<Queue> {
    const outcome = await this.parts.engine.createQueue(deliveryQueue, {
      settings: { ordering: 'standard', visibilityTimeoutMs: claimMs, delayMs: 0, retentionMs, deduplicationScope: 'queue' },
      properties: {},
      tags: {},
    });
    if (outcome.kind === 'created' || outcome.kind === 'exists') return outcome.queue;
    throw storageFull();
  }

  #run(queue: Queue): void {
    if (!this.#ended.signal.aborted) this.#running ??= this.#work(queue);
  }

  async #work(queue: Queue): Promise<void> {
    const { engine, clock, report } = this.parts;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        const received = await engine.receive(queue, { max: receiveMax, waitMs, visibilityTimeoutMs: claimMs, held: true, signal });
        const messages = received.kind === 'received' ? received.messages : [];
        await Promise.all(messages.map((message) => this.#deliver(queue, message)));
      } catch (fault) {
        report('deliveries for functions', fault);
        await untilOrAborted(clock, clock.now() + pauseMs, signal);
      }
    }
  }

  async #deliver(queue: Queue, message: ReceivedMessage): Promise<void> {
    const { engine, metrics, clock } = this.parts;
    const { receipt, receives, sentAt } = message;
    const job = decodeJob(message.content);
    if (await this.#sent(queue, message, job)) return; // D1
    if (this.#ended.signal.aborted) return engine.unreceive(queue, [receipt]);
    metrics.deliveryFailed(job.source, job.kind);
    if (clock.now() - sentAt > tryMsMax) {
      this.#tellDropped(job);
      await engine.settle(queue, [receipt]);
      return;
    }
    const visibilityTimeoutMs = Math.min(retryMsMax, retryMsMin * 2 ** (receives - 1));
    await engine.changeVisibility(queue, [{ receipt, visibilityTimeoutMs }]); // D2
  }

  #tellDropped({ kind, source, target }: DeliveryJob): void {
    const what = kind === 'destination' ? 'record' : 'dead letter';
    this.parts.report(`a ${what} of ${source} could not be delivered to ${target} and is dropped`, undefined);
  }

  /** Whether it is where it should be or never will be, and its message gone. */
  #sent(queue: Queue, message: ReceivedMessage, job: DeliveryJob): Promise<boolean> {
    switch (kindOfDestination(job.target)) {
      case 'sqs':
        return this.#toQueue(queue, message, job);
      case 'sns':
        return this.#toTopic(queue, message, job);
      case 'lambda':
        return this.#toFunction(queue, message, job);
      case undefined:
        return Promise.resolve(false);
    }
  }

  async #toQueue(from: Queue, { receipt }: ReceivedMessage, job: DeliveryJob): Promise<boolean> {
    const { engine, queues } = this.parts;
    const to = await engine.findQueue(job.target as QueueAddress);
    const body = to === undefined ? undefined : bodiesOf(job).find((one) => queues.takes(to, bytesOf(one, job)));
    if (to === undefined || body === undefined) return false;
    const senderId = (job.source.split(':', 5)[4] ?? '') as AccountId;
    const content = queues.contentOf({ body, attributes: attributesOf(job), senderId, traceHeader: job.traceHeader });
    return content !== undefined && isMoved(await engine.forward({ from, receipt, to, messages: [{ content }] }));
  }

  async #toTopic(from: Queue, { receipt }: ReceivedMessage, job: DeliveryJob): Promise<boolean> {
    const { engine, topics, metrics } = this.parts;
    for (const body of bodiesOf(job)) {
      const { source, target: topicArn, traceHeader } = job;
      const outcome = await topics.publish({
        source,
        topicArn,
        body,
        attributes: attributesOf(job),
        traceHeader,
        signal: this.#ended.signal,
      });
      if (outcome === 'failed') return false;
      if (outcome === 'tooLarge') continue;
      if (outcome === 'denied') {
        metrics.deliveryFailed(job.source, job.kind);
        this.#tellDropped(job);
      }
      await engine.settle(from, [receipt]);
      return true;
    }
    return false;
  }

  /** As an event of its own: with a new id, and with what that function's configuration says of its events. */
  async #toFunction(from: Queue, { receipt }: ReceivedMessage, job: DeliveryJob): Promise<boolean> {
    const { engine, catalogue, metrics, random } = this.parts;
    const [body = ''] = bodiesOf(job);
    const { target, traceHeader } = job;
    const reference = referenceOfArn(target);
    const record = reference === undefined ? undefined : await catalogue.find(reference.address);
    if (this.#events === undefined || reference === undefined || record === undefined) return false;
    const { address, qualifier } = reference;
    const to = await this.#events.open({ address, record });
    const request = { requestId: random.uuid(), payload: Buffer.from(body), traceHeader };
    const message = this.#events.message({ invokedArn: qualifiedArn(address, qualifier) }, request);
    const { kind } = await engine.forward({ from, receipt, to, messages: [message] });
    if (kind === 'forwarded') metrics.eventKept(arnOf(address));
    this.#events.wake(to);
    return isMoved({ kind });
  }
}

/** The body, and what may be sent in its place when it is too large. */
function bodiesOf(job: DeliveryJob): readonly string[] {
  return job.kind === 'destination' ? recordTexts(job.record) : [job.body];
}

function attributesOf(job: DeliveryJob): readonly MessageAttribute[] {
  return job.kind === 'destination' ? [] : job.attributes;
}

function bytesOf(body: string, job: DeliveryJob): number {
  return attributesOf(job).reduce((sum, { name, type, value }) => sum + Buffer.byteLength(name + type + value), Buffer.byteLength(body));
}

/** A void receipt means that somebody else has moved it. */
function isMoved({ kind }: Pick<ForwardOutcome, 'kind'>): boolean {
  return kind === 'forwarded' || kind === 'notAvailable';
}
