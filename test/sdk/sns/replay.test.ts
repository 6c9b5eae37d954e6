import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, it, vi } from 'vitest';
import { TestEndpoint } from './endpoint.js';
import { brokerForAll, Subject, startedAt } from './subject.js';

const dayMs = 86_400_000;
const archived = { FifoTopic: 'true', ContentBasedDeduplication: 'true', ArchivePolicy: '{"MessageRetentionPeriod":"30"}' };
const fifoQueue = { FifoQueue: 'true' };
const iso = (time: number): string => new Date(time).toISOString();

/** A policy that replays from a time on. */
function replay(from: number, until?: number): string {
  return JSON.stringify({ PointType: 'Timestamp', StartingPoint: iso(from), ...(until !== undefined && { EndingPoint: iso(until) }) });
}

class Archive {
  constructor(private readonly subject: Subject) {}

  publish(topic: string, text: string, group = 'g', more: Parameters<Subject['publish']>[2] = {}) {
    return this.subject.publish(topic, text, { MessageGroupId: group, ...more });
  }

  async publishAll(topic: string, texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.publish(topic, text);
  }

  async attributes(subscription: string): Promise<Readonly<Record<string, string>>> {
    const command = new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription });
    return (await this.subject.sns.send(command)).Attributes ?? {};
  }

  status(subscription: string, status: string): Promise<void> {
    return vi.waitFor(async () => expect((await this.attributes(subscription)).ReplayStatus).toBe(status), { timeout: 20_000 });
  }

  set(subscription: string, policy: string) {
    const command = { SubscriptionArn: subscription, AttributeName: 'ReplayPolicy', AttributeValue: policy };
    return this.subject.sns.send(new SetSubscriptionAttributesCommand(command));
  }

  setPolicy(topic: string, policy: string) {
    return this.subject.sns.send(
      new SetTopicAttributesCommand({ TopicArn: topic, AttributeName: 'ArchivePolicy', AttributeValue: policy }),
    );
  }

  async topicAttributes(topic: string): Promise<Readonly<Record<string, string>>> {
    return (await this.subject.sns.send(new GetTopicAttributesCommand({ TopicArn: topic }))).Attributes ?? {};
  }
}

describe('archives of FIFO topics', () => {
  const subject = brokerForAll();
  const archive = new Archive(subject);

  it('show their policy and where they begin, and keep their topic from being deleted', async () => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    expect(await archive.topicAttributes(topic)).not.toHaveProperty('BeginningArchiveTime');
    await archive.setPolicy(topic, '{"MessageRetentionPeriod":7}');
    expect(await archive.topicAttributes(topic)).toMatchObject({
      ArchivePolicy: '{"MessageRetentionPeriod":"7"}',
      BeginningArchiveTime: iso(Math.floor(subject.clock.now() / 1_000) * 1_000),
    });
    expect(await subject.refused(subject.sns.send(new DeleteTopicCommand({ TopicArn: topic })))).toEqual([
      'InvalidStateException',
      'Invalid state: Cannot delete a topic with an ArchivePolicy',
    ]);
    await archive.setPolicy(topic, '{}');
    expect(await archive.topicAttributes(topic)).not.toHaveProperty('ArchivePolicy');
    await subject.sns.send(new DeleteTopicCommand({ TopicArn: topic }));
  });

  it('are asked for once: creating the topic again with a policy is another topic', async () => {
    const name = subject.name();
    await subject.topic(archived, name);
    await subject.topic({ FifoTopic: 'true' }, name);
    expect(await subject.refused(subject.topic(archived, name))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    ]);
  });

  it.each([
    ['', 'ArchivePolicy: Unable to parse JSON'],
    ['{', 'ArchivePolicy: Unable to parse JSON'],
    ['[]', 'ArchivePolicy: Unable to parse JSON'],
    ['{"Days":1}', 'ArchivePolicy: JSON has the unknown field Days'],
    ['{"MessageRetentionPeriod":null}', 'ArchivePolicy: MessageRetentionPeriod value is invalid'],
    ['{"MessageRetentionPeriod":0}', 'ArchivePolicy: MessageRetentionPeriod value is invalid'],
    ['{"MessageRetentionPeriod":"366"}', 'ArchivePolicy: MessageRetentionPeriod value is invalid'],
    ['{"MessageRetentionPeriod":1.5}', 'ArchivePolicy: MessageRetentionPeriod value is invalid'],
  ])('refuse the policy %s', async (policy, text) => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    expect(await subject.refused(archive.setPolicy(topic, policy))).toEqual(['InvalidParameterException', `Invalid parameter: ${text}`]);
    expect(await archive.topicAttributes(topic)).not.toHaveProperty('ArchivePolicy');
  });
});

