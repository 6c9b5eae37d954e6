import { DeleteTopicCommand, PublishBatchCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, test, vi } from 'vitest';
import { TestEndpoint } from './endpoint.js';
import { brokerForAll } from './subject.js';

// Developer guide, "Monitoring Amazon SNS topics using CloudWatch": what each number counts.
const subject = brokerForAll();
const gone = 'arn:aws:sqs:us-east-1:000000000000:gone';
const policy = (policy: object) => ({ FilterPolicy: JSON.stringify(policy) });
const redrive = (queue: string) => ({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queue }) });

/** What the page says of a topic, by names without their prefix and other labels. */
async function numbers(topic: string): Promise<Readonly<Record<string, number>>> {
  const page = await (await fetch(`${subject.url}/_signalbox/metrics`)).text();
  const found: Record<string, number> = {};
  for (const [, name = '', labels = '', value] of page.matchAll(/^signalbox_sns_(\w+)\{(.*)\} (\S+)$/gm)) {
    if (!labels.includes(`topic="${topic}"`) || name.endsWith('_bucket')) continue;
    const [, reason] = /reason="(\w+)"/.exec(labels) ?? [];
    found[reason === undefined ? name : `${name} ${reason}`] = Number(value);
  }
  return found;
}

const soon = (topic: string, expected: Readonly<Record<string, number>>) =>
  vi.waitFor(async () => expect(await numbers(topic)).toMatchObject(expected), { timeout: 10_000, interval: 5 });

