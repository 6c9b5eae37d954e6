import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { QueueAddress, SubscriptionId } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import type { Queue } from '../../src/engine/engine.js';
import type { ReplayOutcome, ReplayStep, Topic } from '../../src/engine/topics/topics.js';
import { storeCases } from './stores.js';
import { fifo, published, standard, TopicBench, to } from './topic-bench.js';

const archiveMs = 1_000_000;

class ReplayBench extends TopicBench {
  #texts = 0;

  /** Publishes a text to the archive and, where they are confirmed, to the queues. */
  async archive(topic: Topic, text: string, queues: readonly string[] = []): Promise<void> {
    const revision = await this.revision(topic);
    const deduplicationId = `d${this.#texts++}`;
    const placing = topic.settings.ordering === 'fifo' ? { group: 'g', deduplicationId } : {};
    const entry = {
      messageId: this.random.uuid() as never,
      ...placing,
      archived: Buffer.from(text),
      deliveries: queues.map((queue) => ({ ...to(queue, text, placing), message: () => ({ content: Buffer.from(text), ...placing }) })),
    };
    const outcome = await this.engine.topics.publish({ topic, revision, archiveMs, entries: [entry] });
    expect(outcome.kind).toBe('published');
  }

  async replaying(topic: Topic, queue: string): Promise<SubscriptionId> {
    const outcome = await this.subscribe(topic, queue, 'replaying');
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.subscription.id;
  }

  async step(topic: Topic, subscription: SubscriptionId, queue: Queue, more: Partial<ReplayStep> = {}): Promise<ReplayOutcome> {
    return this.engine.topics.replay({
      topic,
      revision: await this.revision(topic),
      subscription,
      replay: 'r',
      from: 0,
      max: 2,
      target: queue.address as QueueAddress,
      deliver:
        ({ sequence, content }) =>
        () => ({ content, group: 'g', deduplicationId: `r${sequence}` }),
      atEnd: ({ properties }) => ({ state: 'confirmed', properties }),
      ...more,
    });
  }

  async everything(queue: Queue): Promise<readonly string[]> {
    const all: string[] = [];
    for (;;) {
      const outcome = await this.engine.receive(queue, { max: 10, waitMs: 0 });
      if (outcome.kind !== 'received' || outcome.messages.length === 0) return all;
      all.push(...outcome.messages.map(({ content }) => content.toString()));
      await this.engine.settle(
        queue,
        outcome.messages.map(({ receipt }) => receipt),
      );
    }
  }
}

describe.each(storeCases)('archives over %s', (_, make) => {
  const bench = async (): Promise<ReplayBench> => new ReplayBench(await make());

  test('hold what was published, once, and count it', async () => {
    await using b = await bench();
    const topic = await b.topic('t', fifo);
    const publish = (text: string, deduplicationId: string) =>
      b.publish(topic, { group: 'g', deduplicationId, archived: Buffer.from(text) });
    await publish('one', '1');
    expect(published(await publish('again', '1'))).toMatchObject([{ kind: 'duplicate' }]);
    await publish('three', '2');
    expect(await b.engine.topics.archive(topic)).toEqual({ messages: 2, bytes: 8 });
    await b.restart();
    expect(await b.engine.topics.archive(topic)).toEqual({ messages: 2, bytes: 8 });
  });

  test('drop what is past its time, with a publish and on demand', async () => {
    await using b = await bench();
    const topic = await b.topic('t');
    for (let n = 0; n < 250; n++) await b.archive(topic, `${n}`);
    b.clock.advance(archiveMs + 1);
    await b.archive(topic, 'new');
    expect(await b.engine.topics.archive(topic)).toMatchObject({ messages: 249 });
    await b.engine.topics.expireArchive(topic, b.clock.now());
    expect(await b.engine.topics.archive(topic)).toEqual({ messages: 1, bytes: 3 });
    await b.engine.topics.expireArchive(topic, b.clock.now() + 1);
    expect(await b.engine.topics.archive(topic)).toEqual({ messages: 0, bytes: 0 });
  });

  test('are in the order of publication, also when the clock was set back', async () => {
    await using b = await bench();
    const topic = await b.topic('t');
    const queue = await b.queue('q');
    await b.archive(topic, 'first');
    await b.restart(createSettableClock({ startAt: b.clock.now() - 60_000, frozen: true }));
    await b.archive(topic, 'second');
    const subscription = await b.replaying(topic, 'q');
    await b.step(topic, subscription, queue, {
      deliver:
        ({ content }) =>
        () => ({ content }),
    });
    expect(await b.everything(queue)).toEqual(['first', 'second']);
  });

  test('are gone with their topic, and its replays with them', async () => {
    await using b = await bench();
    const topic = await b.topic('t', fifo);
    await b.archive(topic, 'a');
    await b.replaying(topic, 'q');
    expect(await b.engine.topics.listReplaying(10)).toHaveLength(1);
    await b.engine.topics.delete(topic);
    expect(await b.engine.topics.archive(topic)).toBeUndefined();
    await b.restart(); // ends after the sweep, or takes it up
    await expect.poll(() => b.engine.topics.listReplaying(10)).toEqual([]);
  });
});

