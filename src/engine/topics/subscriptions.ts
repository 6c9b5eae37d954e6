import type { SubscriptionId, TopicAddress } from '../../base/ids.js';
import { within } from '../../store/key.js';
import type { ReadTransaction, Scope, Store, Transaction } from '../../store/store.js';
import { limits } from '../limits.js';
import { present } from '../records.js';
import { readCounters, recounted, type TopicCounters, writeCounters } from './topic-counters.js';
import {
  identityKey,
  replayingKey,
  replayingScope,
  replayKey,
  subscriptionKey,
  subscriptionOfReplayingKey,
  subscriptionsPrefix,
  subscriptionsScope,
  topicKey,
  topicScope,
} from './topic-keys.js';
import { type SubscriptionRecord, subscriptionRecord, topicRecord } from './topic-records.js';
import type {
  NewSubscription,
  Subscription,
  SubscriptionAddress,
  SubscriptionDefinition,
  SubscriptionPage,
  Topic,
  TopicGone,
  TopicSnapshot,
} from './topics.js';

type InsertOutcome =
  | { readonly kind: 'created'; readonly subscription: Subscription }
  | { readonly kind: 'exists'; readonly subscription: Subscription }
  | TopicGone;

/**
 * The subscriptions of topics.
 *
 * U1  Every change of a topic's subscriptions raises its revision in the same transaction.
 * U2  The counts of a topic are those of its subscription records.
 * U3  An identity names one subscription, and every subscription has its identity's entry.
 * U4  Those that are replaying are listed as such.
 */
export class Subscriptions {
  constructor(private readonly store: Store) {}

  insert(topic: Topic, { id, identity, state, properties }: NewSubscription, now: number): Promise<InsertOutcome> {
    const { address, id: topicId } = topic;
    return this.store.transact(scopesOf(topicId, address, id), (tx): InsertOutcome => {
      const counters = readCounters(tx, topicId);
      if (counters === undefined) return { kind: 'topicGone' };
      const known = tx.get(identityKey(topicId, identity));
      if (known !== undefined) return { kind: 'exists', subscription: require(tx, address, known.toString() as SubscriptionId) };
      const subscription: SubscriptionRecord = { id, identity, state, properties, topic: address, topicId, createdAt: now };
      tx.put(subscriptionKey(address, id), subscriptionRecord.encode(subscription));
      tx.put(identityKey(topicId, identity), Buffer.from(id)); // U3
      if (state === 'replaying') tx.put(replayingKey(address, id), present); // U4
      writeCounters(tx, topicId, recounted(counters, undefined, subscription)); // U1, U2
      return { kind: 'created', subscription };
    });
  }

  async find(topic: TopicAddress, id: SubscriptionId): Promise<SubscriptionRecord | undefined> {
    return this.store.read([subscriptionsScope(topic), topicKey(topic)], (tx) => readOne(tx, topic, id));
  }