describe('the page of metrics', () => {
  test('counts what is published, its size and what queues got', async () => {
    const topic = await subject.topic();
    const dead = await subject.queue();
    await subject.subscribed(topic);
    await subject.subscribed(topic, { RawMessageDelivery: 'true' });
    await subject.subscribe(topic, gone, redrive(dead));
    await subject.subscribe(topic, `${gone}-too`, redrive(gone));
    await subject.subscribe(topic, `${gone}-alone`);
    await subject.publish(topic, '12345', { MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } });
    const entries = ['a', 'b'].map((Id) => ({ Id, Message: Id }));
    await subject.sns.send(new PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries: entries }));
    expect(await numbers(topic)).toEqual({
      messages_published_total: 3,
      publish_size_bytes_sum: 5 + 'aStringb'.length + 2,
      publish_size_bytes_count: 3,
      notifications_delivered_total: 2 * 3,
      notifications_failed_total: 3 * 3,
      notifications_redriven_total: 3,
      notifications_redrive_failed_total: 3,
    });
  });

  test('counts what filters kept back, by what about the message', async () => {
    const topic = await subject.topic();
    const queue = await subject.queue();
    const attributes = policy({ colour: ['red'] });
    await subject.subscribe(topic, queue, attributes);
    await subject.subscribed(topic, attributes);
    await subject.subscribed(topic, { ...policy({ size: [1] }), FilterPolicyScope: 'MessageBody' });
    await subject.subscribed(topic, policy({}));
    const filteredOut = 'notifications_filtered_out_total';
    await subject.publish(topic, '{"size":1}', { MessageAttributes: { colour: { DataType: 'String', StringValue: 'blue' } } });
    expect(await numbers(topic)).toMatchObject({ notifications_delivered_total: 2, [`${filteredOut} messageAttributes`]: 2 });
    await subject.publish(topic, '{"size":2}');
    await subject.publish(topic, 'no JSON', { MessageAttributes: { colours: { DataType: 'String.Array', StringValue: '[' } } });
    const counted = await numbers(topic);
    expect(counted).toMatchObject({
      notifications_delivered_total: 4,
      [`${filteredOut} messageAttributes`]: 2,
      [`${filteredOut} messageBody`]: 1,
      [`${filteredOut} noMessageAttributes`]: 2,
      [`${filteredOut} invalidAttributes`]: 2,
      [`${filteredOut} invalidMessageBody`]: 1,
    });
    expect(counted).not.toHaveProperty('notifications_failed_total');
  });

  test('counts every failed attempt at an HTTP endpoint, and a delivery when it ends', async () => {
    await using endpoint = await TestEndpoint.open(200, 503, 503, 200, 404);
    const topic = await subject.topic();
    const retry = { numRetries: 2, minDelayTarget: 1, maxDelayTarget: 1, numNoDelayRetries: 2 };
    const dead = await subject.queue();
    await subject.subscribeEndpoint(topic, endpoint.url, {
      DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: retry }),
      ...redrive(dead),
    });
    const [confirmation] = await endpoint.arrived(1);
    await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
    await subject.publish(topic, 'm');
    await soon(topic, { notifications_delivered_total: 1, notifications_failed_total: 2 });
    await subject.publish(topic, 'refused');
    await soon(topic, { notifications_delivered_total: 1, notifications_failed_total: 3, notifications_redriven_total: 1 });
  });

  test('counts a failed delivery to a function once', async () => {
    const topic = await subject.topic();
    const Endpoint = 'arn:aws:lambda:us-east-1:000000000000:function:none';
    await subject.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'lambda', Endpoint, Attributes: redrive(gone) }));
    await subject.publish(topic, 'm');
    await soon(topic, { notifications_failed_total: 1, notifications_redrive_failed_total: 1 });
  });

  test('counts what a job delivers, and what filters kept back once', async () => {
    const topic = await subject.topic();
    const queues: string[] = [];
    while (queues.length < 20) queues.push(await subject.subscribed(topic));
    await subject.subscribed(topic, policy({ a: ['b'] }));
    await subject.publish(topic, 'x'.repeat(250_000)); // 16 of them fill a transaction
    await soon(topic, { messages_published_total: 1, notifications_delivered_total: 20 });
    expect(await numbers(topic)).toMatchObject({ 'notifications_filtered_out_total noMessageAttributes': 1 });
  });

  test('counts no duplicate, tells what archives hold, and counts replays apart', async () => {
    const topic = await subject.topic({ FifoTopic: 'true', ArchivePolicy: '{"MessageRetentionPeriod":"1"}' });
    await subject.subscribe(topic, await subject.queue({ FifoQueue: 'true' }));
    const StartingPoint = new Date(subject.clock.now()).toISOString();
    subject.clock.advance(1_000);
    for (const id of ['1', '1', '2']) await subject.publish(topic, 'm', { MessageGroupId: 'g', MessageDeduplicationId: id });
    const live = { messages_published_total: 2, notifications_delivered_total: 2 };
    expect(await numbers(topic)).toMatchObject({ ...live, archived_messages: 2, archived_bytes: expect.any(Number) });
    const ReplayPolicy = JSON.stringify({ PointType: 'Timestamp', StartingPoint });
    await subject.subscribe(topic, await subject.queue({ FifoQueue: 'true' }), { ReplayPolicy });
    await soon(topic, { ...live, replayed_notifications_delivered_total: 2 });
    const small = await subject.queue({ FifoQueue: 'true', MaximumMessageSize: '1024' });
    await subject.publish(topic, 'x'.repeat(2_000), { MessageGroupId: 'g', MessageDeduplicationId: '3' });
    await subject.subscribe(topic, small, { ReplayPolicy, ...redrive(await subject.queue({ FifoQueue: 'true' })) });
    await soon(topic, {
      replayed_notifications_delivered_total: 4,
      replayed_notifications_failed_total: 1,
      notifications_redriven_total: 1,
    });
  });

  test('tells of no archive that is gone', async () => {
    const topic = await subject.topic({ FifoTopic: 'true' });
    expect(await numbers(topic)).toEqual({});
    await subject.sns.send(new DeleteTopicCommand({ TopicArn: topic }));
    expect(await numbers(topic)).toEqual({});
  });
});
