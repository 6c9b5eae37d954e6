import { expect } from 'vitest';
import type { MessageId, QueueAddress, SubscriptionId, TopicAddress } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Engine, Queue } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import type { PlannedEntry, PublishOutcome, SubscriptionState, Topic, TopicDefinition } from '../../src/engine/topics/topics.js';
import type { TestStore } from './engine-suite.js';

export const standard: TopicDefinition = {
  settings: { ordering: 'standard', deduplicationScope: 'topic' },
  properties: { p: '1' },
  tags: { t: '1' },
};
export const fifo: TopicDefinition = { ...standard, settings: { ordering: 'fifo', deduplicationScope: 'topic' } };

/** An engine over a store, with its time standing still. */
export class TopicBench implements AsyncDisposable {
  clock = createSettableClock({ startAt: 1_700_000_000_000, frozen: true });
  readonly random = createRealRandom();
  readonly faults: unknown[] = [];
  engine: Engine;

  constructor(private readonly held: TestStore) {
    this.engine = this.#start();
  }

  #start(): Engine {
    const { clock, random } = this;
    return createEngine({
      store: this.held.store,
      clock,
      random,
      recreateAfterMs: 0,
      report: (what, fault) => this.faults.push([what, fault]),
    });
  }

  /** With another clock, if one is given. */
  async restart(clock = this.clock): Promise<void> {
    await this.engine.stop();
    this.clock = clock;
    this.engine = this.#start();
  }

  async topic(name: string, definition = standard): Promise<Topic> {
    const outcome = await this.engine.topics.create(topicAddress(name), definition);
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.topic;
  }

  async queue(name: string, ordering: 'standard' | 'fifo' = 'standard'): Promise<Queue> {
    const outcome = await this.engine.createQueue(name as QueueAddress, {
      settings: { ordering, visibilityTimeoutMs: 30_000, delayMs: 0, retentionMs: 1e9, deduplicationScope: 'queue' },
      properties: { name },
      tags: {},
    });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.queue;
  }

  subscribe(topic: Topic, identity: string, state: SubscriptionState = 'confirmed') {
    return this.engine.topics.subscribe(topic, { id: this.id(), identity, state, properties: { identity } });
  }

  id(): SubscriptionId {
    return this.random.uuid() as SubscriptionId;
  }

  async revision(topic: Topic): Promise<number> {
    return (await this.engine.topics.snapshot(topic.address))?.revision ?? -1;
  }

  async publish(topic: Topic, ...entries: readonly Partial<PlannedEntry>[]): Promise<PublishOutcome> {
    const revision = await this.revision(topic);
    const planned = entries.map((entry) => ({ messageId: this.random.uuid() as MessageId, deliveries: [], ...entry }));
    return this.engine.topics.publish({ topic, revision, entries: planned });
  }

  async texts(queue: Queue): Promise<readonly string[]> {
    const outcome = await this.engine.receive(queue, { max: 10, waitMs: 0 });
    if (outcome.kind !== 'received') throw new Error(outcome.kind);
    return outcome.messages.map(({ content }) => content.toString());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
    await this.held.dispose();
    expect(this.faults).toEqual([]);
  }
}

export const topicAddress = (name: string): TopicAddress => `arn:aws:sns:eu-west-1:000000000000:${name}` as TopicAddress;
export const to = (target: string, text: string, more: { otherwise?: string; group?: string; deduplicationId?: string } = {}) => {
  const { otherwise, ...placing } = more;
  return {
    target: target as QueueAddress,
    otherwise: otherwise as QueueAddress | undefined,
    message: (sequence: number) => ({ content: Buffer.from(`${text}${sequence === 0 ? '' : `#${sequence}`}`), ...placing }),
  };
};
export const published = (outcome: PublishOutcome) => (outcome.kind === 'published' ? outcome.entries : []);
