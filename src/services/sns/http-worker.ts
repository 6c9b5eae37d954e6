import type { Clock } from '../../base/clock.js';
import type { MessageId, QueueAddress, SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { Engine, Queue, ReceivedMessage } from '../../engine/engine.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import { confirmationMsMax, httpAttemptMsMax, httpConcurrencyMax } from './limits.js';
import { defaultContentType, type EffectivePolicy, retryDelaySeconds } from './model/delivery-policy.js';
import { decodeHttpMessage, type HttpMessage, httpHeaders } from './model/http-message.js';
import { deadLetterOf, deliveryPolicyOf } from './model/subscription-attributes.js';
import { ownerOf, readSubscriptionArn, type SubscriptionArn } from './model/topic-arn.js';
import type { QueueContents } from './publication.js';

/** What sends to endpoints; see `workers/http-push.ts`. */
export interface Pusher {
  push(push: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
  }): Promise<
    | { readonly kind: 'answered'; readonly status: number }
    | { readonly kind: 'failed'; readonly reason: string }
    | { readonly kind: 'forbidden'; readonly reason: string }
  >;
}

export interface HttpWorkerParts {
  readonly engine: Pick<Engine, 'receive' | 'unreceive' | 'settle' | 'changeVisibility' | 'topics'>;
  readonly clock: Clock;
  readonly pusher: Pusher;
  readonly queues: QueueContents;
  readonly report: (what: string, fault: unknown) => void;
}

const waitMs = 20_000;
/** Longer than an attempt takes: who does not come back by then has died. */
const claimMs = httpAttemptMsMax + 45_000;
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
export class HttpWorker {
  readonly #ended = new AbortController();
  readonly #attempts = new Set<Promise<void>>();
  #freed: (() => void) | undefined;
  /** When the next attempt may begin by `maxReceivesPerSecond`. */
  #nextAt = 0;

  constructor(
    private readonly parts: HttpWorkerParts,
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
    while (this.#attempts.size >= httpConcurrencyMax && !signal.aborted) await new Promise<void>((resolve) => this.#whenFree(resolve));
    const max = Math.min(receiveMax, httpConcurrencyMax - this.#attempts.size);
    const received = await engine.receive(this.queue, { max, waitMs, visibilityTimeoutMs: claimMs, signal });
    if (received.kind === 'queueGone') return true;
    const messages = received.kind === 'received' ? received.messages : [];
    const state = await this.#state();
    if (state === undefined) return true;
    if (state.subscription.state === 'pending' && clock.now() > state.subscription.createdAt + confirmationMsMax) {
      await engine.topics.unsubscribe(state.subscription.topic, state.subscription.id);
      return true;
    }
    for (const message of messages) {
      await this.#slot(state.policy.maxReceivesPerSecond);
      this.#begin(message, state);
    }
    return false;
  }

  async #state(): Promise<State | undefined> {
    const { topics } = this.parts.engine;
    const { topic: address, id } = addressOf(this.arn);
    const [topic, subscription] = [await topics.find(address), await topics.findSubscription(address, id)];
    if (topic === undefined || subscription === undefined) return undefined;
    return { topic, subscription, policy: deliveryPolicyOf(subscription, topic) };
  }

  #slot(perSecond: number | undefined): Promise<void> {
    if (perSecond === undefined) return Promise.resolve();
    const at = Math.max(this.parts.clock.now(), this.#nextAt);
    this.#nextAt = at + 1_000 / perSecond;
    return this.#until(Math.ceil(at));
  }

  #begin(message: ReceivedMessage, state: State): void {
    const attempt = this.#attempt(message, state)
      .catch((fault: unknown) => this.parts.report(`delivery to the endpoint of ${this.arn}`, fault))
      .finally(() => {
        this.#attempts.delete(attempt);
        this.#freed?.();
      });
    this.#attempts.add(attempt);
  }

  #whenFree(resolve: () => void): void {
    this.#freed = resolve;
    if (this.#ended.signal.aborted) resolve();
    else this.#ended.signal.addEventListener('abort', resolve, { once: true });
  }

  async #attempt(received: ReceivedMessage, { topic, subscription, policy }: State): Promise<void> {
    const { engine } = this.parts;
    const { receipt } = received;
    const message = decodeHttpMessage(received.content);
    const outcome = await this.#push(message, subscription, policy);
    switch (outcome) {
      case 'stopped':
        return engine.unreceive(this.queue, [receipt]);
      case 'delivered':
        await engine.settle(this.queue, [receipt]);
        return;
      case 'retryable':
        if (received.receives <= policy.retry.numRetries) {
          const visibilityTimeoutMs = Math.round(retryDelaySeconds(policy.retry, received.receives) * 1_000);
          await engine.changeVisibility(this.queue, [{ receipt, visibilityTimeoutMs }]);
          return;
        }
        return this.#giveUp(received, message, subscription, topic);
      case 'permanent':
        return this.#giveUp(received, message, subscription, topic);
    }
  }

  async #push(message: HttpMessage, { properties }: Subscription, policy: EffectivePolicy): Promise<Outcome> {
    const { clock, pusher } = this.parts;
    const stopped = this.#ended.signal;
    const overdue = new AbortController();
    using _timer = clock.timer(clock.now() + httpAttemptMsMax, () => overdue.abort());
    const contentType = message.type === 'Notification' ? policy.headerContentType : defaultContentType;
    const pushed = await pusher.push({
      url: properties.Endpoint ?? '',
      headers: httpHeaders(message, this.arn, contentType),
      body: message.body,
      signal: AbortSignal.any([stopped, overdue.signal]),
    });
    switch (pushed.kind) {
      case 'answered':
        return outcomeOf(pushed.status);
      case 'forbidden':
        return 'permanent';
      case 'failed':
        return stopped.aborted ? 'stopped' : 'retryable';
    }
  }

  /** To the dead-letter queue and off its own in one transaction. Confirmations are not kept. */
  async #giveUp({ receipt }: ReceivedMessage, message: HttpMessage, subscription: Subscription, topic: Topic): Promise<void> {
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

interface State {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly policy: EffectivePolicy;
}

type Outcome = 'delivered' | 'retryable' | 'permanent' | 'stopped';

/** Developer guide, "Message delivery retries": 5xx and 429 are tried again, other refusals are the endpoint's last word. */
function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 500 || status === 429 ? 'retryable' : 'permanent';
}

function addressOf(arn: SubscriptionArn): { readonly topic: TopicAddress; readonly id: SubscriptionId } {
  const read = readSubscriptionArn(arn);
  if (!('topic' in read)) throw new Error(`${arn} is no ARN of a subscription`);
  return read;
}