  async update(
    topic: TopicAddress,
    id: SubscriptionId,
    change: (current: Subscription) => SubscriptionDefinition,
  ): Promise<Subscription | undefined> {
    return this.#change(topic, id, (current) => {
      const { state, properties } = change(current);
      return { ...current, state, properties };
    });
  }

  /** Answers what there was. */
  async delete(topic: TopicAddress, id: SubscriptionId): Promise<Subscription | undefined> {
    let deleted: Subscription | undefined;
    await this.#change(topic, id, (current) => {
      deleted = current;
      return undefined;
    });
    return deleted;
  }

  list(page: SubscriptionPage): Promise<readonly Subscription[]> {
    const { topic, after, limit } = page;
    const prefix = topic.kind === 'one' ? subscriptionsScope(topic.address) : subscriptionsPrefix(topic.prefix);
    const from = after === undefined ? prefix : Buffer.concat([subscriptionKey(after.topic, after.id), Buffer.of(0)]);
    return this.store.read([prefix], (tx) =>
      tx.range({ ...within(prefix, limit), from }).map(({ value }) => subscriptionRecord.decode(value)),
    );
  }

  listReplaying(limit: number, after?: SubscriptionAddress): Promise<readonly SubscriptionAddress[]> {
    const from = after === undefined ? replayingScope : Buffer.concat([replayingKey(after.topic, after.id), Buffer.of(0)]);
    return this.store.read([replayingScope], (tx) =>
      tx.range({ ...within(replayingScope, limit), from }).map(({ key }) => subscriptionOfReplayingKey(key)),
    );
  }

  /** Read page by page, and again from the start when the topic changed meanwhile. */
  async snapshot(address: TopicAddress): Promise<TopicSnapshot | undefined> {
    for (;;) {
      const found = await this.#revision(address);
      if (found === undefined) return undefined;
      const subscriptions = await this.#all(found.topic);
      const again = await this.#revision(address);
      if (again?.topic.id === found.topic.id && again.counters.revision === found.counters.revision) {
        return { topic: found.topic, revision: found.counters.revision, subscriptions };
      }
    }
  }

  async #revision(address: TopicAddress): Promise<{ readonly topic: Topic; readonly counters: TopicCounters } | undefined> {
    const topic = await this.store.read([topicKey(address)], (tx) => {
      const value = tx.get(topicKey(address));
      return value === undefined ? undefined : topicRecord.decode(value);
    });
    if (topic === undefined) return undefined;
    const counters = await this.store.read([topicScope(topic.id)], (tx) => readCounters(tx, topic.id));
    return counters === undefined ? undefined : { topic, counters };
  }

  async #all(topic: Topic): Promise<readonly Subscription[]> {
    const all: SubscriptionRecord[] = [];
    const scope = subscriptionsScope(topic.address);
    for (let from = scope; ; ) {
      const entries = await this.store.read([scope], (tx) => tx.range({ ...within(scope, limits.subscriptionsPage), from }));
      for (const { value } of entries) all.push(subscriptionRecord.decode(value));
      const last = entries.at(-1);
      if (last === undefined || entries.length < limits.subscriptionsPage) break;
      from = Buffer.concat([last.key, Buffer.of(0)]);
    }
    return all.filter(({ topicId }) => topicId === topic.id);
  }

  async #change(
    topic: TopicAddress,
    id: SubscriptionId,
    change: (current: SubscriptionRecord) => SubscriptionRecord | undefined,
  ): Promise<Subscription | undefined> {
    const found = await this.find(topic, id);
    if (found === undefined) return undefined;
    const { topicId } = found;
    return this.store.transact(scopesOf(topicId, topic, id), (tx) => {
      const counters = readCounters(tx, topicId);
      const value = tx.get(subscriptionKey(topic, id));
      if (counters === undefined || value === undefined) return undefined;
      const current = subscriptionRecord.decode(value);
      const changed = change(current);
      writeCounters(tx, topicId, changeSubscription(tx, counters, current, changed));
      return changed;
    });
  }
}

/** What a change of one subscription touches. */
export function scopesOf(topicId: number, topic: TopicAddress, id: SubscriptionId): readonly Scope[] {
  return [topicScope(topicId), subscriptionsScope(topic), replayingKey(topic, id)];
}

/** Changes, or for undefined deletes, a subscription; answers the topic's counters after it. */
export function changeSubscription(
  tx: Transaction,
  counters: TopicCounters,
  current: SubscriptionRecord,
  changed: SubscriptionRecord | undefined,
): TopicCounters {
  const { topic, topicId, id, identity } = current;
  if (changed === undefined) {
    tx.delete(subscriptionKey(topic, id));
    tx.delete(identityKey(topicId, identity));
  } else {
    tx.put(subscriptionKey(topic, id), subscriptionRecord.encode(changed));
  }
  if (changed?.state === 'replaying')
    tx.put(replayingKey(topic, id), present); // U4
  else if (current.state === 'replaying') {
    tx.delete(replayingKey(topic, id));
    tx.delete(replayKey(topicId, id));
  }
  return recounted(counters, current, changed);
}

/** Undefined for one of an earlier topic of this address too: it is about to be swept. */
function readOne(tx: ReadTransaction, address: TopicAddress, id: SubscriptionId): SubscriptionRecord | undefined {
  const topic = tx.get(topicKey(address));
  const value = tx.get(subscriptionKey(address, id));
  if (topic === undefined || value === undefined) return undefined;
  const subscription = subscriptionRecord.decode(value);
  return subscription.topicId === topicRecord.decode(topic).id ? subscription : undefined;
}

function require(tx: ReadTransaction, address: TopicAddress, id: SubscriptionId): Subscription {
  const value = tx.get(subscriptionKey(address, id));
  if (value === undefined) throw new Error(`U3 broken: an identity of ${address} names subscription ${id}, which is not there`);
  return subscriptionRecord.decode(value);
}
