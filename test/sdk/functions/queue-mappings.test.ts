import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, DeleteMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import { KeptEvents, MappingSubject, urlOf } from './mapping-subject.js';
import { brokerForAll } from './subject.js';

const subject = brokerForAll();
const mappings = new MappingSubject(subject);
const kept = new KeptEvents(subject);

const failing = `throw new Error('no');`;

test('messages of a queue are the records of an event, and are deleted when the function has taken them', async () => {
  const queue = await subject.queue();
  const name = await kept.function();
  const QueueUrl = urlOf(queue);
  const sent = await subject.sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: '{"a":"ü"}',
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'v' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3fe1be46a994272793' } },
    }),
  );
  await mappings.create(queue, name);
  await mappings.untilCounts(queue, 0, 0);
  const [event] = kept.of(name);
  const now = String(subject.clock.now());
  // Developer guide, "Using Lambda with Amazon SQS": the example event.
  expect(event).toEqual({
    Records: [
      {
        messageId: sent.MessageId,
        receiptHandle: expect.any(String),
        body: '{"a":"ü"}',
        attributes: {
          ApproximateReceiveCount: '1',
          AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793',
          SentTimestamp: now,
          SenderId: '000000000000',
          ApproximateFirstReceiveTimestamp: now,
        },
        messageAttributes: {
          text: { stringValue: 'v', stringListValues: [], binaryListValues: [], dataType: 'String' },
          bytes: { binaryValue: 'AQI=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
        },
        md5OfMessageAttributes: sent.MD5OfMessageAttributes,
        md5OfBody: sent.MD5OfMessageBody,
        eventSource: 'aws:sqs',
        eventSourceARN: queue,
        awsRegion: 'us-east-1',
      },
    ],
  });
});

test('a batch that fails is visible again when the visibility timeout of the queue has passed since its receive', async () => {
  const queue = await subject.queue({ VisibilityTimeout: '30' });
  const name = await kept.function(failing);
  await mappings.send(queue, ['a', 'b']);
  const { UUID } = await mappings.create(queue, name);
  await vi.waitFor(async () => expect(kept.of(name)).toHaveLength(1));
  await mappings.update(UUID, { Enabled: false });
  await vi.waitFor(async () => expect((await mappings.get(UUID)).State).toBe('Disabled'));
  subject.clock.advance(29_999);
  expect(await mappings.counts(queue)).toEqual([0, 2]);
  subject.clock.advance(1);
  expect((await mappings.receive(queue)).map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(['2', '2']);
});

test('a message that fails as often as the queue allows goes to its dead-letter queue', async () => {
  const deadLetters = await subject.queue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetters, maxReceiveCount: 1 });
  const queue = await subject.queue({ VisibilityTimeout: '30', RedrivePolicy });
  const name = await kept.function(failing);
  await mappings.create(queue, name);
  await mappings.send(queue, ['bad']);
  await vi.waitFor(async () => expect(kept.of(name)).toHaveLength(1));
  await vi.waitFor(async () => {
    subject.clock.advance(30_000);
    expect(await mappings.counts(deadLetters)).toEqual([1, 0]);
  });
  expect(kept.of(name)).toHaveLength(1);
});

