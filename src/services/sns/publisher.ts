import type { Clock } from '../../base/clock.js';
import type { MessageId, TopicAddress } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { TraceCarrier } from '../../base/trace-context.js';
import type { Span } from '../../base/tracer.js';
import type { Delivery, PlannedEntry, PublishedEntry, Topic, Topics } from '../../engine/topics/topics.js';
import type { Refusal } from '../../wire/refusal.js';
import type { DeliveryReports } from './delivery-reports.js';
import { storageFull, topicDoesNotExist } from './errors.js';
import type { FanOutJobs } from './fan-out-jobs.js';
import { archiveOf } from './model/archive-policy.js';
import { encodeArchived } from './model/archived-publication.js';
import type { Message } from './model/message.js';
import type { Publication } from './model/stored-publication.js';
import type { AuditLog } from './protection/audit-log.js';
import { type AdmittedMessage, InboundGuard } from './protection/inbound-guard.js';
import { DeliveryWriter, type QueueContents, type Sorted } from './publication.js';
import { chunkOf, type FilteredOut, type Routes, type TopicRoutes } from './routes.js';
import type { Signer } from './signer.js';
import type { TopicTracing } from './topic-tracing.js';

export interface PublisherParts {
  readonly topics: Pick<Topics, 'publish' | 'revision'>;
  readonly routes: Routes;
  readonly jobs: FanOutJobs;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly queues: QueueContents;
  readonly tracing: Pick<TopicTracing, 'publishing'>;
  readonly reports: Pick<DeliveryReports, 'published' | 'queued'>;
  readonly audits: AuditLog;
}

/** What a publish knows of its request. */
export interface PublishContext extends TraceCarrier {
  readonly origin: string;
  /** ARN of who publishes. */
  readonly principal: string;
  /** Of what this server itself tells of endpoints. */
  readonly isApplicationEvent?: boolean;
}

/** By the topic's data protection policy: the message as it may be published. */
export type Admit = (message: Message) => AdmittedMessage | Refusal;

/** Publishes messages: chooses who gets them, writes what each gets, and hands all to the engine in one plan. */
export class Publisher {
  constructor(private readonly parts: PublisherParts) {}

  /**
   * `read` makes the messages by the rules of the topic as it is, has each admitted, and throws what is wrong with them; it may be called
   * again.
   */
  async publish(
    address: TopicAddress,
    context: PublishContext,
    read: (topic: Topic, admit: Admit) => readonly AdmittedMessage[],
  ): Promise<readonly PublishedEntry[]> {
    const { routes, topics, reports, clock, audits } = this.parts;
    for (;;) {
      const current = await routes.of(address);
      if (current === undefined) throw topicDoesNotExist();
      const guard = this.#guard(current, context.principal);
      const messages = await this.#admitted(current, guard, read);
      if (messages === undefined) continue;
      const planned = await Promise.all(messages.map((message) => this.#plan(current, message, context, messages.length)));
      const { topic, revision } = current;
      const entries = planned.map(({ entry }) => entry);
      const outcome = await topics.publish({ topic, revision, entries, archiveMs: archiveOf(topic)?.retentionMs });
      switch (outcome.kind) {
        case 'published':
          audits.record(guard.audits(new Map(planned.map(({ publication: { message, messageId } }) => [message, messageId]))));
          for (const [index, { publication, sorted, writer, filteredOut, span }] of planned.entries()) {
            const entry = outcome.entries[index];
            span?.end({});
            if (entry?.kind !== 'published') continue;
            reports.published(publication, filteredOut);
            const textOf: DeliveryWriter['textOf'] = (route) => writer.textOf(route);
            reports.queued({ topic, publication, sorted, textOf, undelivered: entry.undelivered, at: clock.now() });
          }
          return outcome.entries;
        case 'storageFull':
          for (const { span } of planned) span?.end({ error: 'the disk is nearly full' });
          throw storageFull();
        case 'stale':
        case 'topicGone':
          routes.forget(address);
      }
    }
  }

  #guard({ topic, protection }: TopicRoutes, principal: string): InboundGuard {
    const rules = protection?.rules('Inbound', principal);
    return new InboundGuard({ topic: topic.address, principal, rules, random: this.parts.random });
  }

  /** Undefined: it was refused by what has changed since. */
  async #admitted(
    { topic, revision }: TopicRoutes,
    guard: InboundGuard,
    read: (topic: Topic, admit: Admit) => readonly AdmittedMessage[],
  ): Promise<readonly AdmittedMessage[] | undefined> {
    try {
      return read(topic, (message) => guard.admit(message));
    } catch (refusal) {
      if ((await this.parts.topics.revision(topic)) !== revision) {
        this.parts.routes.forget(topic.address);
        return undefined;
      }
      this.parts.audits.record(guard.audits(new Map()));
      throw refusal;
    }
  }

  async #plan(current: TopicRoutes, message: AdmittedMessage, context: PublishContext, share: number): Promise<Planned> {
    const { clock, random, queues, signer, tracing } = this.parts;
    const { topic } = current;
    const messageId = random.uuid() as MessageId;
    const traced = tracing.publishing(topic, messageId, context);
    const { traceHeader, w3cTrace } = traced?.carrier ?? context;
    const publication: Publication = {
      topic: topic.address,
      messageId,
      timestamp: new Date(clock.now()).toISOString(),
      message,
      origin: context.origin,
      traceHeader,
      w3cTrace,
      isApplicationEvent: context.isApplicationEvent ?? false,
    };
    const { routes: selected, filteredOut } = current.select(message);
    // A FIFO topic has at most a hundred subscriptions: its messages are never split, or a later one could overtake.
    const { now, later } =
      topic.settings.ordering === 'fifo' ? { now: selected, later: undefined } : chunkOf(selected, message.bytes, share);
    const writer = new DeliveryWriter(queues, topic, publication);
    const sorted = writer.sort(now);
    await writer.sign(sorted.permitted, signer);
    const deliveries: Delivery[] = sorted.permitted.map((route) => writer.deliveryTo(route));
    if (later !== undefined) deliveries.push(await this.parts.jobs.delivery(publication, topic.id, later));
    const { group, deduplicationId, bytes } = message;
    const archived = archiveOf(topic) === undefined ? undefined : encodeArchived({ publication, signed: await writer.signedTexts(signer) });
    const entry = { messageId, group, deduplicationId, deliveries, bytes, archived };
    return { entry, publication, sorted, writer, filteredOut, span: traced?.span };
  }
}

interface Planned {
  readonly entry: PlannedEntry;
  readonly publication: Publication;
  /** Who gets it, and who may not, but for those of the job that does the rest. */
  readonly sorted: Sorted;
  readonly writer: DeliveryWriter;
  readonly filteredOut: readonly FilteredOut[];
  readonly span: Span | undefined;
}
