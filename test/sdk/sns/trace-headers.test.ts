import { SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { TestEndpoint } from './endpoint.js';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();

const xRay = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const traceparent = '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01';
const lineage = `${xRay};Lineage=a87bd80c:1|68fd508a:5;Self=1-67891234-12456789abcdef012345678`;

/** One call with headers of its own. */
async function call(target: string, input: object, headers: Readonly<Record<string, string>>): Promise<void> {
  const own = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target };
  const answer = await fetch(subject.url, { method: 'POST', headers: { ...own, ...headers }, body: JSON.stringify(input) });
  expect(answer.status).toBe(200);
}

const publish = (topic: string, headers: Readonly<Record<string, string>>, more: object = {}) =>
  call('AmazonSNS.Publish', { TopicArn: topic, Message: 'm', ...more }, headers);

const headersIn = async (queue: string) => (await subject.receive(queue)).map(({ Attributes }) => Attributes?.AWSTraceHeader);

/** A confirmed endpoint; its confirmation has no trace. */
async function confirmed(topic: string, endpoint: TestEndpoint, attributes: Record<string, string> = {}): Promise<void> {
  await subject.subscribeEndpoint(topic, endpoint.url, attributes);
  const [confirmation] = await endpoint.arrived(1);
  expect(confirmation?.headers).not.toHaveProperty('x-amzn-trace-id');
  expect(confirmation?.headers).not.toHaveProperty('traceparent');
  await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
}

describe('the trace header of a publish', () => {
  it.each([
    ['as it is', { 'X-Amzn-Trace-Id': lineage }, lineage],
    ['made from traceparent', { traceparent }, xRay],
    [
      'before traceparent',
      { 'X-Amzn-Trace-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793', traceparent },
      'Root=1-5759e988-bd862e3fe1be46a994272793',
    ],
    ['not made from what is no traceparent', { traceparent: 'x' }, undefined],
    ['absent', { tracestate: 'a=1' }, undefined],
  ])('is in queues, enveloped or raw: %s', async (_how, headers, expected) => {
    const topic = await subject.topic();
    const queues = [await subject.subscribed(topic), await subject.subscribed(topic, { RawMessageDelivery: 'true' })];
    await publish(topic, headers);
    for (const queue of queues) expect(await headersIn(queue)).toEqual([expected]);
  });

  it('is that of every message of a batch', async () => {
    const topic = await subject.topic();
    const queue = await subject.subscribed(topic);
    const entries = ['a', 'b'].map((Id) => ({ Id, Message: Id }));
    await call('AmazonSNS.PublishBatch', { TopicArn: topic, PublishBatchRequestEntries: entries }, { traceparent });
    expect(await headersIn(queue)).toEqual([xRay, xRay]);
  });

  it('goes through FIFO topics, archives and replays', async () => {
    const topic = await subject.topic({ FifoTopic: 'true', ArchivePolicy: '{"MessageRetentionPeriod":"1"}' });
    const queue = await subject.queue({ FifoQueue: 'true' });
    await subject.subscribe(topic, queue);
    const StartingPoint = new Date(subject.clock.now()).toISOString();
    subject.clock.advance(1_000);
    await publish(topic, { traceparent }, { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
    expect(await headersIn(queue)).toEqual([xRay]);
    const late = await subject.queue({ FifoQueue: 'true' });
    await subject.subscribe(topic, late, { ReplayPolicy: JSON.stringify({ PointType: 'Timestamp', StartingPoint }) });
    const [replayed] = await subject.receive(late, 10);
    expect(replayed?.Attributes?.AWSTraceHeader).toBe(xRay);
  });

  it('is in what a job delivers after the transaction of the publish', async () => {
    const topic = await subject.topic();
    const queues: string[] = [];
    while (queues.length < 20) queues.push(await subject.subscribed(topic));
    await publish(topic, { traceparent }, { Message: 'x'.repeat(250_000) }); // 16 of them fill a transaction
    for (const queue of queues) {
      const [message] = await subject.receive(queue, 10);
      expect(message?.Attributes?.AWSTraceHeader).toBe(xRay);
    }
  });

  it.each(['false', 'true'])('comes to endpoints in both forms, and with their dead letters (raw: %s)', async (RawMessageDelivery) => {
    await using endpoint = await TestEndpoint.open(200, 200, 404);
    const topic = await subject.topic();
    const dead = await subject.queue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead });
    await confirmed(topic, endpoint, { RawMessageDelivery, RedrivePolicy });
    await publish(topic, { traceparent, tracestate: 'vendor=1,other=2' });
    const [, first] = await endpoint.arrived(2);
    expect(first?.headers).toMatchObject({ 'x-amzn-trace-id': xRay, traceparent, tracestate: 'vendor=1,other=2' });
    await publish(topic, { 'X-Amzn-Trace-Id': lineage });
    const [, , second] = await endpoint.arrived(3);
    expect(second?.headers).toMatchObject({ 'x-amzn-trace-id': lineage, traceparent });
    expect(second?.headers).not.toHaveProperty('tracestate');
    const [letter] = await subject.receive(dead, 10);
    expect(letter?.Attributes?.AWSTraceHeader).toBe(lineage);
  });

  it('comes to the dead-letter queues of functions', async () => {
    const topic = await subject.topic();
    const dead = await subject.queue();
    const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) };
    const Endpoint = 'arn:aws:lambda:us-east-1:000000000000:function:none';
    await subject.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'lambda', Endpoint, Attributes }));
    await publish(topic, { traceparent });
    const [letter] = await subject.receive(dead, 10);
    expect(letter?.Attributes?.AWSTraceHeader).toBe(xRay);
  });
});

describe('the trace header of a message sent to a queue', () => {
  it('is made from traceparent where there is no other', async () => {
    const queue = await subject.queue();
    const QueueUrl = queue.slice(queue.lastIndexOf(':') + 1);
    await call('AmazonSQS.SendMessage', { QueueUrl, MessageBody: 'a' }, { traceparent });
    const entry = { Id: 'b', MessageBody: 'b' };
    await call('AmazonSQS.SendMessageBatch', { QueueUrl, Entries: [entry] }, { traceparent });
    await call('AmazonSQS.SendMessage', { QueueUrl, MessageBody: 'c' }, { traceparent, 'X-Amzn-Trace-Id': lineage });
    const given = { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=own' } };
    await call('AmazonSQS.SendMessage', { QueueUrl, MessageBody: 'd', MessageSystemAttributes: given }, { traceparent });
    const received = await subject.receive(queue);
    const headers = Object.fromEntries(received.map(({ Body = '', Attributes }) => [Body, Attributes?.AWSTraceHeader]));
    expect(headers).toEqual({ a: xRay, b: xRay, c: lineage, d: 'Root=own' });
  });
});
