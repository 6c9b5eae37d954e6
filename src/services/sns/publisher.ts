import type { Clock } from '../../base/clock.js';
import type { AccountId, MessageId, TopicAddress } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { NewMessage } from '../../engine/new-message.js';
import type { Delivery, PlannedEntry, PublishedEntry, TargetQueue, Topic, Topics } from '../../engine/topics/topics.js';
import { storageFull, topicDoesNotExist } from './errors.js';
import { isFifoQueue } from './model/endpoint.js';
import { envelopeWriter, type Notification, type Proof, signedText } from './model/envelope.js';
import { type Message, sequenceNumber } from './model/message.js';
import type { MessageAttribute } from './model/message-attributes.js';
import { textFor } from './model/message-texts.js';
import { ownerOf } from './model/topic-arn.js';
import type { Route, Routes, TopicRoutes } from './routes.js';
import type { Signer } from './signer.js';

/** What a queue is to hold. */
export interface QueuedMessage {
  readonly body: string;
  readonly attributes: readonly MessageAttribute[];
  readonly senderId: AccountId;
  readonly traceHeader: string | undefined;
}

export interface PublisherParts {
  readonly topics: Pick<Topics, 'publish'>;
  readonly routes: Routes;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  /** The content of a queue's message; undefined for one that no queue takes. */
  readonly contentOf: (message: QueuedMessage) => Buffer | undefined;
  /** Whether this queue takes a message of so many bytes. */
  readonly takes: (queue: TargetQueue, bytes: number) => boolean;
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
      const entries = await Promise.all(messages.map((message) => this.#plan(current, message, context)));
      const outcome = await topics.publish({ topic: current.topic, revision: current.revision, entries });
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

  async #plan(current: TopicRoutes, message: Message, context: PublishContext): Promise<PlannedEntry> {
    const { topic } = current;
    const { routes } = current.select(message);
    const messageId = this.parts.random.uuid() as MessageId;
    const writer = new DeliveryWriter(this.parts, topic, message, messageId, context);
    if (routes.some(({ raw }) => !raw)) await writer.sign(new Set(routes.map(({ protocol }) => protocol)));
    const { group, deduplicationId } = message;
    return { messageId, group, deduplicationId, deliveries: routes.map((route) => writer.deliveryTo(route)) };
  }
}

/** Writes what the subscriptions of one message get. */
class DeliveryWriter {
  readonly #timestamp: string;
  readonly #proofs = new Map<string, Proof>();
  readonly #rawContents = new Map<string, Buffer | undefined>();

  constructor(
    private readonly parts: PublisherParts,
    private readonly topic: Topic,
    private readonly message: Message,
    private readonly messageId: MessageId,
    private readonly context: PublishContext,
  ) {
    this.#timestamp = new Date(parts.clock.now()).toISOString();
  }

  /** One signature for each text. Messages of FIFO topics have none. */
  async sign(protocols: ReadonlySet<string>): Promise<void> {
    if (this.topic.settings.ordering === 'fifo') return;
    const { signer } = this.parts;
    const certificateUrl = await signer.certificateUrl(this.context.origin);
    const version = this.topic.properties.SignatureVersion === '2' ? '2' : '1';
    for (const text of new Set([...protocols].map((protocol) => textFor(this.message.texts, protocol)))) {
      const signature = await signer.sign(signedText(this.#notification(text)), version);
      this.#proofs.set(text, {
        kind: 'signed',
        signed: { version, signature, certificateUrl },
      });
    }
  }

  deliveryTo(route: Route): Delivery {
    const { queue: target, deadLetter: otherwise } = route;
    const ordered = isFifoQueue(target);
    const write = route.raw ? this.#raw(route) : this.#enveloped(route);
    return { target, otherwise, message: (sequence, queue) => this.#placed(write(sequence), queue, ordered) };
  }

  /** Group and deduplication id go to FIFO queues; from a standard topic the group goes along as the tenant. */
  #placed(content: Buffer | undefined, queue: TargetQueue, ordered: boolean): NewMessage | undefined {
    if (content === undefined || !this.parts.takes(queue, this.message.bytes)) return undefined;
    const { group, deduplicationId } = this.message;
    if (ordered && group !== undefined && deduplicationId !== undefined) return { content, group, deduplicationId };
    return group === undefined || this.topic.settings.ordering === 'fifo' ? { content } : { content, group };
  }

  #raw({ protocol }: Route): () => Buffer | undefined {
    const text = textFor(this.message.texts, protocol);
    if (!this.#rawContents.has(text)) this.#rawContents.set(text, this.#content(text, this.message.attributes));
    const content = this.#rawContents.get(text);
    return () => content;
  }

  #enveloped({ protocol, arn }: Route): (sequence: number) => Buffer | undefined {
    const notification = this.#notification(textFor(this.message.texts, protocol));
    const url = `${this.context.origin}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
    const proof = this.#proofs.get(notification.text);
    if (proof === undefined) {
      return (sequence) =>
        this.#content(envelopeWriter(notification, { kind: 'sequence', sequenceNumber: sequenceNumber(sequence) })(url), []);
    }
    const content = this.#content(this.#writerOf(notification, proof)(url), []);
    return () => content;
  }

  readonly #writers = new Map<string, (unsubscribeUrl: string) => string>();

  #writerOf(notification: Notification, proof: Proof): (unsubscribeUrl: string) => string {
    const known = this.#writers.get(notification.text);
    if (known !== undefined) return known;
    const writer = envelopeWriter(notification, proof);
    this.#writers.set(notification.text, writer);
    return writer;
  }

  #content(body: string, attributes: readonly MessageAttribute[]): Buffer | undefined {
    return this.parts.contentOf({ body, attributes, senderId: ownerOf(this.topic.address), traceHeader: this.context.traceHeader });
  }

  #notification(text: string): Notification {
    const { subject, attributes } = this.message;
    return { messageId: this.messageId, topic: this.topic.address, subject, text, timestamp: this.#timestamp, attributes };
  }
}
