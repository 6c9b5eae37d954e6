import type { QueueAddress, TopicAddress } from '../../base/ids.js';
import type { Engine, Queue } from '../../engine/engine.js';
import { claimMs, DeliveryWorker, type DeliveryWorkerParts } from './delivery-worker.js';
import { deliveryRetentionMs } from './limits.js';
import { encodePushMessage, type PushMessage, pushQueueOf, pushQueues, subscriptionOfPushQueue } from './model/push-message.js';
import type { SubscriptionArn } from './model/topic-arn.js';
import { type SubscriptionDestinationParts, subscriptionDestination } from './subscription-destination.js';

export interface PushDeliveriesParts extends DeliveryWorkerParts, SubscriptionDestinationParts {
  readonly engine: DeliveryWorkerParts['engine'] &
    SubscriptionDestinationParts['engine'] &
    Pick<Engine, 'createQueue' | 'findQueue' | 'deleteQueue' | 'listQueues' | 'send' | 'purge'>;
}

const pageOfQueues = 100;

interface Working {
  readonly worker: DeliveryWorker;
  readonly ended: Promise<void>;
}

/** The queues of subscriptions that are no queues themselves, and who works on them, one worker each. */
export class PushDeliveries {
  readonly #working = new Map<SubscriptionArn, Working>();
  #resumed: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly parts: PushDeliveriesParts) {}

  /** Takes up the deliveries that a previous process left. */
  start(): void {
    this.#resumed = this.#resume().catch((fault: unknown) => this.parts.report('taking up deliveries to endpoints', fault));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#resumed;
    for (const { worker } of this.#working.values()) worker.stop();
    await Promise.all([...this.#working.values()].map(({ ended }) => ended));
  }

  /** Before the subscription is there, so that no publish finds it without its queue. False: the disk is full. */
  async open(subscription: SubscriptionArn): Promise<boolean> {
    const outcome = await this.parts.engine.createQueue(pushQueueOf(subscription), {
      settings: {
        ordering: 'standard',
        visibilityTimeoutMs: claimMs,
        delayMs: 0,
        retentionMs: deliveryRetentionMs,
        deduplicationScope: 'queue',
      },
      properties: {},
      tags: {},
    });
    return outcome.kind === 'created' || outcome.kind === 'exists';
  }

  /** Once the subscription is there. */
  async begin(subscription: SubscriptionArn): Promise<void> {
    await this.#resumed;
    const queue = await this.parts.engine.findQueue(pushQueueOf(subscription));
    if (queue !== undefined) this.#work(subscription, queue);
  }

  /** False: the disk is full. To a subscription that is gone there is nothing to send. */
  async send(subscription: SubscriptionArn, message: PushMessage): Promise<boolean> {
    const queue = await this.parts.engine.findQueue(pushQueueOf(subscription));
    if (queue === undefined) return true;
    return (await this.parts.engine.send(queue, [{ content: encodePushMessage(message) }])).kind !== 'storageFull';
  }

  /** What is on its way goes nowhere; what comes later does. */
  async clear(subscription: SubscriptionArn): Promise<void> {
    const queue = await this.parts.engine.findQueue(pushQueueOf(subscription));
    if (queue !== undefined) await this.parts.engine.purge(queue, 0);
  }

  /** The subscription is gone, and with it what was on its way. */
  async end(subscription: SubscriptionArn): Promise<void> {
    this.#working.get(subscription)?.worker.stop();
    await this.#drop(pushQueueOf(subscription));
  }

  async endTopic(topic: TopicAddress): Promise<void> {
    for await (const address of this.#queues(`${pushQueues}${topic}:`)) await this.end(subscriptionOfPushQueue(address));
  }

  async #resume(): Promise<void> {
    for await (const address of this.#queues(pushQueues)) {
      if (this.#stopped) return;
      const queue = await this.parts.engine.findQueue(address);
      if (queue !== undefined) this.#work(subscriptionOfPushQueue(address), queue);
    }
  }

  async *#queues(prefix: string): AsyncGenerator<QueueAddress> {
    for (let after: QueueAddress | undefined; ; ) {
      const page = await this.parts.engine.listQueues({ prefix, limit: pageOfQueues, ...(after !== undefined && { after }) });
      yield* page;
      after = page.at(-1);
      if (page.length < pageOfQueues) return;
    }
  }

  #work(subscription: SubscriptionArn, queue: Queue): void {
    if (this.#stopped || this.#working.has(subscription)) return;
    const what = `delivery to the endpoint of ${subscription}`;
    const destination = () => subscriptionDestination(this.parts, subscription, queue);
    const worker = new DeliveryWorker(this.parts, { what, queue, destination });
    const ended = this.#run(subscription, worker);
    this.#working.set(subscription, { worker, ended });
  }

  async #run(subscription: SubscriptionArn, worker: DeliveryWorker): Promise<void> {
    try {
      const outcome = await worker.run();
      if (outcome === 'gone') await this.#drop(pushQueueOf(subscription));
    } catch (fault) {
      this.parts.report(`ending the deliveries of ${subscription}`, fault);
    } finally {
      this.#working.delete(subscription);
    }
  }

  async #drop(address: QueueAddress): Promise<void> {
    const queue = await this.parts.engine.findQueue(address);
    if (queue !== undefined) await this.parts.engine.deleteQueue(queue);
  }
}
