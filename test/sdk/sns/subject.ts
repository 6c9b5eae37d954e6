import '../no-notices.js';
import * as Sns from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { resolveOptions } from '../../../src/config/resolve.js';
import { createSettableClock, type SettableClock, type SignalboxOptions } from '../../../src/index.js';
import { type Broker, type Ports, startBroker } from '../../../src/main.js';

export const startedAt = Date.UTC(2026, 0, 1, 12, 0, 0, 1);

/** One notification as it stands in a queue. */
export interface Envelope {
  readonly [key: string]: unknown;
  readonly Message: string;
  readonly MessageId: string;
}

/** A broker whose time stands still between jumps, and the SDK's clients for it. Cases of a file share it: names are their own. */
export class Subject {
  #running: { readonly broker: Broker; readonly clock: SettableClock; readonly sns: Sns.SNSClient; readonly sqs: SQSClient } | undefined;
  #names = 0;

  get #started() {
    if (this.#running === undefined) throw new Error('not started');
    return this.#running;
  }

  get url(): string {
    return this.#started.broker.url;
  }

  get sns(): Sns.SNSClient {
    return this.#started.sns;
  }

  get clock(): SettableClock {
    return this.#started.clock;
  }

  constructor(
    private readonly options: SignalboxOptions = {},
    private readonly ports: Omit<Ports, 'clock'> = {},
  ) {}

  async start(): Promise<void> {
    const clock = createSettableClock({ startAt: startedAt, frozen: true });
    const broker = await startBroker(await resolveOptions(this.options), { ...this.ports, clock });
    const options = {
      endpoint: broker.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    };
    this.#running = { broker, clock, sns: new Sns.SNSClient(options), sqs: new SQSClient(options) };
  }

  async stop(): Promise<void> {
    const { broker, sns, sqs } = this.#started;
    sns.destroy();
    sqs.destroy();
    await broker.stop();
  }

  name(): string {
    return `case-${++this.#names}`;
  }

  async topic(attributes: Record<string, string> = {}, name = this.name()): Promise<string> {
    const fifo = attributes.FifoTopic === 'true';
    const { TopicArn = '' } = await this.sns.send(
      new Sns.CreateTopicCommand({ Name: fifo ? `${name}.fifo` : name, Attributes: attributes }),
    );
    return TopicArn;
  }

  /** The queue's ARN: its last part is its name. */
  async queue(attributes: Record<string, string> = {}): Promise<string> {
    const name = attributes.FifoQueue === 'true' ? `${this.name()}.fifo` : this.name();
    await this.#started.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return `arn:aws:sqs:us-east-1:000000000000:${name}`;
  }

  async subscribe(topic: string, queue: string, attributes: Record<string, string> = {}): Promise<string> {
    const command = new Sns.SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: queue, Attributes: attributes });
    return (await this.sns.send(command)).SubscriptionArn ?? '';
  }

  /** An HTTP endpoint, which has yet to confirm. */
  async subscribeEndpoint(topic: string, url: string, attributes: Record<string, string> = {}): Promise<string> {
    const given = { TopicArn: topic, Protocol: 'http', Endpoint: url, Attributes: attributes, ReturnSubscriptionArn: true };
    return (await this.sns.send(new Sns.SubscribeCommand(given))).SubscriptionArn ?? '';
  }

  async subscribed(topic: string, attributes: Record<string, string> = {}): Promise<string> {
    const queue = await this.queue();
    await this.subscribe(topic, queue, attributes);
    return queue;
  }

  publish(topic: string, message: string, more: Partial<Sns.PublishCommandInput> = {}) {
    return this.sns.send(new Sns.PublishCommand({ TopicArn: topic, Message: message, ...more }));
  }

  async receive(queue: string, waitSeconds = 0): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queue.slice(queue.lastIndexOf(':') + 1),
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      WaitTimeSeconds: waitSeconds,
    });
    return (await this.#started.sqs.send(command)).Messages ?? [];
  }

  /** Everything in the queue, in order, taken out of it. */
  async drained(queue: string): Promise<readonly Message[]> {
    const all: Message[] = [];
    for (let page = await this.receive(queue); page.length > 0; page = await this.receive(queue)) {
      all.push(...page);
      const Entries = page.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#started.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.slice(queue.lastIndexOf(':') + 1), Entries }));
    }
    return all;
  }

  async drainedTexts(queue: string): Promise<readonly string[]> {
    return (await this.drained(queue)).map(({ Body = '' }) => JSON.parse(Body).Message);
  }

  async bodies(queue: string): Promise<readonly string[]> {
    return (await this.receive(queue)).map(({ Body = '' }) => Body);
  }

  async envelopes(queue: string): Promise<readonly Envelope[]> {
    return (await this.bodies(queue)).map((body) => JSON.parse(body));
  }

  async texts(queue: string): Promise<readonly string[]> {
    return (await this.envelopes(queue)).map(({ Message }) => Message);
  }

  async waiting(queue: string): Promise<number> {
    const command = new GetQueueAttributesCommand({
      QueueUrl: queue.slice(queue.lastIndexOf(':') + 1),
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    return Number((await this.#started.sqs.send(command)).Attributes?.ApproximateNumberOfMessages);
  }

  /** Code and text of the error, by the names that the wire has. */
  async refused(command: Promise<unknown>): Promise<readonly [string, string]> {
    const fault: unknown = await command.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(fault instanceof Sns.SNSServiceException)) throw new Error('was not refused by the service', { cause: fault });
    return [fault.name, fault.message];
  }
}

export function brokerForAll(options?: SignalboxOptions): Subject {
  const subject = new Subject(options);
  beforeAll(() => subject.start());
  afterAll(() => subject.stop());
  return subject;
}
