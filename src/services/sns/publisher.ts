import type { Clock } from '../../base/clock.js';
import type { MessageId, TopicAddress } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { W3cTrace } from '../../base/trace-context.js';
import type { Delivery, PlannedEntry, PublishedEntry, Topic, Topics } from '../../engine/topics/topics.js';
import type { DeliveryReports } from './delivery-reports.js';
import { storageFull, topicDoesNotExist } from './errors.js';
import type { FanOutJobs } from './fan-out-jobs.js';
import { archiveOf } from './model/archive-policy.js';
import { encodeArchived } from './model/archived-publication.js';
import type { Message } from './model/message.js';
import type { Publication } from './model/stored-publication.js';
import { DeliveryWriter, type QueueContents } from './publication.js';
import { chunkOf, type FilteredOut, type Route, type Routes, type TopicRoutes } from './routes.js';
import type { Signer } from './signer.js';

export interface PublisherParts {
  readonly topics: Pick<Topics, 'publish'>;
  readonly routes: Routes;
  readonly jobs: FanOutJobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly queues: QueueContents;
  readonly reports: Pick<DeliveryReports, 'published' | 'queued'>;
}

/** What a publish knows of its request. */
export interface PublishContext {
  readonly origin: string;
  readonly traceHeader?: string | undefined;
  readonly w3cTrace?: W3cTrace | undefined;
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
    const { routes, topics, reports, clock } = this.parts;
    for (;;) {
      const current = await routes.of(address);
      if (current === undefined) throw topicDoesNotExist();
      const messages = read(current.topic);
      const planned = await Promise.all(messages.map((message) => this.#plan(current, message, context, messages.length)));
      const { topic, revision } = current;
      const entries = planned.map(({ entry }) => entry);
      const outcome = await topics.publish({ topic, revision, entries, archiveMs: archiveOf(topic)?.retentionMs });
      switch (outcome.kind) {
        case 'published':
          for (const [index, { publication, routes, filteredOut }] of planned.entries()) {
            const entry = outcome.entries[index];
            if (entry?.kind !== 'published') continue;
            reports.published(publication, filteredOut);
            reports.queued({ topic, publication, routes, undelivered: entry.undelivered, at: clock.now() });
          }
          return outcome.entries;
        case 'storageFull':
          throw storageFull();
        case 'stale':
        case 'topicGone':
          routes.forget(address);
      }
    }
  }

  async #plan(current: TopicRoutes, message: Message, context: PublishContext, share: number): Promise<Planned> {
    const { clock, random, queues, signer } = this.parts;
    const { topic } = current;
    const publication: Publication = {
      topic: topic.address,
      messageId: random.uuid() as MessageId,
      timestamp: new Date(clock.now()).toISOString(),
      message,
      origin: context.origin,
      traceHeader: context.traceHeader,
      w3cTrace: context.w3cTrace,
    };
    const { routes: selected, filteredOut } = current.select(message);
    // A FIFO topic has at most a hundred subscriptions: its messages are never split, or a later one could overtake.
    const { now, later } =
      topic.settings.ordering === 'fifo' ? { now: selected, later: undefined } : chunkOf(selected, message.bytes, share);
    const writer = new DeliveryWriter(queues, topic, publication);
    await writer.sign(now, signer);
    const deliveries: Delivery[] = now.map((route) => writer.deliveryTo(route));
    if (later !== undefined) deliveries.push(await this.parts.jobs.delivery(publication, topic.id, later));
    const { group, deduplicationId, bytes } = message;
    const archived = archiveOf(topic) === undefined ? undefined : encodeArchived({ publication, signed: await writer.signedTexts(signer) });
    const entry = { messageId: publication.messageId, group, deduplicationId, deliveries, bytes, archived };
    return { entry, publication, routes: now, filteredOut };
  }
}

interface Planned {
  readonly entry: PlannedEntry;
  readonly publication: Publication;
  /** Of its deliveries, but for the job that does the rest. */
  readonly routes: readonly Route[];
  readonly filteredOut: readonly FilteredOut[];
}