describe('a replay', () => {
  const subject = brokerForAll();
  const archive = new Archive(subject);

  it('delivers what was published before there was a subscription, as it was, and then what is published', async () => {
    const topic = await subject.topic(archived);
    const [first, later] = [await subject.queue(fifoQueue), await subject.queue(fifoQueue)];
    await subject.subscribe(topic, first);
    const from = subject.clock.now();
    const attribute = { MessageAttributes: { kind: { DataType: 'String', StringValue: 'claim' } }, Subject: 'S' };
    await archive.publish(topic, 'a', 'g', attribute);
    subject.clock.advance(10_000);
    const subscription = await subject.subscribe(topic, later, { ReplayPolicy: replay(from) });
    await archive.status(subscription, 'Completed');
    expect(await archive.attributes(subscription)).toMatchObject({ ReplayPolicy: replay(from), PendingConfirmation: 'false' });
    await archive.publish(topic, 'b');
    const [[live], [replayed, after]] = [await subject.drained(first), await subject.drained(later)];
    const { UnsubscribeURL: _own, ...envelope } = JSON.parse(live?.Body ?? '');
    const { UnsubscribeURL: _other, ...again } = JSON.parse(replayed?.Body ?? '');
    expect(again).toEqual({ ...envelope, Replayed: 'true' });
    expect(Object.keys(again).at(-1)).toBe('Replayed');
    expect(replayed?.Attributes?.MessageGroupId).toBe('g');
    expect(JSON.parse(after?.Body ?? '')).toMatchObject({ Message: 'b' });
    expect(JSON.parse(after?.Body ?? '')).not.toHaveProperty('Replayed');
  });

  it('is archived once: duplicates are not, and nobody need be subscribed', async () => {
    const topic = await subject.topic(archived);
    const from = subject.clock.now();
    await archive.publishAll(topic, ['a', 'a', 'b', 'a']);
    const queue = await subject.queue(fifoQueue);
    await archive.status(await subject.subscribe(topic, queue, { ReplayPolicy: replay(from) }), 'Completed');
    expect(await subject.drainedTexts(queue)).toEqual(['a', 'b']);
  });

  it('goes by the filter policy as it is now', async () => {
    const topic = await subject.topic(archived);
    const from = subject.clock.now();
    await archive.publishAll(topic, ['{"n":1}', '{"n":2}', 'text', '{"n":2,"m":1}']);
    const queue = await subject.queue(fifoQueue);
    const filter = { FilterPolicyScope: 'MessageBody', FilterPolicy: '{"n":[2]}' };
    await archive.status(await subject.subscribe(topic, queue, { ...filter, ReplayPolicy: replay(from) }), 'Completed');
    expect(await subject.drainedTexts(queue)).toEqual(['{"n":2}', '{"n":2,"m":1}']);
  });

  it('comes raw with an attribute that says so, unless there are ten', async () => {
    const topic = await subject.topic(archived);
    const from = subject.clock.now();
    await archive.publish(topic, 'few');
    const ten = Array.from({ length: 10 }, (_, index) => [`a${index}`, { DataType: 'String', StringValue: 'x' }] as const);
    await archive.publish(topic, 'many', 'g', { MessageAttributes: Object.fromEntries(ten) });
    const queue = await subject.queue(fifoQueue);
    await archive.status(await subject.subscribe(topic, queue, { RawMessageDelivery: 'true', ReplayPolicy: replay(from) }), 'Completed');
    const [few, many] = await subject.drained(queue);
    expect([few?.Body, few?.MessageAttributes]).toMatchObject(['few', { Replayed: { DataType: 'String', StringValue: 'true' } }]);
    expect([many?.Body, Object.keys(many?.MessageAttributes ?? {})]).toEqual(['many', ten.map(([name]) => name)]);
  });

  it('reaches a queue that had the messages a moment ago', async () => {
    const topic = await subject.topic(archived);
    const queue = await subject.queue(fifoQueue);
    const subscription = await subject.subscribe(topic, queue);
    const from = subject.clock.now();
    await archive.publishAll(topic, ['a', 'b']);
    const ids = async () => (await subject.drained(queue)).map(({ Attributes }) => Attributes?.MessageDeduplicationId);
    const published = await ids();
    expect(new Set(published).size).toBe(2);
    for (let again = 0; again < 2; again++) {
      await archive.set(subscription, replay(from));
      await archive.status(subscription, 'Completed');
      expect(await ids()).toEqual(published);
    }
  });

  it('reaches standard queues', async () => {
    const topic = await subject.topic(archived);
    const from = subject.clock.now();
    await archive.publishAll(topic, ['a', 'b']);
    const queue = await subject.queue();
    await archive.status(await subject.subscribe(topic, queue, { ReplayPolicy: replay(from) }), 'Completed');
    expect(await subject.drainedTexts(queue)).toEqual(['a', 'b']);
  });

  it('with an end gives what came before it, pauses, and goes on with another policy', async () => {
    const topic = await subject.topic(archived);
    const from = subject.clock.now();
    await archive.publish(topic, 'before');
    subject.clock.advance(1_000);
    const until = subject.clock.now();
    await archive.publish(topic, 'after');
    subject.clock.advance(1_000);
    const queue = await subject.queue(fifoQueue);
    const subscription = await subject.subscribe(topic, queue, { ReplayPolicy: replay(from, until) });
    await archive.status(subscription, 'Completed');
    await archive.publish(topic, 'new');
    expect(await subject.drainedTexts(queue)).toEqual(['before']);
    await archive.set(subscription, replay(until));
    await archive.status(subscription, 'Completed');
    await archive.publish(topic, 'newer');
    expect(await subject.drainedTexts(queue)).toEqual(['after', 'new', 'newer']);
  });

  it('that is taken back leaves an ordinary subscription', async () => {
    const topic = await subject.topic(archived);
    const from = subject.clock.now();
    await archive.publish(topic, 'a');
    subject.clock.advance(1_000);
    const queue = await subject.queue(fifoQueue);
    const subscription = await subject.subscribe(topic, queue, { ReplayPolicy: replay(from, from) });
    await archive.status(subscription, 'Completed');
    await archive.publish(topic, 'unseen');
    await archive.set(subscription, '{}');
    expect(await archive.attributes(subscription)).not.toHaveProperty('ReplayPolicy');
    expect(await archive.attributes(subscription)).not.toHaveProperty('ReplayStatus');
    await archive.publish(topic, 'b');
    expect(await subject.drainedTexts(queue)).toEqual(['b']);
  });

  it('catches up with publishers that go on: each message once, in the order of its group', async () => {
    const topic = await subject.topic({ ...archived, FifoThroughputScope: 'MessageGroup' });
    const from = subject.clock.now();
    const groups = ['a', 'b', 'c', 'd'];
    const publishMany = (first: number, last: number) =>
      Promise.all(
        groups.map(async (group) => {
          for (let n = first; n < last; n++) await archive.publish(topic, `${group} ${n}`, group);
        }),
      );
    await publishMany(0, 75);
    const queue = await subject.queue(fifoQueue);
    const publishing = publishMany(75, 150);
    const subscription = await subject.subscribe(topic, queue, { ReplayPolicy: replay(from) });
    await archive.status(subscription, 'Completed');
    await publishing;
    const texts = await subject.drainedTexts(queue);
    expect(texts).toHaveLength(600);
    for (const group of groups) {
      const inOrder = Array.from({ length: 150 }, (_, n) => `${group} ${n}`);
      expect(texts.filter((text) => text.startsWith(group))).toEqual(inOrder);
    }
  });

  it('does not show what is past its retention', async () => {
    const topic = await subject.topic({ ...archived, ArchivePolicy: '{"MessageRetentionPeriod":"1"}' });
    const [from] = [subject.clock.now()];
    await archive.publish(topic, 'old');
    subject.clock.advance(dayMs / 2);
    const half = subject.clock.now();
    await archive.publish(topic, 'young');
    subject.clock.advance(dayMs / 2 + 1_000);
    const queue = await subject.queue(fifoQueue);
    expect(await subject.refused(subject.subscribe(topic, queue, { ReplayPolicy: replay(from) }))).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Attributes Reason: ReplayPolicy: Invalid StartingPoint value',
    ]);
    await archive.setPolicy(topic, '{"MessageRetentionPeriod":"30"}');
    expect((await archive.topicAttributes(topic)).BeginningArchiveTime).toBe(iso(subject.clock.now() - dayMs));
    await archive.status(await subject.subscribe(topic, queue, { ReplayPolicy: replay(half) }), 'Completed');
    expect(await subject.drainedTexts(queue)).toEqual(['young']);
  });

  it('finds nothing of an archive that was switched off in between', async () => {
    const topic = await subject.topic(archived);
    await archive.publish(topic, 'lost');
    subject.clock.advance(1_000);
    await archive.setPolicy(topic, '{}');
    subject.clock.advance(1_000);
    await archive.setPolicy(topic, '{"MessageRetentionPeriod":"30"}');
    const from = Math.floor(subject.clock.now() / 1_000) * 1_000;
    await archive.publish(topic, 'kept');
    const queue = await subject.queue(fifoQueue);
    await archive.status(await subject.subscribe(topic, queue, { ReplayPolicy: replay(from) }), 'Completed');
    expect(await subject.drainedTexts(queue)).toEqual(['kept']);
  });

  it('whose queue is gone has failed, and goes on once there is one', async () => {
    const topic = await subject.topic(archived);
    const from = subject.clock.now();
    await archive.publish(topic, 'a');
    const missing = `arn:aws:sqs:us-east-1:000000000000:${subject.name()}.fifo`;
    const subscription = await subject.subscribe(topic, missing, { ReplayPolicy: replay(from) });
    await archive.status(subscription, 'Failed');
    const dead = await subject.queue(fifoQueue);
    const redrive = {
      SubscriptionArn: subscription,
      AttributeName: 'RedrivePolicy',
      AttributeValue: JSON.stringify({ deadLetterTargetArn: dead }),
    };
    await subject.sns.send(new SetSubscriptionAttributesCommand(redrive));
    await archive.set(subscription, replay(from));
    await archive.status(subscription, 'Completed');
    expect(await subject.drainedTexts(dead)).toEqual(['a']);
  });

  it.each<[string, string]>([
    ['{', 'Unable to parse JSON'],
    ['{"PointType":"Timestamp"}', 'JSON is missing required fields'],
    ['{"StartingPoint":"2026-01-01T12:00:00Z"}', 'JSON is missing required fields'],
    ['{"PointType":"Sequence","StartingPoint":"1"}', 'Invalid PointType'],
    ['{"PointType":"Timestamp","StartingPoint":"yesterday"}', 'Invalid StartingPoint value'],
    ['{"PointType":"Timestamp","StartingPoint":"2025-12-31T12:00:00Z"}', 'Invalid StartingPoint value'],
    ['{"PointType":"Timestamp","StartingPoint":"2027-01-01T12:00:00Z"}', 'Invalid StartingPoint value'],
    ['{"PointType":"Timestamp","StartingPoint":"NOW","EndingPoint":"soon"}', 'Invalid EndingPoint value'],
    ['{"PointType":"Timestamp","StartingPoint":"NOW","EndingPoint":"2027-01-01T12:00:00Z"}', 'Invalid EndingPoint value'],
    ['{"PointType":"Timestamp","StartingPoint":"NOW","Speed":2}', 'JSON has the unknown field Speed'],
  ])('is refused by the policy %s', async (policy, text) => {
    const topic = await subject.topic(archived);
    const subscription = await subject.subscribe(topic, await subject.queue(fifoQueue));
    const given = policy.replace('NOW', iso(subject.clock.now()));
    expect(await subject.refused(archive.set(subscription, given))).toEqual([
      'InvalidParameterException',
      `Invalid parameter: ReplayPolicy: ${text}`,
    ]);
    expect(await archive.attributes(subscription)).not.toHaveProperty('ReplayPolicy');
  });

  it('is refused where the topic has no archive', async () => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    const refused = subject.subscribe(topic, await subject.queue(fifoQueue), { ReplayPolicy: replay(startedAt) });
    expect(await subject.refused(refused)).toEqual([
      'InvalidParameterException',
      'Invalid parameter: Attributes Reason: ReplayPolicy: Topic does not have an ArchivePolicy',
    ]);
  });
});

