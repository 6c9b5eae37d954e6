import type {
  Message,
  MessageAttributeValue,
  MessageSystemAttributeName,
  QueueAttributeName,
  SendMessageResult,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { createSettableClock, type SettableClock, type Signalbox, startSignalbox } from '../../src/index.js';
import type { ConnectClient, Identity, Input, OperationName, Output, Refusal, SqsClient } from './client.js';
import { connectJsonClient } from './json-client.js';
import { connectQueryClient } from './query-client.js';

export type Attributes = Readonly<Partial<Record<QueueAttributeName, string>>>;
type SystemAttributes = Readonly<Partial<Record<MessageSystemAttributeName, string>>>;

/** What every message that was received has. */
export interface Received extends Omit<Message, 'Attributes'> {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes: SystemAttributes;
}

export const startedAt = Date.UTC(2026, 0, 1);
const clients: readonly (readonly [string, ConnectClient])[] = [
  ['the JSON SDK', connectJsonClient],
  ['the Query SDK', connectQueryClient],
];

/** Runs the cases through each SDK, each against a broker of its own whose time stands still between jumps. */
export function throughEachClient(title: string, cases: (subject: Subject) => void): void {
  describe.each(clients)(`${title}, through %s`, (_, connect) => {
    const subject = new Subject(connect);
    beforeAll(() => subject.start());
    afterAll(() => subject.stop());
    cases(subject);
  });
}

/** A broker and a client, with shorthands for what most cases do. Queues have names of their own, so cases share a broker. */
export class Subject {
  #running: { readonly broker: Signalbox; readonly clock: SettableClock; readonly client: SqsClient } | undefined;
  #queues = 0;

  constructor(private readonly connect: ConnectClient) {}

  async start(): Promise<void> {
    const clock = createSettableClock({ startAt: startedAt, frozen: true });
    const broker = await startSignalbox({ clock });
    this.#running = { broker, clock, client: this.connect(broker.url) };
  }

  async stop(): Promise<void> {
    this.#started.client.close();
    await this.#started.broker.stop();
  }

  get #started() {
    if (this.#running === undefined) throw new Error('not started');
    return this.#running;
  }

  get protocol(): SqsClient['protocol'] {
    return this.#started.client.protocol;
  }

  get url(): string {
    return this.#started.broker.url;
  }

  get now(): number {
    return this.#started.clock.now();
  }

  advanceSeconds(seconds: number): void {
    this.#started.clock.advance(seconds * 1000);
  }

  call<K extends OperationName>(operation: K, input: Input<K>, signal?: AbortSignal): Promise<Output<K>> {
    return this.#started.client.call(operation, input, signal);
  }

  refusal<K extends OperationName>(operation: K, input: Input<K>): Promise<Refusal> {
    return this.#started.client.refusal(operation, input);
  }

  /** A refusal with the parts that both protocols have: code, status, text. */
  async refused<K extends OperationName>(operation: K, input: Input<K>): Promise<readonly [string, number, string]> {
    const { code, status, message } = await this.refusal(operation, input);
    return [code, status, message];
  }

  /** The same kind of client for someone else, closed by the caller. */
  connectAs(identity: Identity): SqsClient {
    return this.connect(this.url, identity);
  }

  name(suffix = ''): string {
    this.#queues += 1;
    return `queue-${this.#queues}${suffix}`;
  }

  arn(queueUrl: string): string {
    return `arn:aws:sqs:us-east-1:000000000000:${queueUrl.split('/').at(-1)}`;
  }

  async queue(attributes: Attributes = {}, name = this.name(attributes.FifoQueue === 'true' ? '.fifo' : '')): Promise<string> {
    const { QueueUrl } = await this.call('CreateQueue', { QueueName: name, Attributes: attributes });
    if (QueueUrl === undefined) throw new Error('CreateQueue gave no URL');
    return QueueUrl;
  }

  async fifo(attributes: Attributes = {}): Promise<string> {
    return this.queue({ FifoQueue: 'true', ContentBasedDeduplication: 'true', ...attributes });
  }

  /** What makes a queue send what was received `maxReceiveCount` times to `target`. */
  redrive(target: string, maxReceiveCount: number): Attributes {
    return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: this.arn(target), maxReceiveCount }) };
  }

  send(queueUrl: string, body: string, more: Partial<Input<'SendMessage'>> = {}): Promise<SendMessageResult> {
    return this.call('SendMessage', { QueueUrl: queueUrl, MessageBody: body, ...more });
  }

  async receive(queueUrl: string, more: Partial<Input<'ReceiveMessage'>> = {}): Promise<readonly Received[]> {
    const request = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      AttributeNames: ['All' as const],
      MessageAttributeNames: ['All'],
      ...more,
    };
    const { Messages = [] } = await this.call('ReceiveMessage', request);
    return Messages.map(complete);
  }

  /** The one message that there must be. */
  async receiveOne(queueUrl: string, more: Partial<Input<'ReceiveMessage'>> = {}): Promise<Received> {
    const messages = await this.receive(queueUrl, more);
    const [message] = messages;
    if (message === undefined || messages.length > 1) throw new Error(`${messages.length} messages were received instead of one`);
    return message;
  }

  async bodies(queueUrl: string, more: Partial<Input<'ReceiveMessage'>> = {}): Promise<readonly string[]> {
    return (await this.receive(queueUrl, more)).map((message) => message.Body);
  }

  delete(queueUrl: string, { ReceiptHandle }: Received): Promise<unknown> {
    return this.call('DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle });
  }

  hide(queueUrl: string, { ReceiptHandle }: Received, seconds: number): Promise<unknown> {
    return this.call('ChangeMessageVisibility', { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: seconds });
  }

  async attributes(queueUrl: string, ...names: readonly QueueAttributeName[]): Promise<Attributes> {
    const { Attributes = {} } = await this.call('GetQueueAttributes', { QueueUrl: queueUrl, AttributeNames: [...names] });
    return Attributes;
  }

  /** Visible, in flight, delayed. */
  async counts(queueUrl: string): Promise<readonly (string | undefined)[]> {
    const attributes = await this.attributes(queueUrl, 'All');
    return [
      attributes.ApproximateNumberOfMessages,
      attributes.ApproximateNumberOfMessagesNotVisible,
      attributes.ApproximateNumberOfMessagesDelayed,
    ];
  }

  /** Resolves when this many long polls wait in the broker. */
  async waiting(count: number): Promise<void> {
    await eventually(async () => {
      const page = await (await fetch(`${this.url}/_signalbox/metrics`)).text();
      return /^signalbox_receives_waiting (\d+)$/m.exec(page)?.[1] === String(count);
    });
  }
}

function complete({ MessageId, ReceiptHandle, Body, MD5OfBody, Attributes = {}, ...others }: Message): Received {
  if (MessageId === undefined || ReceiptHandle === undefined || Body === undefined || MD5OfBody === undefined) {
    throw new Error('a message was received without its id, its handle, its body or the digest of it');
  }
  return { MessageId, ReceiptHandle, Body, MD5OfBody, Attributes, ...others };
}

export function text(value: string, type = 'String'): MessageAttributeValue {
  return { DataType: type, StringValue: value };
}

export function binary(value: Uint8Array, type = 'Binary'): MessageAttributeValue {
  return { DataType: type, BinaryValue: value };
}

const eventuallyMsMax = 15_000;

/** Looks again and again until the condition holds, bounded. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > eventuallyMsMax) throw new Error('the condition did not become true');
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
