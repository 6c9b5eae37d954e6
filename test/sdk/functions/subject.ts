import '../no-notices.js';
import * as Lambda from '@aws-sdk/client-lambda';
import { CreateQueueCommand, DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { createSettableClock, type SettableClock, type Signalbox, type SignalboxOptions, startSignalbox } from '../../../src/index.js';
import { packageOf } from '../../services/functions/zip.js';

export const startedAt = Date.UTC(2026, 0, 1, 12, 0, 0, 1);
export const role = 'arn:aws:iam::000000000000:role/functions';

/** Answers with what it got, and with what it knows of itself. */
export const echo = `export const handler = async (event, context) => ({ event, version: context.functionVersion, arn: context.invokedFunctionArn });`;

interface Running {
  readonly broker: Signalbox;
  readonly clock: SettableClock;
  readonly lambda: Lambda.LambdaClient;
  readonly sqs: SQSClient;
}

type Time = 'frozen' | 'real time';

/** A broker whose time stands still between jumps unless it is asked for otherwise, and the SDK's clients for it. Functions run in real time. */
export class Subject {
  #running: Running | undefined;
  #names = 0;

  constructor(
    private readonly options: SignalboxOptions = {},
    private readonly time: Time = 'frozen',
  ) {}

  get #started(): Running {
    if (this.#running === undefined) throw new Error('not started');
    return this.#running;
  }

  get url(): string {
    return this.#started.broker.url;
  }

  get clock(): SettableClock {
    return this.#started.clock;
  }

  get lambda(): Lambda.LambdaClient {
    return this.#started.lambda;
  }

  get sqs(): SQSClient {
    return this.#started.sqs;
  }

  async start(startAt = startedAt): Promise<void> {
    const clock = this.time === 'frozen' ? createSettableClock({ startAt, frozen: true }) : createSettableClock();
    const broker = await startSignalbox({ ...this.options, clock });
    const options = {
      endpoint: broker.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    };
    this.#running = { broker, clock, lambda: new Lambda.LambdaClient(options), sqs: new SQSClient(options) };
  }

  async stop(): Promise<void> {
    const { broker, lambda, sqs } = this.#started;
    lambda.destroy();
    sqs.destroy();
    await broker.stop();
  }

  name(): string {
    return `case-${++this.#names}`;
  }

  /** The function's name. */
  async create(more: Partial<Lambda.CreateFunctionCommandInput> = {}, source = echo): Promise<string> {
    const name = more.FunctionName ?? this.name();
    await this.lambda.send(
      new Lambda.CreateFunctionCommand({
        FunctionName: name,
        Role: role,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: packageOf({ 'index.mjs': source }) },
        ...more,
      }),
    );
    return name;
  }

  async invoke(name: string, payload: unknown = {}, more: Partial<Lambda.InvokeCommandInput> = {}) {
    const output = await this.lambda.send(new Lambda.InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload), ...more }));
    const text = Buffer.from(output.Payload ?? []).toString();
    return { ...output, value: text === '' ? undefined : JSON.parse(text) };
  }

  /** Keeps an event for the function; answers its request id. */
  async event(name: string, payload: unknown = {}, more: Partial<Lambda.InvokeCommandInput> = {}): Promise<string> {
    const { $metadata } = await this.invoke(name, payload, { InvocationType: 'Event', ...more });
    return $metadata.requestId ?? '';
  }

  /** The queue's ARN: its last part is its name. */
  async queue(attributes: Record<string, string> = {}): Promise<string> {
    const name = this.name();
    await this.#started.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return `arn:aws:sqs:us-east-1:000000000000:${name}`;
  }

  /** The next message, taken out of the queue; waits for it. */
  async next(queue: string): Promise<Message | undefined> {
    const QueueUrl = queue.slice(queue.lastIndexOf(':') + 1);
    const { Messages: [message] = [] } = await this.#started.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'], WaitTimeSeconds: 5 }),
    );
    if (message !== undefined) await this.#started.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    return message;
  }

  /** Code, text and status of the error. */
  async refused(command: Promise<unknown>): Promise<readonly [string, string, number | undefined]> {
    const fault: unknown = await command.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(fault instanceof Lambda.LambdaServiceException)) throw new Error('was not refused by the service', { cause: fault });
    return [fault.name, fault.message, fault.$metadata.httpStatusCode];
  }
}

export function brokerForAll(options?: SignalboxOptions, time?: Time): Subject {
  const subject = new Subject(options, time);
  beforeAll(() => subject.start());
  afterAll(() => subject.stop());
  return subject;
}