describe('archives of standard topics, where the extension is on', () => {
  const subject = brokerForAll({ extensions: { standardTopicArchive: true } });
  const archive = new Archive(subject);
  const policy = { ArchivePolicy: '{"MessageRetentionPeriod":"30"}' };

  it('replay to queues with the signature that the message had', async () => {
    const topic = await subject.topic(policy);
    const first = await subject.subscribed(topic);
    const from = subject.clock.now();
    await subject.publish(topic, 'a');
    subject.clock.advance(1_000);
    const later = await subject.queue();
    await archive.status(await subject.subscribe(topic, later, { ReplayPolicy: replay(from) }), 'Completed');
    await subject.publish(topic, 'b');
    const [[live], [replayed, after]] = [await subject.envelopes(first), await subject.envelopes(later)];
    expect(replayed).toEqual({ ...live, UnsubscribeURL: replayed?.UnsubscribeURL, Replayed: 'true' });
    expect(after?.Message).toBe('b');
  });

  it('replay to an HTTP endpoint once it has confirmed', async () => {
    await using endpoint = await TestEndpoint.open();
    const topic = await subject.topic(policy);
    const from = subject.clock.now();
    await subject.publish(topic, 'a');
    await subject.publish(topic, 'b');
    await subject.subscribeEndpoint(topic, endpoint.url, { ReplayPolicy: replay(from) });
    const [confirmation] = await endpoint.arrived(1);
    await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
    const arrivals = await endpoint.arrived(3);
    expect(
      arrivals
        .slice(1)
        .map(({ body }) => JSON.parse(body).Message)
        .toSorted(),
    ).toEqual(['a', 'b']);
  });
});

describe('a replay and the end of the process', () => {
  it('goes on where it was', async () => {
    const data = await mkdtemp(join(tmpdir(), 'signalbox-replay-'));
    try {
      const first = new Subject({ data });
      await first.start();
      const topic = await first.topic({ ...archived, FifoThroughputScope: 'MessageGroup' });
      const texts = Array.from({ length: 400 }, (_, n) => String(n));
      for (let n = 0; n < texts.length; n += 50) {
        await Promise.all(texts.slice(n, n + 50).map((text) => new Archive(first).publish(topic, text, text)));
      }
      const queue = await first.queue(fifoQueue);
      const subscription = await first.subscribe(topic, queue, { ReplayPolicy: replay(startedAt) });
      await first.stop();
      const second = new Subject({ data });
      await second.start();
      try {
        await new Archive(second).status(subscription, 'Completed');
        expect((await second.drainedTexts(queue)).toSorted()).toEqual(texts.toSorted());
      } finally {
        await second.stop();
      }
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });
});
