import type { Clock } from '../../base/clock.js';
import type { MessageId, TopicAddress } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { Delivery, PlannedEntry, PublishedEntry, Topic, Topics } from '../../engine/topics/topics.js';
import { storageFull, topicDoesNotExist } from './errors.js';
import type { FanOutJobs } from './fan-out-jobs.js';
import { archiveOf } from './model/archive-policy.js';
import { encodeArchived } from './model/archived-publication.js';
import type { Message } from './model/message.js';
import type { Publication } from './model/stored-publication.js';
import { DeliveryWriter, type QueueContents } from './publication.js';
import { chunkOf, type Routes, type TopicRoutes } from './routes.js';
import type { Signer } from './signer.js';

export interface PublisherParts {
  readonly topics: Pick<Topics, 'publish'>;
  readonly routes: Routes;
  readonly jobs: FanOutJobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly queues: QueueContents;
}

/** What a publish knows of its request. */
export interface PublishContext {
  readonly origin: string;
  readonly traceHeader?: string | undefined;
}

/** Publishes messages: chooses who gets them, writes what each gets, and hands all to the engine in one plan. */
export class Publisher {
  constructor(private readonly parts: PublisherParts) {}

  /** `read` makes the messages by the rules of the topic as it is, and throws what is wrong with them; it may be called again. */
  async publish(
    address: TopicAddress,
    context: PublishContext,
    read: (topic: Topic) => readonly Message[],
  ): Promise<readonly PublishedEntry[]> {
    const { routes, topics } = this.parts;
    for (;;) {
      const current = await routes.of(address);
      if (current === undefined) throw topicDoesNotExist();
      const messages = read(current.topic);
      const entries = await Promise.all(messages.map((message) => this.#plan(current, message, context, messages.length)));
      const archiveMs = archiveOf(current.topic)?.retentionMs;
      const outcome = await topics.publish({ topic: current.topic, revision: current.revision, entries, archiveMs });
      switch (outcome.kind) {
        case 'published':
          return outcome.entries;
        case 'storageFull':
          throw storageFull();
        case 'stale':
        case 'topicGone':
          routes.forget(address);
      }
    }
  }

  async #plan(current: TopicRoutes, message: Message, context: PublishContext, share: number): Promise<PlannedEntry> {
    const { clock, random, queues, signer } = this.parts;
    const { topic } = current;
    const publication: Publication = {
      topic: topic.address,
      messageId: random.uuid() as MessageId,
      timestamp: new Date(clock.now()).toISOString(),
      message,
      origin: context.origin,
      traceHeader: context.traceHeader,
    };
    const selected = current.select(message);
    // A FIFO topic has at most a hundred subscriptions: its messages are never split, or a later one could overtake.
    const { now, later } =
      topic.settings.ordering === 'fifo' ? { now: selected, later: undefined } : chunkOf(selected, message.bytes, share);
    const writer = new DeliveryWriter(queues, topic, publication);
    await writer.sign(now, signer);
    const deliveries: Delivery[] = now.map((route) => writer.deliveryTo(route));
    if (later !== undefined) deliveries.push(await this.parts.jobs.delivery(publication, later));
    const { group, deduplicationId } = message;
    const archived = archiveOf(topic) === undefined ? undefined : encodeArchived({ publication, signed: await writer.signedTexts(signer) });
    return { messageId: publication.messageId, group, deduplicationId, deliveries, archived };
  }
}
