import type { TopicAddress } from '../../base/ids.js';
import { within } from '../../store/key.js';
import type { Store } from '../../store/store.js';
import { takeId } from '../catalogue.js';
import { lastIdKey } from '../keys.js';
import { firstCounters, readCounters, writeCounters } from './topic-counters.js';
import {
  addressOfTopicKey,
  deletedTopicKey,
  deletedTopicsScope,
  topicCountersKey,
  topicKey,
  topicScope,
  topicsPrefix,
} from './topic-keys.js';
import { topicRecord } from './topic-records.js';
import type { SubscriptionCounts, Topic, TopicDefinition } from './topics.js';

export type InsertOutcome = { readonly kind: 'created'; readonly topic: Topic } | { readonly kind: 'exists'; readonly topic: Topic };

/** Makes, finds, changes and deletes topics. */
export class TopicCatalogue {
  constructor(private readonly store: Store) {}

  async create(address: TopicAddress, definition: TopicDefinition, now: number): Promise<InsertOutcome> {
    const existing = await this.find(address);
    if (existing !== undefined) return { kind: 'exists', topic: existing };
    const id = await this.store.transact([lastIdKey], takeId);
    return this.store.transact([topicKey(address), topicScope(id)], (tx): InsertOutcome => {
      const value = tx.get(topicKey(address));
      if (value !== undefined) return { kind: 'exists', topic: topicRecord.decode(value) };
      const { settings, properties, tags } = definition;
      const topic: Topic = { settings, properties, tags, address, id, createdAt: now };
      tx.put(topicKey(address), topicRecord.encode(topic));
      writeCounters(tx, id, firstCounters);
      return { kind: 'created', topic };
    });
  }

  find(address: TopicAddress): Promise<Topic | undefined> {
    return this.store.read([topicKey(address)], (tx) => {
      const value = tx.get(topicKey(address));
      return value === undefined ? undefined : topicRecord.decode(value);
    });
  }

  revision({ id }: Topic): Promise<number | undefined> {
    return this.store.read([topicScope(id)], (tx) => readCounters(tx, id)?.revision);
  }

  update(topic: Topic, change: (current: Topic) => TopicDefinition): Promise<Topic | undefined> {
    const { address, id } = topic;
    return this.store.transact([topicKey(address), topicScope(id)], (tx) => {
      const value = tx.get(topicKey(address));
      const counters = readCounters(tx, id);
      if (value === undefined || counters === undefined) return undefined;
      const current = topicRecord.decode(value);
      const { settings, properties, tags } = change(current);
      const changed: Topic = { ...current, settings, properties, tags };
      tx.put(topicKey(address), topicRecord.encode(changed));
      writeCounters(tx, id, { ...counters, revision: counters.revision + 1 });
      return changed;
    });
  }

  /** What is left of it is to be swept. */
  delete({ address, id }: Topic): Promise<boolean> {
    return this.store.transact([topicKey(address), topicScope(id), deletedTopicsScope], (tx) => {
      if (readCounters(tx, id) === undefined) return false;
      tx.delete(topicKey(address));
      tx.delete(topicCountersKey(id));
      tx.put(deletedTopicKey(id), Buffer.from(address));
      return true;
    });
  }

  list(page: { prefix: string; after?: TopicAddress | undefined; limit: number }): Promise<readonly TopicAddress[]> {
    const prefix = topicsPrefix(page.prefix);
    const from = page.after === undefined ? prefix : Buffer.concat([topicKey(page.after), Buffer.of(0)]);
    return this.store.read([prefix], (tx) => tx.range({ ...within(prefix, page.limit), from }).map(({ key }) => addressOfTopicKey(key)));
  }

  counts(topic: Topic): Promise<SubscriptionCounts | undefined> {
    return this.store.read([topicScope(topic.id)], (tx) => readCounters(tx, topic.id));
  }
}
