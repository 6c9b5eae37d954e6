import { type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** What subscribers are told: once for each state of each record, or more often. */
export interface Notification {
  readonly state: string;
  readonly messageID: string;
  readonly message: string | undefined;
  readonly source: string;
}

export interface SubscriberOptions {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly topicArn: string;
  readonly told: (notification: Notification) => void;
}

/** A queue that is subscribed to a pipeline's topic, and somebody who reads it. */
export class Subscriber {
  readonly #states = new Map<string, Set<string>>();
  #stopped = false;
  #reading: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: SubscriberOptions,
    private readonly queueUrl: string,
  ) {}

  static async start(options: SubscriberOptions): Promise<Subscriber> {
    const { sqs, sns, topicArn } = options;
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'audit-subscriber' }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const raw = { Attributes: { RawMessageDelivery: 'true' } };
    await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn, ...raw }));
    const subscriber = new Subscriber(options, QueueUrl);
    subscriber.#reading = subscriber.#read();
    return subscriber;
  }

  /** How many records it was told of, by state. */
  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#states].map(([state, records]) => [state, records.size]));
  }

  /** Resolves when so many records were told to be in that state. */
  async until(state: string, count: number): Promise<void> {
    while ((this.#states.get(state)?.size ?? 0) < count) await this.#readOnce();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reading;
  }

  async #read(): Promise<void> {
    while (!this.#stopped) await this.#readOnce();
  }

  async #readOnce(): Promise<void> {
    const { sqs } = this.options;
    const request = { QueueUrl: this.queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: ['All'] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
    for (const { Body = '{}', MessageAttributes } of Messages) this.#take(JSON.parse(Body), MessageAttributes?.state?.StringValue ?? '?');
    const Entries = Messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries }));
  }

  #take(body: InternalMessage, state: string): void {
    const { messageID, message, messageMetaData } = body;
    const records = this.#states.get(state) ?? new Set();
    this.#states.set(state, records.add(messageID));
    this.options.told({ state, messageID, message, source: messageMetaData.sourceTransactionID });
  }
}

interface InternalMessage {
  readonly messageID: string;
  readonly message?: string;
  readonly messageMetaData: { readonly sourceTransactionID: string };
}
