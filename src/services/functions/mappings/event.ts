import type { ReceivedMessage } from '../../../engine/engine.js';

/** What the queue's service says of a message: as its ReceiveMessage shows it, with all attributes. */
export interface QueueMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly MD5OfBody: string;
  readonly Body: string;
  readonly Attributes?: Readonly<Record<string, string>> | undefined;
  readonly MD5OfMessageAttributes?: string | undefined;
  readonly MessageAttributes?: Readonly<Record<string, QueueMessageAttribute>> | undefined;
}

export interface QueueMessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Buffer;
}

/** Reads what queues hold; see `services/sqs/received.ts`. */
export type ShowMessage = (message: ReceivedMessage, ordering: 'standard' | 'fifo') => QueueMessage;

/** A message as functions get it. Developer guide, "Using Lambda with Amazon SQS": the keys are in camel case, unlike those of ReceiveMessage. */
export function eventRecord(message: QueueMessage, queueArn: string) {
  const { MessageId, ReceiptHandle, Body, Attributes = {}, MessageAttributes = {}, MD5OfMessageAttributes, MD5OfBody } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: Object.fromEntries(Object.entries(MessageAttributes).map(([name, value]) => [name, eventAttribute(value)])),
    ...(MD5OfMessageAttributes !== undefined && { md5OfMessageAttributes: MD5OfMessageAttributes }),
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':', 4)[3] ?? '',
  };
}

export type EventRecord = ReturnType<typeof eventRecord>;

function eventAttribute({ DataType, StringValue, BinaryValue }: QueueMessageAttribute) {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: BinaryValue.toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}
