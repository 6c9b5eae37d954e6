import type { Clock } from '../../base/clock.js';
import type { MessageId, QueueAddress } from '../../base/ids.js';
import { untilOrAborted } from '../../base/waiting.js';
import type { Engine, Queue, ReceivedMessage } from '../../engine/engine.js';
import type { Delivery } from '../../engine/topics/topics.js';
import type { DeliveryReports } from './delivery-reports.js';
import { fanOutJobSecondsMax } from './limits.js';
import { type Publication, readPublication, type StoredPublication, storedPublication } from './model/stored-publication.js';
import type { SubscriptionArn } from './model/topic-arn.js';
import { OutboundTexts } from './protection/outbound-texts.js';
import { DeliveryWriter, type QueueContents } from './publication.js';
import { chunkOf, type Route, type Routes } from './routes.js';
import type { Signer } from './signer.js';

export interface FanOutParts {
  readonly engine: Pick<Engine, 'createQueue' | 'findQueue' | 'receive' | 'settle' | 'topics'>;
  readonly clock: Clock;
  readonly routes: Routes;
  readonly signer: Signer;
  readonly queues: QueueContents;
  readonly reports: Pick<DeliveryReports, 'queued'>;
  readonly report: (what: string, fault: unknown) => void;
}

/** Internal: no ARN, so no client can reach it. */
const address = 'internal/sns/fan-out' as QueueAddress;
const waitMs = 20_000;
/** After a failure to take up a job. */
const retryMs = 1_000;

/**
 * The rest of what a publish to very many subscriptions delivers, as messages of an internal queue.
 *
 * F1  A job names the last subscription that has the message; subscriptions have it in the order of their ARNs.
 * F2  The next chunk, the end of its job and the job for what is left then are one transaction: nobody gets a message twice
 *     or not at all because the broker ended between them.
 */
export class FanOutJobs {
  readonly #stop = new AbortController();
  /** Set once there is a queue for jobs; with it, somebody works on them. */
  #queue: Promise<Queue> | undefined;
  readonly #running = new Set<Promise<void>>();
  /** What is left of the job that was worked on last, in the order of F1: looked up once, not once a chunk. */
  #left: Left | undefined;

  constructor(private readonly parts: FanOutParts) {}

  /** Takes up jobs that a previous process left. */
  start(): void {
    this.#run(this.#resume());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** What a publish delivers so that everyone after `last` gets the message too. */
  async delivery(publication: Publication, topicId: number, last: SubscriptionArn): Promise<Delivery> {
    this.#queue ??= this.#open();
    await this.#queue;
    const content = encodeJob({ publication, topicId, last });
    return { target: address, message: () => ({ content }) };
  }

  async #resume(): Promise<void> {
    const queue = await this.parts.engine.findQueue(address);
    if (queue === undefined) return;
    this.#queue ??= this.#open();
    await this.#queue;
  }

