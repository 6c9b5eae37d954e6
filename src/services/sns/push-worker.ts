import type { Clock } from '../../base/clock.js';
import type { MessageId, QueueAddress, SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { Engine, Queue, ReceivedMessage } from '../../engine/engine.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import type { Channel, Pace } from './channels/channel.js';
import { confirmationMsMax, httpAttemptMsMax, mailAttemptMsMax, pushConcurrencyMax } from './limits.js';
import type { Protocol } from './model/endpoint.js';
import { decodePushMessage, type PushMessage } from './model/push-message.js';
import { deadLetterOf } from './model/subscription-attributes.js';
import { ownerOf, readSubscriptionArn, type SubscriptionArn } from './model/topic-arn.js';
import type { QueueContents } from './publication.js';

/** What carries messages, by protocol. */
export type Channels = Readonly<Record<Exclude<Protocol, 'sqs'>, Channel>>;

export interface PushWorkerParts {
  readonly engine: Pick<Engine, 'receive' | 'unreceive' | 'settle' | 'changeVisibility' | 'topics'>;
  readonly clock: Clock;
  readonly channels: Channels;
  readonly queues: QueueContents;
  readonly report: (what: string, fault: unknown) => void;
}

const waitMs = 20_000;
/** Longer than an attempt takes: who does not come back by then has died. */
const claimMs = Math.max(httpAttemptMsMax, mailAttemptMsMax) + 30_000;
/** After a failure of the store. */
const pauseMs = 1_000;
const receiveMax = 10;

/**
 * Delivers the messages of one subscription to its endpoint.
 *
 * H1  A message leaves its queue when the endpoint has taken it, or in the transaction that puts it into the dead-letter queue,
 *     or when it is given up and there is none.
 * H2  Which attempt it is, and when the next is due, is the state of the message in its queue: a restart changes nothing. An attempt
 *     during which the broker died counts; one that the broker ended itself to stop does not.
 */
export class PushWorker {
  readonly #ended = new AbortController();
  readonly #attempts = new Set<Promise<void>>();
  /** When the next attempt may begin by the rate of the subscription. */
  #nextAt = 0;

  constructor(
    private readonly parts: PushWorkerParts,
    private readonly arn: SubscriptionArn,
    private readonly queue: Queue,
  ) {}

  /** Until it is stopped, or until the subscription is gone: then it answers `gone`. */
  async run(): Promise<'stopped' | 'gone'> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        if (await this.#turn(signal)) return 'gone';
      } catch (fault) {
        this.parts.report(`delivery to the endpoint of ${this.arn}`, fault);
        await this.#until(this.parts.clock.now() + pauseMs);
      }
    }
    await Promise.all(this.#attempts);
    return 'stopped';
  }

  stop(): void {
    this.#ended.abort();
  }

  /** Whether the subscription is gone. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    const { engine, clock } = this.parts;
    while (this.#attempts.size >= pushConcurrencyMax) await Promise.race(this.#attempts);
    const max = Math.min(receiveMax, pushConcurrencyMax - this.#attempts.size);
    const received = await engine.receive(this.queue, { max, waitMs, visibilityTimeoutMs: claimMs, signal });
    if (received.kind === 'queueGone') return true;
    const messages = received.kind === 'received' ? received.messages : [];
    const recipient = await this.#recipient();
    if (recipient === undefined) return true;
    const { subscription, pace } = recipient;
    if (subscription.state === 'pending' && clock.now() > subscription.createdAt + confirmationMsMax) {
      await engine.topics.unsubscribe(subscription.topic, subscription.id);
      return true;
    }
    for (const message of messages) {
      await this.#slot(pace.perSecond);
      this.#begin(message, recipient);
    }
    return false;
  }

  async #recipient(): Promise<Recipient | undefined> {
    const { engine, channels } = this.parts;
    const { topic: address, id } = addressOf(this.arn);
    const [topic, subscription] = [await engine.topics.find(address), await engine.topics.findSubscription(address, id)];
    if (topic === undefined || subscription === undefined) return undefined;
    const channel = channels[subscription.properties.Protocol as keyof Channels];
    return { topic, subscription, channel, pace: channel.pace(subscription, topic) };
  }

  #slot(perSecond: number | undefined): Promise<void> {
    if (perSecond === undefined) return Promise.resolve();
    const at = Math.max(this.parts.clock.now(), this.#nextAt);
    this.#nextAt = at + 1_000 / perSecond;
    return this.#until(Math.ceil(at));
  }

  #begin(message: ReceivedMessage, recipient: Recipient): void {
    const attempt = this.#attempt(message, recipient)
      .catch((fault: unknown) => this.parts.report(`delivery to the endpoint of ${this.arn}`, fault))
      .finally(() => this.#attempts.delete(attempt));
    this.#attempts.add(attempt);
  }

  async #attempt(received: ReceivedMessage, recipient: Recipient): Promise<void> {
    const { engine } = this.parts;
    const { channel, pace, subscription, topic } = recipient;
    const { signal } = this.#ended;
    const message = decodePushMessage(received.content);
    const outcome = await channel.deliver({ message, arn: this.arn, subscription, topic, signal });
    switch (outcome) {
      case 'delivered':
        await engine.settle(this.queue, [received.receipt]);
        return;
      case 'failed': {
        if (signal.aborted) return engine.unreceive(this.queue, [received.receipt]); // H2
        const visibilityTimeoutMs = pace.retryDelayMs(received.receives);
        if (visibilityTimeoutMs === undefined) return this.#giveUp(received, message, recipient);
        await engine.changeVisibility(this.queue, [{ receipt: received.receipt, visibilityTimeoutMs }]);
        return;
      }
      case 'refused':
        return this.#giveUp(received, message, recipient);
    }
  }

  /** To the dead-letter queue and off its own in one transaction. Confirmations are not kept. */
  async #giveUp({ receipt }: ReceivedMessage, message: PushMessage, { subscription, topic }: Recipient): Promise<void> {
    const { engine, queues } = this.parts;
    const deadLetter = message.type === 'Notification' ? deadLetterOf(subscription) : undefined;
    const body = message.envelope ?? message.body;
    const content = queues.contentOf({ body, attributes: [], senderId: ownerOf(topic.address), traceHeader: message.traceHeader });
    if (deadLetter === undefined || content === undefined) {
      await engine.settle(this.queue, [receipt]);
      return;
    }
    const messageId = message.messageId as MessageId;
    const deliveries = [
      {
        target: deadLetter,
        message: (_sequence: number, queue: Parameters<QueueContents['takes']>[0]) =>
          queues.takes(queue, body.length) ? { content } : undefined,
      },
    ];
    const settles = { queue: this.queue.address as QueueAddress, receipt };
    for (;;) {
      const snapshot = await engine.topics.snapshot(topic.address);
      if (snapshot === undefined) return;
      const { revision } = snapshot;
      const outcome = await engine.topics.publish({ topic: snapshot.topic, revision, entries: [{ messageId, deliveries }], settles }); // H1
      if (outcome.kind !== 'stale') return; // with a full disk, the claim runs out and the message comes again
    }
  }

  #until(at: number): Promise<void> {
    const { clock } = this.parts;
    const { signal } = this.#ended;
    if (signal.aborted || at <= clock.now()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = clock.timer(at, done);
      signal.addEventListener('abort', done);
    });
  }
}

/** Who gets the messages, as of now. */
interface Recipient {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly channel: Channel;
  readonly pace: Pace;
}

function addressOf(arn: SubscriptionArn): { readonly topic: TopicAddress; readonly id: SubscriptionId } {
  const read = readSubscriptionArn(arn);
  if (!('topic' in read)) throw new Error(`${arn} is no ARN of a subscription`);
  return read;
}
