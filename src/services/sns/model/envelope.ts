import type { TopicAddress } from '../../../base/ids.js';
import type { MessageAttribute } from './message-attributes.js';
import type { SubscriptionArn } from './topic-arn.js';

/**
 * The JSON that wraps a message for queues and HTTP endpoints; developer guide, "Amazon SNS message and JSON formats". Keys in
 * the service's order, two spaces deep, `"Key" : "value"`.
 */
export interface Notification {
  readonly messageId: string;
  readonly topic: TopicAddress;
  readonly subject: string | undefined;
  readonly text: string;
  /** ISO 8601, milliseconds. */
  readonly timestamp: string;
  readonly attributes: readonly MessageAttribute[];
  /** Delivered from the topic's archive. */
  readonly replayed: boolean;
}

export interface Signed {
  readonly version: string;
  readonly signature: string;
  readonly certificateUrl: string;
}

/** Of FIFO topics there is a sequence number and no signature. */
export type Proof = { readonly kind: 'signed'; readonly signed: Signed } | { readonly kind: 'sequence'; readonly sequenceNumber: string };

/** What is signed: each key and value on a line of its own, in byte order of the keys, those present only. */
export function signedText({ messageId, subject, text, timestamp, topic }: Notification): string {
  const subjectLines = subject === undefined ? '' : `Subject\n${subject}\n`;
  return `Message\n${text}\nMessageId\n${messageId}\n${subjectLines}Timestamp\n${timestamp}\nTopicArn\n${topic}\nType\nNotification\n`;
}

/** `UnsubscribeConfirmation`: somebody who may have been anybody has ended the subscription. */
export type ConfirmationType = 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';

/** What an endpoint gets that is to confirm its subscription, or that can have it back. */
export interface Confirmation {
  readonly type: ConfirmationType;
  readonly messageId: string;
  readonly token: string;
  readonly topic: TopicAddress;
  readonly subscription: SubscriptionArn;
  readonly subscribeUrl: string;
  /** ISO 8601, milliseconds. */
  readonly timestamp: string;
}

function confirmationText({ type, topic, subscription }: Confirmation): string {
  switch (type) {
    case 'SubscriptionConfirmation':
      return `You have chosen to subscribe to the topic ${topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
    case 'UnsubscribeConfirmation':
      return `You have chosen to deactivate subscription ${subscription}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`;
  }
}

export function signedConfirmationText(confirmation: Confirmation): string {
  const { type, messageId, token, topic, subscribeUrl, timestamp } = confirmation;
  const lines = ['Message', confirmationText(confirmation), 'MessageId', messageId, 'SubscribeURL', subscribeUrl, 'Timestamp', timestamp];
  return `${[...lines, 'Token', token, 'TopicArn', topic, 'Type', type].join('\n')}\n`;
}

export function confirmationBody(confirmation: Confirmation, signed: Signed): string {
  const { type, messageId, token, topic, subscribeUrl, timestamp } = confirmation;
  const lines = [
    line('Type', type),
    line('MessageId', messageId),
    line('Token', token),
    line('TopicArn', topic),
    line('Message', confirmationText(confirmation)),
    line('SubscribeURL', subscribeUrl),
    line('Timestamp', timestamp),
    ...signatureLines(signed),
  ];
  return `{\n${lines.join(',\n')}\n}`;
}

/** Writes everything but the one line that differs between subscriptions; then one call for each. */
export function envelopeWriter(notification: Notification, proof: Proof): (unsubscribeUrl: string) => string {
  const { messageId, topic, subject, text, timestamp, attributes, replayed } = notification;
  const head = [
    line('Type', 'Notification'),
    line('MessageId', messageId),
    ...(proof.kind === 'sequence' ? [line('SequenceNumber', proof.sequenceNumber)] : []),
    line('TopicArn', topic),
    ...(subject === undefined ? [] : [line('Subject', subject)]),
    line('Message', text),
    line('Timestamp', timestamp),
    ...(proof.kind === 'signed' ? signatureLines(proof.signed) : []),
  ].join(',\n');
  const attributeLines = attributes.length === 0 ? '' : `,\n  "MessageAttributes" : {\n${attributes.map(attributeLine).join(',\n')}\n  }`;
  const tail = `${attributeLines}${replayed ? `,\n${line('Replayed', 'true')}` : ''}\n}`;
  return (unsubscribeUrl) => `{\n${head},\n${line('UnsubscribeURL', unsubscribeUrl)}${tail}`;
}

function signatureLines({ version, signature, certificateUrl }: Signed): readonly string[] {
  return [line('SignatureVersion', version), line('Signature', signature), line('SigningCertURL', certificateUrl)];
}

function line(key: string, value: string): string {
  return `  "${key}" : ${JSON.stringify(value)}`;
}

function attributeLine({ name, type, value }: MessageAttribute): string {
  const text = typeof value === 'string' ? value : value.toString('base64');
  return `    ${JSON.stringify(name)} : ${JSON.stringify({ Type: type, Value: text })}`;
}