  async #open(): Promise<Queue> {
    try {
      const queue = await this.#createQueue();
      this.#run(this.#work(queue));
      return queue;
    } catch (fault) {
      this.#queue = undefined; // the next one tries again
      throw fault;
    }
  }

  #run(work: Promise<void>): void {
    const running = work
      .catch((fault: unknown) => this.parts.report('fan-out to many subscriptions', fault))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #createQueue(): Promise<Queue> {
    const outcome = await this.parts.engine.createQueue(address, {
      settings: {
        ordering: 'standard',
        visibilityTimeoutMs: fanOutJobSecondsMax * 1_000,
        delayMs: 0,
        retentionMs: 14 * 86_400_000,
        deduplicationScope: 'queue',
      },
      properties: {},
      tags: {},
    });
    if (outcome.kind === 'created' || outcome.kind === 'exists') return outcome.queue;
    throw new Error(`the queue for fan-out jobs cannot be created: ${outcome.kind}`);
  }

  async #work(queue: Queue): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      for (const message of await this.#take(queue)) {
        await this.#runChunk(queue, message).catch((fault: unknown) => this.parts.report('fan-out to many subscriptions', fault));
      }
    }
  }

  async #take(queue: Queue): Promise<readonly ReceivedMessage[]> {
    const { engine, report } = this.parts;
    const { signal } = this.#stop;
    try {
      const received = await engine.receive(queue, { max: 1, waitMs, held: true, signal });
      if (received.kind === 'received') return received.messages;
      report('taking up a fan-out to many subscriptions', new Error(`the queue of its jobs is ${received.kind}`));
    } catch (fault) {
      report('taking up a fan-out to many subscriptions', fault);
    }
    const { clock } = this.parts;
    await untilOrAborted(clock, clock.now() + retryMs, this.#stop.signal);
    return [];
  }

  /** One chunk, unless the topic is gone: then there is nobody left to deliver to. */
  async #runChunk(queue: Queue, received: ReceivedMessage): Promise<void> {
    const { engine, clock, routes, queues, signer, reports } = this.parts;
    const { publication, topicId, last } = decodeJob(received.content);
    for (;;) {
      const current = await routes.of(publication.topic);
      if (current === undefined || current.topic.id !== topicId) {
        await engine.settle(queue, [received.receipt]);
        return;
      }
      const { revision, topic } = current;
      const { routes: left, texts }: Pick<Left, 'routes' | 'texts'> = this.#leftOf(publication, last, revision) ?? {
        routes: inOrder(after(current.select(publication.message).routes, last)),
        texts: new OutboundTexts(),
      };
      const { now, later } = chunkOf(left, publication.message.bytes, 1);
      const writer = new DeliveryWriter(queues, topic, publication, undefined, texts);
      const sorted = writer.sort(now);
      await writer.sign(sorted.permitted, signer);
      const deliveries = sorted.permitted.map((route) => writer.deliveryTo(route));
      if (later !== undefined) deliveries.push(await this.delivery(publication, topicId, later));
      const { messageId, message } = publication;
      const entries = [{ messageId, deliveries, bytes: message.bytes }];
      const settles = { queue: address, receipt: received.receipt };
      const outcome = await engine.topics.publish({ topic, revision, entries, settles }); // F2
      if (outcome.kind === 'published') {
        const undelivered = outcome.entries[0]?.undelivered ?? [];
        reports.queued({ topic, publication, sorted, textOf: (route) => writer.textOf(route), undelivered, at: clock.now() });
        this.#left = later === undefined ? undefined : { messageId, revision, routes: after(left, later), texts };
        return;
      }
      if (outcome.kind === 'storageFull') return; // the job comes back when its visibility timeout ends
      routes.forget(publication.topic);
    }
  }

  #leftOf({ messageId }: Publication, last: SubscriptionArn, revision: number): Left | undefined {
    const left = this.#left;
    const fits = left?.messageId === messageId && left.revision === revision && (left.routes[0]?.arn ?? '') > last;
    return fits ? left : undefined;
  }
}

function inOrder(routes: readonly Route[]): readonly Route[] {
  return [...routes].sort((a, b) => (a.arn < b.arn ? -1 : 1));
}

function after(routes: readonly Route[], last: SubscriptionArn): readonly Route[] {
  return routes.filter(({ arn }) => arn > last);
}

interface Left {
  readonly messageId: MessageId;
  readonly revision: number;
  readonly routes: readonly Route[];
  readonly texts: OutboundTexts;
}

interface Job {
  readonly publication: Publication;
  /** The engine's: a later topic of the same name is another. */
  readonly topicId: number;
  /** F1 */
  readonly last: SubscriptionArn;
}

interface StoredJob extends StoredPublication {
  readonly layout: 2;
  readonly topicId: number;
  readonly last: SubscriptionArn;
}

function encodeJob({ publication, topicId, last }: Job): Buffer {
  const stored: StoredJob = { ...storedPublication(publication), layout: 2, topicId, last };
  return Buffer.from(JSON.stringify(stored));
}

function decodeJob(content: Buffer): Job {
  const { layout, topicId, last, ...stored }: StoredJob = JSON.parse(content.toString());
  if (layout !== 2) throw new Error(`a fan-out job has layout ${layout}, known is 2`);
  return { publication: readPublication(stored), topicId, last };
}