test('with ReportBatchItemFailures the messages that are not reported are deleted', async () => {
  const queue = await subject.queue();
  const source = `return { batchItemFailures: event.Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };`;
  const name = await kept.function(source);
  await mappings.send(queue, ['good', 'bad', 'fine']);
  const { UUID } = await mappings.create(queue, name, { FunctionResponseTypes: ['ReportBatchItemFailures'] });
  await mappings.untilCounts(queue, 0, 1);
  const page = await (await fetch(`${subject.url}/_signalbox/metrics`)).text();
  const counted = [...page.matchAll(/^signalbox_functions_mapping_events_total\{mapping="([^"]+)",event="(\w+)"\} (\d+)$/gm)];
  expect(counted.filter(([, mapping]) => mapping === UUID).map(([, , event, count]) => [event, count])).toEqual([
    ['Polled', '3'],
    ['Invoked', '3'],
    ['FailedInvoke', '1'],
    ['Deleted', '2'],
  ]);
});

test('without it a reported failure is ignored', async () => {
  const queue = await subject.queue();
  const source = `return { batchItemFailures: [{ itemIdentifier: event.Records[0].messageId }] };`;
  await mappings.send(queue, ['a']);
  await mappings.create(queue, await kept.function(source));
  await mappings.untilCounts(queue, 0, 0);
});

test('a receipt handle of the event is good for DeleteMessage', async () => {
  const queue = await subject.queue();
  const name = await kept.function(failing);
  await mappings.send(queue, ['a']);
  await mappings.create(queue, name);
  await mappings.untilCounts(queue, 0, 1);
  await vi.waitFor(async () => expect(kept.of(name)).toHaveLength(1));
  const [event] = kept.of(name);
  await subject.sqs.send(new DeleteMessageCommand({ QueueUrl: urlOf(queue), ReceiptHandle: event?.Records[0]?.receiptHandle }));
  expect(await mappings.counts(queue)).toEqual([0, 0]);
});

test('a batch gathers for its window, up to its size', async () => {
  const queue = await subject.queue();
  const name = await kept.function();
  await mappings.send(
    queue,
    Array.from({ length: 25 }, (_, index) => String(index)),
  );
  await mappings.create(queue, name, { BatchSize: 20, MaximumBatchingWindowInSeconds: 60 });
  await mappings.untilCounts(queue, 0, 5); // the first twenty are done, the others wait
  subject.clock.advance(60_000);
  await mappings.untilCounts(queue, 0, 0);
  expect(kept.of(name).map(({ Records }) => Records.length)).toEqual([20, 5]);
});

test('an event has at most 6 MB, and what does not fit is not counted as received', async () => {
  const queue = await subject.queue();
  const name = await kept.function();
  for (let sent = 0; sent < 4; sent++) await mappings.send(queue, ['"'.repeat(1_000_000)]); // two million bytes of JSON each
  await mappings.create(queue, name);
  await mappings.untilCounts(queue, 0, 0);
  const events = kept.of(name);
  expect(events.map(({ Records }) => Records.length).sort()).toEqual([1, 3]);
  expect(events.flatMap(({ Records }) => Records.map(({ attributes }) => attributes.ApproximateReceiveCount))).toEqual([
    '1',
    '1',
    '1',
    '1',
  ]);
});

test('a function without concurrency costs no receives', async () => {
  const queue = await subject.queue();
  const name = await kept.function();
  await subject.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 0 }));
  const { UUID } = await mappings.create(queue, name);
  await mappings.send(queue, ['a']);
  await vi.waitFor(async () =>
    expect((await mappings.get(UUID)).LastProcessingResult).toBe('PROBLEM: The reserved concurrency of the function is zero.'),
  );
  expect(await mappings.counts(queue)).toEqual([1, 0]);
  await subject.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 1 }));
  await mappings.untilCounts(queue, 0, 0);
  expect(kept.of(name)[0]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('1');
});

test('MaximumConcurrency bounds the invocations at once', async () => {
  const queue = await subject.queue();
  const name = await subject.create({}, `export const handler = async () => new Promise(() => setInterval(() => {}, 1_000));`);
  await mappings.send(queue, ['a', 'b', 'c', 'd']);
  await mappings.create(queue, name, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
  await mappings.untilCounts(queue, 2, 2);
});

test('a group of a FIFO queue has one batch in flight, and a message that failed holds back its group alone', async () => {
  const name = `${subject.name()}.fifo`;
  await subject.sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '30' },
    }),
  );
  const queue = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const handler = await kept.function(`if (event.Records.some(({ body }) => body === 'a1' && events.length < 3)) throw new Error('no');`);
  await mappings.send(queue, ['a1', 'a2'], { MessageGroupId: 'a' });
  await mappings.send(queue, ['b1', 'b2'], { MessageGroupId: 'b' });
  await mappings.create(queue, handler, { BatchSize: 1 });
  await mappings.untilCounts(queue, 1, 1);
  subject.clock.advance(30_000);
  await mappings.untilCounts(queue, 0, 0);
  const bodies = kept.of(handler).map(({ Records }) => Records[0]?.body ?? '');
  expect(bodies.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a1', 'a2']);
  expect(bodies.filter((body) => body.startsWith('b'))).toEqual(['b1', 'b2']);
});
