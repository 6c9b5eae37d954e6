import { hash } from 'node:crypto';
import { SetTopicAttributesCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { expect, test, vi } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import { TestEndpoint } from './endpoint.js';
import { Subject } from './subject.js';

const role = 'arn:aws:iam::000000000000:role/feedback';
const uuid = /^[0-9a-f-]{36}$/;

interface Line {
  readonly msg: string;
  readonly level: number;
  readonly logGroup: string;
  readonly notification: Readonly<Record<string, unknown>>;
  readonly delivery: Readonly<Record<string, unknown>>;
  readonly status: string;
}

/** A broker whose delivery status log can be read. `bytes`: what its randomness draws. */
class Logging extends Subject implements AsyncDisposable {
  readonly #lines: string[];

  private constructor(lines: string[], bytes: ((count: number) => Buffer) | undefined) {
    const random = bytes && { random: { uuid: createRealRandom().uuid, bytes } };
    super({ logLevel: 'info' }, { logSink: { write: (line) => void lines.push(line) }, ...random });
    this.#lines = lines;
  }

  static async start(bytes?: (count: number) => Buffer): Promise<Logging> {
    const logging = new Logging([], bytes);
    await logging.start();
    return logging;
  }

  get statuses(): readonly Line[] {
    return this.#lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === 'delivery status');
  }

  /** Once so many are there. */
  async logged(count: number): Promise<readonly Line[]> {
    await vi.waitFor(() => expect(this.statuses).toHaveLength(count), { timeout: 10_000, interval: 2 });
    return this.statuses;
  }

  /** A confirmed endpoint that then reacts as told. */
  async endpoint(topic: string, endpoint: TestEndpoint, attributes: Record<string, string> = {}): Promise<void> {
    await this.subscribeEndpoint(topic, endpoint.url, attributes);
    const [confirmation] = await endpoint.arrived(1);
    await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

// Developer guide, "Amazon SNS message delivery status": the record of its example.
test('tells of every delivery to a queue, successes and failures in groups of their own', async () => {
  await using subject = await Logging.start();
  const topic = await subject.topic({ SQSSuccessFeedbackRoleArn: role, SQSFailureFeedbackRoleArn: role }, 'orders');
  const queue = await subject.subscribed(topic);
  const dead = await subject.queue();
  const gone = 'arn:aws:sqs:us-east-1:000000000000:gone';
  const redrive = { deadLetterTargetArn: dead };
  await subject.subscribe(topic, gone, { RedrivePolicy: JSON.stringify(redrive) });
  const { MessageId } = await subject.publish(topic, 'Grüße');
  const statuses = await subject.logged(2);
  const notification = {
    messageMD5Sum: hash('md5', 'Grüße'),
    messageId: MessageId,
    topicArn: topic,
    timestamp: '2026-01-01 12:00:00.001',
  };
  const answered = { deliveryId: expect.stringMatching(uuid), dwellTimeMs: 0, attempts: 1 };
  expect(statuses.find(({ status }) => status === 'SUCCESS')).toMatchObject({
    logGroup: 'sns/us-east-1/000000000000/orders',
    notification,
    delivery: { ...answered, destination: queue, statusCode: 200 },
  });
  const failure = statuses.find(({ status }) => status === 'FAILURE');
  expect(failure).toMatchObject({
    logGroup: 'sns/us-east-1/000000000000/orders/Failure',
    notification,
    delivery: { ...answered, destination: gone, statusCode: 400, redrivePolicy: redrive },
  });
  expect(JSON.parse(String(failure?.delivery.providerResponse)).ErrorCode).toBe('AWS.SimpleQueueService.NonExistentQueue');
});

test('says nothing of topics that have not asked, nor of a group of protocols that they have not', async () => {
  await using subject = await Logging.start();
  const silent = await subject.topic();
  await subject.subscribed(silent);
  const ofFunctions = await subject.topic({ LambdaFailureFeedbackRoleArn: role });
  await subject.subscribed(ofFunctions);
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:none';
  await subject.sns.send(new SubscribeCommand({ TopicArn: ofFunctions, Protocol: 'lambda', Endpoint: functionArn }));
  await subject.publish(silent, 'm');
  await subject.publish(ofFunctions, 'm');
  const [status] = await subject.logged(1);
  expect(status).toMatchObject({ status: 'FAILURE', delivery: { destination: functionArn, statusCode: 404, attempts: 1 } });
});

test('tells of an endpoint once, when its delivery has ended, with the last answer', async () => {
  await using subject = await Logging.start();
  await using flaky = await TestEndpoint.open(200, 503, 200, 404);
  const topic = await subject.topic({ HTTPSuccessFeedbackRoleArn: role, HTTPFailureFeedbackRoleArn: role });
  const retry = { numRetries: 3, minDelayTarget: 1, maxDelayTarget: 1, numNoDelayRetries: 1 };
  await subject.endpoint(topic, flaky, { DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: retry }), RawMessageDelivery: 'true' });
  await subject.publish(topic, 'raw');
  const [success] = await subject.logged(1);
  expect(success).toMatchObject({
    notification: { messageMD5Sum: hash('md5', 'raw') },
    delivery: { destination: flaky.url, statusCode: 200, attempts: 2, providerResponse: 'OK' },
    status: 'SUCCESS',
  });
  await subject.publish(topic, 'second');
  const [, failure] = await subject.logged(2);
  expect(failure).toMatchObject({ delivery: { statusCode: 404, attempts: 1, providerResponse: 'Not Found' }, status: 'FAILURE' });
});

test('draws successes by their rate, and tells of every failure', async () => {
  let drawn = 0.5;
  const bytes = (count: number) => (count === 4 ? Buffer.from(new Uint32Array([drawn * 2 ** 32]).buffer).reverse() : Buffer.alloc(count));
  await using subject = await Logging.start(bytes);
  const topic = await subject.topic({
    SQSSuccessFeedbackRoleArn: role,
    SQSFailureFeedbackRoleArn: role,
    SQSSuccessFeedbackSampleRate: '50',
  });
  await subject.subscribed(topic);
  await subject.publish(topic, 'at the rate');
  expect(subject.statuses).toEqual([]);
  drawn = 0.4999;
  await subject.publish(topic, 'below it');
  expect(subject.statuses).toHaveLength(1);
  const set = (AttributeValue: string) =>
    subject.sns.send(new SetTopicAttributesCommand({ TopicArn: topic, AttributeName: 'SQSSuccessFeedbackSampleRate', AttributeValue }));
  await set('0');
  drawn = 0;
  await subject.subscribe(topic, 'arn:aws:sqs:us-east-1:000000000000:gone');
  await subject.publish(topic, 'one fails');
  expect(subject.statuses.map(({ status }) => status)).toEqual(['SUCCESS', 'FAILURE']);
});

test('tells of replays as of what is published', async () => {
  await using subject = await Logging.start();
  const archive = { FifoTopic: 'true', ArchivePolicy: '{"MessageRetentionPeriod":"1"}' };
  const topic = await subject.topic({ ...archive, SQSSuccessFeedbackRoleArn: role, SQSFailureFeedbackRoleArn: role });
  const StartingPoint = new Date(subject.clock.now()).toISOString();
  subject.clock.advance(1_000);
  const { MessageId } = await subject.publish(topic, 'm', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  subject.clock.advance(60_000);
  const queue = await subject.queue({ FifoQueue: 'true' });
  await subject.subscribe(topic, queue, { ReplayPolicy: JSON.stringify({ PointType: 'Timestamp', StartingPoint }) });
  const [status] = await subject.logged(1);
  expect(status).toMatchObject({
    notification: { messageId: MessageId, timestamp: '2026-01-01 12:00:01.001' },
    delivery: { destination: queue, dwellTimeMs: 60_000, attempts: 1 },
    status: 'SUCCESS',
  });
});

test('tells of no duplicate', async () => {
  await using subject = await Logging.start();
  const topic = await subject.topic({ FifoTopic: 'true', SQSSuccessFeedbackRoleArn: role });
  await subject.subscribed(topic);
  const same = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
  await subject.publish(topic, 'm', same);
  await subject.publish(topic, 'm', same);
  expect(subject.statuses).toHaveLength(1);
});
