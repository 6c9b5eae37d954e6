import type { MessageId, QueueAddress, SubscriptionId, TopicAddress } from '../../base/ids.js';
import { within } from '../../store/key.js';
import type { Catalogue } from '../catalogue.js';
import type { Core } from '../core.js';
import type { Queue } from '../engine.js';
import { limits } from '../limits.js';
import { isGone, Turns } from '../turn.js';
import { firstSweepLimit, sweep } from '../upkeep.js';
import { forgetArchived } from './archive.js';
import { type FanOutOutcome, fanOut } from './fan-out.js';
import { replay } from './replay.js';
import { Subscriptions, scopesOf } from './subscriptions.js';
import { TopicCatalogue } from './topic-catalogue.js';
import { readCounters, writeCounters } from './topic-counters.js';
import {
  deletedTopicKey,
  deletedTopicsScope,
  idOfDeletedTopicKey,
  replayingKey,
  replayingScope,
  replayKey,
  subscriptionsScope,
  topicScope,
} from './topic-keys.js';
import { replayRecord, subscriptionRecord } from './topic-records.js';
import { TopicView } from './topic-view.js';
import type {
  ArchiveSize,
  CreateTopicOutcome,
  NewSubscription,
  PublishOutcome,
  PublishPlan,
  ReplayOutcome,
  ReplayStep,
  SubscribeOutcome,
  Subscription,
  SubscriptionDefinition,
  SubscriptionPage,
  Topic,
  TopicDefinition,
  Topics,
} from './topics.js';

/** What topics need of the engine's other parts. */
export interface TopicParts {
  readonly core: Core;
  readonly catalogue: Catalogue;
  /** Messages have entered a queue: wakes who waits there, and notes the duties they bring. */
  readonly entered: (queue: Queue, now: number) => void;
  readonly inBackground: (what: string, work: Promise<void>) => void;
}

export class StoreTopics implements Topics {
  readonly #parts: TopicParts;
  readonly #topics: TopicCatalogue;
  readonly #subscriptions: Subscriptions;
  readonly #turns: Turns<TopicView>;
  #stopped = false;