describe.each(storeCases)('replays over %s', (_, make) => {
  const bench = async (): Promise<ReplayBench> => new ReplayBench(await make());

  test('move on step by step, over restarts, and end in a subscription that gets what is published', async () => {
    await using b = await bench();
    const topic = await b.topic('t', fifo);
    const queue = await b.queue('q', 'fifo');
    for (const text of ['a', 'b', 'c', 'd', 'e']) await b.archive(topic, text);
    const subscription = await b.replaying(topic, 'q');
    expect(await b.engine.topics.hasReplayed(topic, subscription, 'r')).toBe(false);
    const outcomes: ReplayOutcome[] = [];
    for (let ended = false; !ended; ) {
      const outcome = await b.step(topic, subscription, queue);
      outcomes.push(outcome);
      ended = outcome.kind === 'replayed' && outcome.ended;
      await b.restart();
    }
    expect(outcomes).toMatchObject([
      { messages: 2, delivered: 2, ended: false },
      { messages: 2, delivered: 2, ended: false },
      { messages: 1, delivered: 1, ended: true },
    ]);
    expect(await b.everything(queue)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await b.engine.topics.findSubscription(topic.address, subscription)).toMatchObject({ state: 'confirmed' });
    expect(await b.engine.topics.listReplaying(10)).toEqual([]);
    expect((await b.step(topic, subscription, queue)).kind).toBe('stale');
  });

  test('begin and end where they are told, and leave out what is not wanted', async () => {
    await using b = await bench();
    const topic = await b.topic('t', fifo);
    const queue = await b.queue('q', 'fifo');
    const times: number[] = [];
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      times.push(b.clock.now());
      await b.archive(topic, text);
      b.clock.advance(1_000);
    }
    const subscription = await b.replaying(topic, 'q');
    const outcome = await b.step(topic, subscription, queue, {
      from: times[1] ?? 0,
      until: times[4],
      max: 10,
      deliver: ({ sequence, content }) =>
        content.toString() === 'c' ? undefined : () => ({ content, group: 'g', deduplicationId: `r${sequence}` }),
      atEnd: ({ properties }) => ({ state: 'paused', properties: { ...properties, done: 'yes' } }),
    });
    expect(outcome).toMatchObject({ messages: 3, delivered: 2, ended: true });
    expect(await b.everything(queue)).toEqual(['b', 'd']);
    const after = await b.engine.topics.findSubscription(topic.address, subscription);
    expect(after).toMatchObject({ state: 'paused', properties: { done: 'yes' } });
    expect(await b.engine.topics.counts(topic)).toMatchObject({ confirmed: 1, pending: 0 });
  });

  test('begin again under another name', async () => {
    await using b = await bench();
    const topic = await b.topic('t', fifo);
    const queue = await b.queue('q', 'fifo');
    for (const text of ['a', 'b', 'c']) await b.archive(topic, text);
    const subscription = await b.replaying(topic, 'q');
    await b.step(topic, subscription, queue);
    await b.step(topic, subscription, queue, {
      replay: 's',
      deliver:
        ({ sequence, content }) =>
        () => ({ content, group: 'g', deduplicationId: `s${sequence}` }),
    });
    expect(await b.everything(queue)).toEqual(['a', 'b', 'a', 'b']);
  });

  test('change nothing without a queue, or when their plan is out of date', async () => {
    await using b = await bench();
    const topic = await b.topic('t', fifo);
    await b.archive(topic, 'a');
    const subscription = await b.replaying(topic, 'q');
    const missing = { address: 'missing' } as Queue;
    expect((await b.step(topic, subscription, missing)).kind).toBe('queueGone');
    const queue = await b.queue('q', 'fifo');
    expect((await b.step(topic, subscription, queue, { revision: 0 })).kind).toBe('stale');
    expect(await b.everything(queue)).toEqual([]);
    expect(await b.step(topic, subscription, missing, { otherwise: 'q' as QueueAddress })).toMatchObject({ redriven: 1, ended: true });
    await b.engine.topics.delete(topic);
    expect((await b.step(topic, subscription, queue, { revision: 1 })).kind).toBe('topicGone');
  });

  test('give each message once and in order, however publishes, steps and restarts alternate', { timeout: 60_000 }, async () => {
    const action = fc.constantFrom('publish', 'step', 'steps', 'restart');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(standard, fifo), fc.array(action, { maxLength: 25 }), async (definition, actions) => {
        await using b = await bench();
        const topic = await b.topic('t', definition);
        const queue = await b.queue('q', 'fifo');
        const expected: string[] = [];
        const publish = async (): Promise<void> => {
          const state = (await b.engine.topics.findSubscription(topic.address, subscription))?.state;
          const text = String(expected.length);
          expected.push(text);
          const ordered = { group: 'g', deduplicationId: `live${text}` };
          const live = { target: 'q' as QueueAddress, message: () => ({ content: Buffer.from(text), ...ordered }) };
          const entry = { ...ordered, archived: Buffer.from(text), deliveries: state === 'confirmed' ? [live] : [] };
          expect((await b.publish(topic, entry)).kind).toBe('published');
        };
        const subscription = await b.replaying(topic, 'q');
        for (const act of actions) {
          if (act === 'publish') await publish();
          else if (act === 'step') await b.step(topic, subscription, queue);
          else if (act === 'steps') await Promise.all([1, 2, 3].map(() => b.step(topic, subscription, queue)));
          else await b.restart();
        }
        for (let outcome = await b.step(topic, subscription, queue); outcome.kind === 'replayed' && !outcome.ended; ) {
          outcome = await b.step(topic, subscription, queue);
        }
        expect(await b.everything(queue)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
