import './no-notices.js';
import { once } from 'node:events';
import { BatchProcessor, EventType, processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import type { Message, QueueAttributeName } from '@aws-sdk/client-sqs';
import { SQS } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSettableClock, type Signalbox, startSignalbox } from '../../src/index.js';
import { eventually } from './subject.js';

let broker: Signalbox;
let sqs: SQS;
beforeEach(async () => {
  broker = await startSignalbox({ clock: createSettableClock({ frozen: true }) });
  sqs = new SQS({ endpoint: broker.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
});
afterEach(async () => {
  sqs.destroy();
  await broker.stop();
});

type Attributes = Partial<Record<QueueAttributeName, string>>;

/** A queue, and the one that gets what failed on it `maxReceiveCount` times. */
async function queuePair(maxReceiveCount: number, attributes: Attributes = {}): Promise<readonly [string, string]> {
  const suffix = attributes.FifoQueue === 'true' ? '.fifo' : '';
  const { QueueUrl: dead = '' } = await sqs.createQueue({ QueueName: `dead${suffix}`, Attributes: attributes });
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:dead${suffix}`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  const { QueueUrl: queue = '' } = await sqs.createQueue({ QueueName: `work${suffix}`, Attributes: { ...attributes, RedrivePolicy } });
  return [queue, dead];
}

async function sendAll(queue: string, bodies: readonly string[], more: object = {}): Promise<void> {
  await sqs.sendMessageBatch({ QueueUrl: queue, Entries: bodies.map((MessageBody, n) => ({ Id: `${n}`, MessageBody, ...more })) });
}

/** Visible, in flight, delayed. */
async function counts(queue: string): Promise<readonly (string | undefined)[]> {
  const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl: queue, AttributeNames: ['All'] });
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: inFlight } = Attributes;
  return [visible, inFlight, Attributes.ApproximateNumberOfMessagesDelayed];
}

async function received(queue: string): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.receiveMessage({
    QueueUrl: queue,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All'],
  });
  return Messages;
}

async function stopped(consumer: Consumer): Promise<void> {
  const end = once(consumer, 'stopped');
  consumer.stop({ abort: true });
  await end;
}

describe('sqs-consumer', () => {
  it('consumes message by message, retries what failed, and leaves the rest to the dead-letter queue', async () => {
    const [queue, dead] = await queuePair(3);
    const handled: string[] = [];
    const consumer = Consumer.create({
      queueUrl: queue,
      sqs,
      batchSize: 10,
      terminateVisibilityTimeout: true,
      handleMessage: async (message) => {
        handled.push(`${message.Body}`);
        const isFirstTry = handled.filter((body) => body === message.Body).length === 1;
        if (message.Body === 'poison' || (message.Body === 'flaky' && isFirstTry)) throw new Error('failed on purpose');
        return message;
      },
    });
    const failures: string[] = [];
    consumer.on('processing_error', (_, message) => failures.push(String(message && 'Body' in message && message.Body)));
    consumer.on('error', (fault) => {
      if (fault.name !== 'SQSError' || !/abort/i.test(fault.message)) failures.push(fault.message);
    });
    consumer.start();
    await sendAll(queue, ['good', 'flaky', 'poison', 'fine']);
    await eventually(async () => (await counts(dead))[0] === '1');
    await eventually(async () => (await counts(queue)).every((count) => count === '0'));
    await stopped(consumer);

    expect([...handled].sort()).toEqual(['fine', 'flaky', 'flaky', 'good', 'poison', 'poison', 'poison']);
    expect([...failures].sort()).toEqual(['flaky', 'poison', 'poison', 'poison']);
    expect((await received(dead)).map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount])).toEqual([['poison', '4']]);
  });

  it('consumes batches, of which it deletes what the handler returns', async () => {
    const [queue, dead] = await queuePair(2, { VisibilityTimeout: '30' });
    const batches: (readonly string[])[] = [];
    const consumer = Consumer.create({
      queueUrl: queue,
      sqs,
      batchSize: 10,
      handleMessageBatch: async (messages) => {
        batches.push(messages.map(({ Body }) => `${Body}`));
        return messages.filter(({ Body }) => Body !== 'poison');
      },
    });
    await sendAll(queue, ['1', 'poison', '2']);
    consumer.on('error', () => {}); // the poll that stop() cuts off
    consumer.start();
    await eventually(async () => batches.length === 1 && (await counts(queue)).join() === '0,1,0');
    broker.clock.advance(30_000);
    await eventually(async () => batches.length === 2);
    broker.clock.advance(30_000);
    await eventually(async () => (await counts(dead))[0] === '1');
    await stopped(consumer);
    expect(batches).toEqual([['1', 'poison', '2'], ['poison']]);
    expect(await counts(queue)).toEqual(['0', '0', '0']);
  });
});

/** A record as the event source mapping of functions hands it to them. */
function toRecord({ MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '', Attributes = {} }: Message) {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work',
    awsRegion: 'us-east-1',
  };
}

type QueueRecord = ReturnType<typeof toRecord>;
type Respond = (event: { Records: QueueRecord[] }) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>;

/** What the event source mapping does: receives a batch, calls the function, deletes all but the failures that it names. */
async function pollOnce(queue: string, respond: Respond): Promise<readonly string[]> {
  const records = (await received(queue)).map(toRecord);
  const { batchItemFailures } = await respond({ Records: records });
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const done = records.filter(({ messageId }) => !failed.has(messageId));
  if (done.length > 0) {
    const Entries = done.map(({ messageId, receiptHandle }) => ({ Id: messageId, ReceiptHandle: receiptHandle }));
    const { Successful, Failed } = await sqs.deleteMessageBatch({ QueueUrl: queue, Entries });
    expect([Successful?.map(({ Id }) => Id), Failed]).toEqual([done.map(({ messageId }) => messageId), undefined]);
  }
  return records.map(({ body }) => body);
}

describe('Powertools batch processing', () => {
  it('reports failures of single messages, which come again and end in the dead-letter queue', async () => {
    const [queue, dead] = await queuePair(2, { VisibilityTimeout: '30' });
    await sendAll(queue, ['1', 'poison', '2']);
    const handler = async ({ body }: QueueRecord): Promise<void> => {
      if (body === 'poison') throw new Error('failed on purpose');
    };
    const respond: Respond = (event) =>
      processPartialResponse(event, handler, new BatchProcessor(EventType.SQS), { throwOnFullBatchFailure: false });
    expect(await pollOnce(queue, respond)).toEqual(['1', 'poison', '2']);
    expect(await counts(queue)).toEqual(['0', '1', '0']);
    broker.clock.advance(30_000);
    expect(await pollOnce(queue, respond)).toEqual(['poison']);
    broker.clock.advance(30_000);
    await eventually(async () => (await counts(dead))[0] === '1');
    expect(await pollOnce(queue, respond)).toEqual([]);
    expect((await received(dead)).map(({ Body }) => Body)).toEqual(['poison']);
  });

  it('stops at the first failure of a FIFO batch, and what follows it keeps its place', async () => {
    const [queue] = await queuePair(5, { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '30' });
    await sendAll(queue, ['1', '2', '3', '4'], { MessageGroupId: 'g' });
    const done: string[] = [];
    let isBroken = true;
    const handler = async ({ body }: QueueRecord): Promise<void> => {
      if (body === '2' && isBroken) throw new Error('failed on purpose');
      done.push(body);
    };
    const respond: Respond = (event) =>
      processPartialResponse(event, handler, new SqsFifoPartialProcessorAsync(), { throwOnFullBatchFailure: false });
    expect(await pollOnce(queue, respond)).toEqual(['1', '2', '3', '4']);
    expect(await pollOnce(queue, respond)).toEqual([]);
    isBroken = false;
    broker.clock.advance(30_000);
    expect(await pollOnce(queue, respond)).toEqual(['2', '3', '4']);
    expect(done).toEqual(['1', '2', '3', '4']);
    expect(await counts(queue)).toEqual(['0', '0', '0']);
  });
});
