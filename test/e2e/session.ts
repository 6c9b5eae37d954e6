import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import type { Input, OperationName, Output } from '../sdk/client.js';

/** One operation, through whatever client. */
export type Call = <K extends OperationName>(operation: K, input: Input<K>) => Promise<Output<K>>;

export interface Received {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

/** What a person does in a session, in their words. */
export class Session {
  constructor(readonly call: Call) {}

  async createQueue(QueueName: string, Attributes: Partial<Record<QueueAttributeName, string>>): Promise<string> {
    const { QueueUrl } = await this.call('CreateQueue', { QueueName, Attributes });
    if (QueueUrl === undefined) throw new Error('CreateQueue gave no URL');
    return QueueUrl;
  }

  /** Ids of the messages, in order. */
  async sendAll(QueueUrl: string, MessageGroupId: string, bodies: readonly string[]): Promise<readonly (string | undefined)[]> {
    const Entries = bodies.map((MessageBody, at) => ({ Id: `${at}`, MessageBody, MessageGroupId }));
    const { Successful = [], Failed = [] } = await this.call('SendMessageBatch', { QueueUrl, Entries });
    if (Failed.length > 0) throw new Error(`entries failed: ${JSON.stringify(Failed)}`);
    return Successful.map(({ MessageId }) => MessageId);
  }

  async receive(QueueUrl: string, WaitTimeSeconds = 0): Promise<readonly Received[]> {
    const request = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds, AttributeNames: ['All' as const] };
    const { Messages = [] } = await this.call('ReceiveMessage', request);
    return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
      MessageId,
      ReceiptHandle,
      Body,
      Attributes,
    }));
  }

  async deleteAll(QueueUrl: string, messages: readonly Received[]): Promise<void> {
    const Entries = messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    const { Failed = [] } = await this.call('DeleteMessageBatch', { QueueUrl, Entries });
    if (Failed.length > 0) throw new Error(`entries failed: ${JSON.stringify(Failed)}`);
  }

  /** Visible, in flight. */
  async counts(QueueUrl: string): Promise<readonly (string | undefined)[]> {
    const { Attributes = {} } = await this.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    return [Attributes.ApproximateNumberOfMessages, Attributes.ApproximateNumberOfMessagesNotVisible];
  }
}

export function summary(messages: readonly Received[]): readonly (readonly (string | undefined)[])[] {
  return messages.map(({ Body, Attributes }) => [Body, Attributes.ApproximateReceiveCount]);
}
