import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PutFunctionEventInvokeConfigCommand } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { countedOf } from './counted.js';
import { MappingSubject } from './mapping-subject.js';
import { brokerForAll } from './subject.js';

/**
 * Loops through the SDKs as they are: they send on the trace header of the invocation that they are called in. Developer guide, "Use Lambda recursive
 * loop detection".
 */
const path = fileURLToPath(new URL('handlers', import.meta.url));
const account = 'us-east-1:000000000000';
const relay = { runtime: 'nodejs22.x', handler: 'relay.handler', path, memory: 512, timeout: 30 };
const topicArn = `arn:aws:sns:${account}:round`;
const subject = brokerForAll({
  logLevel: 'error', // it warns of each loop
  resources: {
    functions: [
      { ...relay, name: 'to-topic', environment: { TARGET: topicArn } },
      { ...relay, name: 'to-own-topic', environment: { TARGET: `arn:aws:sns:${account}:own` } },
      { ...relay, name: 'to-itself', concurrencyPerEnvironment: 10 },
      { ...relay, name: 'to-python', environment: { TARGET: 'for-python' } },
      { ...relay, name: 'to-node', runtime: 'python3.12', environment: { TARGET: 'for-node' } },
    ],
  },
});
const mappings = new MappingSubject(subject);
let sns: SNSClient;
beforeAll(() => {
  sns = new SNSClient({ endpoint: subject.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
});
afterAll(() => sns.destroy());

/** Its ARN: a queue whose messages have one receive each. */
async function queueWithDeadLetters(QueueName: string): Promise<readonly [string, string]> {
  const deadLetters = await subject.queue();
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadLetters, maxReceiveCount: 1 });
  await subject.sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '30', RedrivePolicy } }));
  return [`arn:aws:sqs:${account}:${QueueName}`, deadLetters];
}

/** Processes start, and in Python that takes a while on a busy machine. */
const slow = { timeout: 90_000 };

const counted = (name: string) => countedOf(subject.url, name);

/** Once the message of the loop is left to its queue, its visibility timeout passes. */
async function untilStopped(name: string, queue: string): Promise<void> {
  await vi.waitFor(async () => expect((await counted(name)).recursive_invocations_dropped).toBe(1), { timeout: 60_000, interval: 50 });
  await mappings.untilCounts(queue, 0, 1);
  subject.clock.advance(30_000);
}

test(
  'a loop of queue, function and topic is stopped after 16 invocations, and its message goes to the dead-letter queue',
  slow,
  async () => {
    const [queue, deadLetters] = await queueWithDeadLetters('round');
    await sns.send(new CreateTopicCommand({ Name: 'round' }));
    const subscription = { TopicArn: topicArn, Protocol: 'sqs', Endpoint: queue, Attributes: { RawMessageDelivery: 'true' } };
    await sns.send(new SubscribeCommand(subscription));
    await mappings.create(queue, 'to-topic');
    await mappings.send(queue, ['first']);
    await untilStopped('to-topic', queue);
    expect((await subject.next(deadLetters))?.Body).toBe('again');
    expect(await counted('to-topic')).toMatchObject({ invocations: 16, recursive_invocations_dropped: 1 });
  },
);

test('a loop of topic and function is stopped, and the event goes to the destination of the function', async () => {
  const destination = await subject.queue();
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'own' }));
  const Endpoint = `arn:aws:lambda:${account}:function:to-own-topic`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint }));
  await failTo(destination, 'to-own-topic');
  await sns.send(new PublishCommand({ TopicArn, Message: 'first' }));
  const record = JSON.parse((await subject.next(destination))?.Body ?? '');
  expect(record).toMatchObject({
    requestContext: { condition: 'RecursiveInvocation' },
    requestPayload: { Records: [{ Sns: { Message: 'again' } }] },
  });
  expect(await counted('to-own-topic')).toMatchObject({ invocations: 16, recursive_invocations_dropped: 1 });
});

test('a function that sends itself events is stopped in each chain of requests by itself, with many of them in one process', async () => {
  const destination = await subject.queue();
  await failTo(destination, 'to-itself');
  await Promise.all([1, 2, 3].map((n) => subject.event('to-itself', { n })));
  const records = [];
  for (let n = 0; n < 3; n++) records.push(JSON.parse((await subject.next(destination))?.Body ?? ''));
  expect(records.map(({ requestContext, requestPayload }) => [requestContext.condition, requestPayload.n]).sort()).toEqual([
    ['RecursiveInvocation', 1],
    ['RecursiveInvocation', 2],
    ['RecursiveInvocation', 3],
  ]);
  expect(await counted('to-itself')).toMatchObject({
    invocations: 48,
    recursive_invocations_dropped: 3,
    async_events_received: 51,
    async_events_dropped: 3,
  });
});

async function failTo(Destination: string, FunctionName: string): Promise<void> {
  const DestinationConfig = { OnFailure: { Destination } };
  await subject.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, DestinationConfig }));
}

const noBoto3 = spawnSync('python3', ['-c', 'import boto3']).status !== 0;

test.skipIf(noBoto3)('a loop of two functions, one of them in Python, is stopped (skipped where boto3 is missing)', slow, async () => {
  const [forPython] = await queueWithDeadLetters('for-python');
  const [forNode, deadLetters] = await queueWithDeadLetters('for-node');
  await mappings.create(forPython, 'to-node');
  await mappings.create(forNode, 'to-python');
  await mappings.send(forNode, ['first']);
  await untilStopped('to-python', forNode);
  expect((await subject.next(deadLetters))?.Body).toBe('again');
  expect([(await counted('to-python')).invocations, (await counted('to-node')).invocations]).toEqual([16, 16]);
});
