import { describe, expect, test } from 'vitest';
import type { MessageId, SubscriptionId, TopicAddress } from '../../src/base/ids.js';
import { storeCases } from './stores.js';
import { fifo, published, TopicBench, to, topicAddress } from './topic-bench.js';

describe.each(storeCases)('topics over %s', (_, make) => {
  const bench = async (): Promise<TopicBench> => new TopicBench(await make());

  test('a topic is created once, found, changed, listed and deleted', async () => {
    await using b = await bench();
    const { topics } = b.engine;
    const topic = await b.topic('b');
    await b.topic('a');
    await b.topic('ab');
    expect(await topics.create(topic.address, fifo)).toEqual({ kind: 'exists', topic });
    expect(await topics.find(topic.address)).toEqual(topic);
    expect(await topics.find(topicAddress('c'))).toBeUndefined();
    expect(await topics.list({ prefix: topicAddress('a'), limit: 10 })).toEqual([topicAddress('a'), topicAddress('ab')]);
    expect(await topics.list({ prefix: '', after: topicAddress('a'), limit: 1 })).toEqual([topicAddress('ab')]);
    const changed = await topics.update(topic, (current) => ({ ...current, properties: { p: '2' } }));
    expect(changed).toEqual({ ...topic, properties: { p: '2' } });
    expect(await topics.delete(topic)).toBe(true);
    expect(await topics.delete(topic)).toBe(false);
    expect(await topics.find(topic.address)).toBeUndefined();
    expect(await topics.update(topic, (current) => current)).toBeUndefined();
  });

  test('a subscription is made once an identity, counted, changed and ended', async () => {
    await using b = await bench();
    const { topics } = b.engine;
    const topic = await b.topic('t');
    const [one, again, other] = [await b.subscribe(topic, 'x'), await b.subscribe(topic, 'x'), await b.subscribe(topic, 'y', 'pending')];
    if (one.kind !== 'created' || again.kind !== 'exists' || other.kind !== 'created') throw new Error(`${one.kind} ${again.kind}`);
    expect(again.subscription).toEqual(one.subscription);
    expect(await topics.counts(topic)).toMatchObject({ confirmed: 1, pending: 1, deleted: 0 });
    const { id } = other.subscription;
    expect(await topics.updateSubscription(topic.address, id, (current) => ({ ...current, state: 'confirmed' }))).toMatchObject({
      state: 'confirmed',
    });
    expect(await topics.counts(topic)).toMatchObject({ confirmed: 2, pending: 0, deleted: 0 });
    expect(await topics.unsubscribe(topic.address, id)).toMatchObject({ id });
    expect(await topics.unsubscribe(topic.address, id)).toBeUndefined();
    expect(await topics.updateSubscription(topic.address, id, (current) => current)).toBeUndefined();
    expect(await topics.counts(topic)).toMatchObject({ confirmed: 1, pending: 0, deleted: 1 });
    expect((await b.subscribe(topic, 'y')).kind).toBe('created');
  });

  test('subscriptions are listed by topic and over all topics, page by page', async () => {
    await using b = await bench();
    const { topics } = b.engine;
    for (const name of ['a', 'b']) {
      const topic = await b.topic(name);
      for (let at = 0; at < 3; at++) await b.subscribe(topic, `${name}${at}`);
    }
    const ofB = await topics.listSubscriptions({ topic: { kind: 'one', address: topicAddress('b') }, limit: 10 });
    expect(ofB.map(({ identity }) => identity).sort()).toEqual(['b0', 'b1', 'b2']);
    const seen: string[] = [];
    let after: { topic: TopicAddress; id: SubscriptionId } | undefined;
    do {
      const page = await topics.listSubscriptions({ topic: { kind: 'all', prefix: topicAddress('') }, after, limit: 4 });
      seen.push(...page.map(({ identity }) => identity));
      after = page.at(-1);
    } while (after !== undefined);
    expect(seen.sort()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2']);
  });

  test('a deleted topic takes its subscriptions along, and a later one of its address does not inherit them', async () => {
    await using b = await bench();
    const topic = await b.topic('t');
    const subscribed = await b.subscribe(topic, 'x');
    if (subscribed.kind !== 'created') throw new Error(subscribed.kind);
    await b.engine.topics.delete(topic);
    const later = await b.topic('t');
    expect(await b.engine.topics.findSubscription(topic.address, subscribed.subscription.id)).toBeUndefined();
    expect((await b.engine.topics.snapshot(topic.address))?.subscriptions).toEqual([]);
    expect((await b.subscribe(topic, 'y')).kind).toBe('topicGone');
    expect((await b.subscribe(later, 'x')).kind).toBe('created');
    await b.restart();
    expect((await b.engine.topics.snapshot(topic.address))?.subscriptions).toMatchObject([{ identity: 'x' }]);
  });

  test('a publish reaches every queue, or no queue when its plan is out of date', async () => {
    await using b = await bench();
    const [topic, one, two] = [await b.topic('t'), await b.queue('one'), await b.queue('two')];
    const revision = await b.revision(topic);
    const entries = [{ messageId: b.random.uuid() as MessageId, deliveries: [to('one', 'x'), to('two', 'y')] }];
    await b.subscribe(topic, 'new');
    expect(await b.engine.topics.publish({ topic, revision, entries })).toEqual({ kind: 'stale' });
    expect(await b.texts(one)).toEqual([]);
    const outcome = await b.publish(topic, ...entries);
    expect(published(outcome)).toMatchObject([{ kind: 'published', delivered: 2, redriven: 0, lost: 0, sequence: 0 }]);
    expect(await b.texts(one)).toEqual(['x']);
    expect(await b.texts(two)).toEqual(['y']);
    await b.engine.topics.delete(topic);
    expect((await b.engine.topics.publish({ topic, revision: revision + 1, entries })).kind).toBe('topicGone');
  });

  test('what its queue does not take goes to the other one, or is told lost', async () => {
    await using b = await bench();
    const [topic, dead] = [await b.topic('t'), await b.queue('dead')];
    const small = { ...to('dead', 'too large'), message: () => undefined };
    const outcome = await b.publish(topic, {
      deliveries: [to('none', 'a', { otherwise: 'dead' }), to('none', 'b', { otherwise: 'gone' }), to('none', 'c'), small],
    });
    const undelivered = [
      { index: 0, reason: 'queueGone', redriven: true },
      { index: 1, reason: 'queueGone', redriven: false },
      { index: 2, reason: 'queueGone', redriven: false },
      { index: 3, reason: 'notTaken', redriven: false },
    ];
    expect(published(outcome)).toMatchObject([{ delivered: 0, redriven: 1, lost: 3, undelivered }]);
    expect(await b.texts(dead)).toEqual(['a']);
  });

  test('a waiting receiver is woken by a publish', async () => {
    await using b = await bench();
    const [topic, queue] = [await b.topic('t'), await b.queue('q')];
    const waiting = b.engine.receive(queue, { max: 1, waitMs: 20_000 });
    await b.publish(topic, { deliveries: [to('q', 'x')] });
    expect(await waiting).toMatchObject({ kind: 'received', messages: [{ content: Buffer.from('x') }] });
  });

  test('a FIFO topic numbers its messages and takes a deduplication id once in five minutes, over restarts', async () => {
    await using b = await bench();
    const [topic, queue] = [await b.topic('t.fifo', fifo), await b.queue('q.fifo', 'fifo')];
    const entry = (id: string) => ({
      group: 'g',
      deduplicationId: id,
      deliveries: [to('q.fifo', id, { group: 'g', deduplicationId: id })],
    });
    const [first, second] = published(await b.publish(topic, entry('a'), entry('b')));
    expect([first?.sequence, second?.sequence]).toEqual([1, 2]);
    const both = published(await b.publish(topic, entry('a'), entry('c')));
    expect(both).toMatchObject([
      { kind: 'duplicate', messageId: first?.messageId, sequence: 1, delivered: 0 },
      { kind: 'published', sequence: 3 },
    ]);
    expect(await b.texts(queue)).toEqual(['a#1', 'b#2', 'c#3']);
    await b.restart();
    b.clock.advance(299_999);
    expect(published(await b.publish(topic, entry('b')))).toMatchObject([{ kind: 'duplicate', sequence: 2 }]);
    b.clock.advance(1);
    expect(published(await b.publish(topic, entry('b')))).toMatchObject([{ kind: 'published', sequence: 4 }]);
  });

  test('with deduplication a group, groups do not shadow each other', async () => {
    await using b = await bench();
    const topic = await b.topic('t.fifo', { ...fifo, settings: { ordering: 'fifo', deduplicationScope: 'group' } });
    const outcome = await b.publish(
      topic,
      { group: 'a', deduplicationId: 'x' },
      { group: 'b', deduplicationId: 'x' },
      { group: 'a', deduplicationId: 'x' },
    );
    expect(published(outcome).map(({ kind }) => kind)).toEqual(['published', 'published', 'duplicate']);
  });

  test('publishes that wait together come out as if one by one: order, numbers, duplicates and plans out of date', async () => {
    await using b = await bench();
    const [topic, queue] = [await b.topic('t.fifo', fifo), await b.queue('q.fifo', 'fifo')];
    const revision = await b.revision(topic);
    const publish = (id: string, at = revision) => {
      const placing = { group: 'g', deduplicationId: id };
      const entry = { messageId: b.random.uuid() as MessageId, ...placing, deliveries: [to('q.fifo', id, placing)] };
      return b.engine.topics.publish({ topic, revision: at, entries: [entry] });
    };
    const outcomes = await Promise.all([publish('a'), publish('b'), publish('a'), publish('c', revision - 1), publish('d')]);
    expect(outcomes.map((outcome) => published(outcome)[0]?.kind ?? outcome.kind)).toEqual([
      'published',
      'published',
      'duplicate',
      'stale',
      'published',
    ]);
    expect(await b.texts(queue)).toEqual(['a#1', 'b#2', 'd#3']);
  });

  test('a publish that fails fails alone', async () => {
    await using b = await bench();
    const [topic, queue] = [await b.topic('t'), await b.queue('q')];
    const broken = {
      ...to('q', 'x'),
      message: () => {
        throw new Error('no message');
      },
    };
    const outcomes = await Promise.allSettled([
      b.publish(topic, { deliveries: [to('q', 'a')] }),
      b.publish(topic, { deliveries: [to('q', 'b'), broken] }),
      b.publish(topic, { deliveries: [to('q', 'c')] }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await b.texts(queue)).toEqual(['a', 'c']);
  });

  test('a plan deletes the message that asked for it in its own transaction', async () => {
    await using b = await bench();
    const [topic, jobs, queue] = [await b.topic('t'), await b.queue('jobs'), await b.queue('q')];
    await b.publish(topic, { deliveries: [to('jobs', 'job')] });
    const claimed = await b.engine.receive(jobs, { max: 1, waitMs: 0 });
    if (claimed.kind !== 'received' || claimed.messages[0] === undefined) throw new Error(claimed.kind);
    const settles = { queue: jobs.address, receipt: claimed.messages[0].receipt };
    const entries = [{ messageId: b.random.uuid() as MessageId, deliveries: [to('q', 'x'), to('jobs', 'rest')] }];
    await b.engine.topics.publish({ topic, revision: await b.revision(topic), entries, settles });
    expect(await b.engine.counts(jobs)).toMatchObject({ visible: 1, inFlight: 0 });
    expect(await b.texts(queue)).toEqual(['x']);
    expect(await b.texts(jobs)).toEqual(['rest']);
  });
});