  constructor(parts: TopicParts) {
    this.#parts = parts;
    this.#topics = new TopicCatalogue(parts.core.store);
    this.#subscriptions = new Subscriptions(parts.core.store);
    const { core } = parts;
    this.#turns = new Turns({
      store: core.store,
      now: () => core.now(),
      open: (tx, id, now) => TopicView.open(tx, core.records, id, now),
      scopesOf: (id) => [topicScope(id)],
      weightMax: limits.fanOutTurnWeightMax,
    });
    parts.inBackground('sweep of deleted topics after start', this.#resume());
  }

  async create(address: TopicAddress, definition: TopicDefinition): Promise<CreateTopicOutcome> {
    if (this.#isFull()) return { kind: 'storageFull' };
    return this.#topics.create(address, definition, this.#parts.core.now());
  }

  find = (address: TopicAddress) => this.#topics.find(address);
  update = (topic: Topic, change: (current: Topic) => TopicDefinition) => this.#topics.update(topic, change);
  list: Topics['list'] = (page) => this.#topics.list(page);
  counts = (topic: Topic) => this.#topics.counts(topic);

  async delete(topic: Topic): Promise<boolean> {
    const deleted = await this.#topics.delete(topic);
    if (deleted) this.#parts.inBackground(`sweep of deleted topic ${topic.address}`, this.#sweep(topic.id, topic.address));
    return deleted;
  }

  async subscribe(topic: Topic, subscription: NewSubscription): Promise<SubscribeOutcome> {
    if (this.#isFull()) return { kind: 'storageFull' };
    return this.#subscriptions.insert(topic, subscription, this.#parts.core.now());
  }

  findSubscription = (topic: TopicAddress, id: SubscriptionId): Promise<Subscription | undefined> => this.#subscriptions.find(topic, id);
  updateSubscription = (topic: TopicAddress, id: SubscriptionId, change: (current: Subscription) => SubscriptionDefinition) =>
    this.#subscriptions.update(topic, id, change);
  unsubscribe = (topic: TopicAddress, id: SubscriptionId) => this.#subscriptions.delete(topic, id);
  listSubscriptions = (page: SubscriptionPage) => this.#subscriptions.list(page);
  listReplaying: Topics['listReplaying'] = (limit, after) => this.#subscriptions.listReplaying(limit, after);
  snapshot = (address: TopicAddress) => this.#subscriptions.snapshot(address);
  revision = (topic: Topic) => this.#topics.revision(topic);

  async publish(plan: PublishPlan): Promise<PublishOutcome> {
    if (this.#isFull()) return { kind: 'storageFull' };
    const { core, entered } = this.#parts;
    const found = await this.#queuesOf(plan);
    const queues = idsOf(found);
    const messageIds = plan.entries.flatMap(({ deliveries }) => deliveries.map(() => core.random.uuid() as MessageId));
    const publish = (view: TopicView): FanOutOutcome => fanOut(view, plan, { queues, messageIds });
    const outcome = await this.#turns.change(plan.topic.id, publish, weightOf(plan), core.scopesOf([...queues.values()]));
    if (isGone(outcome)) return { kind: 'topicGone' };
    if (outcome.kind === 'published') for (const queue of found.values()) entered(queue, core.now());
    return outcome;
  }

  async replay(step: ReplayStep): Promise<ReplayOutcome> {
    if (this.#isFull()) return { kind: 'storageFull' };
    const { core, entered } = this.#parts;
    const { topic, subscription, target, otherwise } = step;
    const found = await this.#find(otherwise === undefined ? [target] : [target, otherwise]);
    const queues = idsOf(found);
    const max = Math.min(step.max, limits.replayMax);
    const messageIds = Array.from({ length: max }, () => core.random.uuid() as MessageId);
    const scopes = [...scopesOf(topic.id, topic.address, subscription), ...core.scopesOf([...queues.values()])];
    const body = (view: TopicView): ReplayOutcome => replay(view, { ...step, max }, { queues, messageIds });
    const outcome = await this.#turns.change(topic.id, body, undefined, scopes);
    if (isGone(outcome)) return { kind: 'topicGone' };
    if (outcome.kind === 'replayed') for (const queue of found.values()) entered(queue, core.now());
    return outcome;
  }

  hasReplayed(topic: Topic, subscription: SubscriptionId, name: string): Promise<boolean> {
    return this.#parts.core.store.read([topicScope(topic.id)], (tx) => {
      const value = tx.get(replayKey(topic.id, subscription));
      return value !== undefined && replayRecord.decode(value).replay === name;
    });
  }

  archive({ id }: Topic): Promise<ArchiveSize | undefined> {
    return this.#parts.core.store.read([topicScope(id)], (tx) => {
      const counters = readCounters(tx, id);
      return counters && { messages: counters.archivedMessages, bytes: counters.archivedBytes };
    });
  }

  async expireArchive({ id }: Topic, before: number): Promise<void> {
    const { store } = this.#parts.core;
    for (let more = true; more && !this.#stopped; ) {
      more = await store.transact([topicScope(id)], (tx) => {
        const counters = readCounters(tx, id);
        if (counters === undefined || counters.archivedMessages === 0) return false;
        const forgotten = forgetArchived(tx, id, counters, before, limits.archiveChunk);
        writeCounters(tx, id, forgotten.counters);
        return forgotten.more;
      });
    }
  }

  /** Ends background work after the transaction that is under way. */
  stop(): void {
    this.#stopped = true;
  }

  #isFull(): boolean {
    return this.#parts.core.store.space() === 'low';
  }

  async #queuesOf({ entries, settles }: PublishPlan): Promise<ReadonlyMap<QueueAddress, Queue>> {
    const addresses = new Set<QueueAddress>(settles === undefined ? [] : [settles.queue]);
    for (const { deliveries } of entries) {
      for (const { target, otherwise } of deliveries) {
        addresses.add(target);
        if (otherwise !== undefined) addresses.add(otherwise);
      }
    }
    return this.#find(addresses);
  }

  async #find(addresses: Iterable<QueueAddress>): Promise<ReadonlyMap<QueueAddress, Queue>> {
    const queues = new Map<QueueAddress, Queue>();
    for (const address of addresses) {
      const queue = await this.#parts.catalogue.find(address);
      if (queue !== undefined) queues.set(address, queue);
    }
    return queues;
  }

  async #resume(): Promise<void> {
    const deleted = await this.#parts.core.store.read([deletedTopicsScope], (tx) =>
      tx
        .range(within(deletedTopicsScope, limits.resumedMax))
        .map(({ key, value }) => ({ id: idOfDeletedTopicKey(key), address: value.toString() as TopicAddress })),
    );
    for (const { id, address } of deleted) await this.#sweep(id, address);
  }

  /** What a deleted topic left: its subscriptions, unless they are those of a later topic of its address, and its own state. */
  async #sweep(id: number, address: TopicAddress): Promise<void> {
    const { store } = this.#parts.core;
    const scope = subscriptionsScope(address);
    for (let from: Buffer | undefined = scope; from !== undefined && !this.#stopped; ) {
      const start: Buffer = from;
      from = await store.transact([scope, replayingScope], (tx) => {
        const entries = tx.range({ ...within(scope, limits.subscriptionsPage), from: start });
        for (const { key, value } of entries) {
          const subscription = subscriptionRecord.decode(value);
          if (subscription.topicId !== id) continue;
          tx.delete(key);
          tx.delete(replayingKey(address, subscription.id));
        }
        const last = entries.at(-1);
        return last === undefined || entries.length < limits.subscriptionsPage ? undefined : Buffer.concat([last.key, Buffer.of(0)]);
      });
    }
    let limit = firstSweepLimit;
    for (let done = false; !done && !this.#stopped; ) {
      const swept = await store.transact([topicScope(id)], (tx) => sweep(tx, topicScope(id), limit));
      limit = swept.nextLimit;
      done = swept.done;
    }
    if (!this.#stopped) await store.transact([deletedTopicsScope], (tx) => tx.delete(deletedTopicKey(id)));
  }
}

function idsOf(queues: ReadonlyMap<QueueAddress, Queue>): ReadonlyMap<QueueAddress, number> {
  return new Map([...queues].map(([address, { id }]) => [address, id]));
}

/** In deliveries; large ones count for several. */
function weightOf({ entries }: PublishPlan): number {
  return entries.reduce(
    (sum, { deliveries, bytes = 0 }) => sum + (1 + deliveries.length) * (1 + Math.floor(bytes / limits.turnWeightBytes)),
    0,
  );
}
