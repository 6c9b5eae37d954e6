import type { Topic } from '../../../engine/topics/topics.js';
import { mailAddressCharsMax } from '../limits.js';
import type { PushMessage } from './push-message.js';
import type { SubscriptionArn } from './topic-arn.js';

/** What a mailbox gets; developer guide, "Email notifications". Subjects are AWS's, the sentences around a message are this server's. */
export interface ComposedMail {
  readonly id: string;
  /** Of the sender: the display name of the topic. */
  readonly name: string;
  readonly subject: string;
  readonly text: string;
}

const subjectDefault = 'AWS Notification Message';
const confirmationSubjects = {
  SubscriptionConfirmation: 'AWS Notification - Subscription Confirmation',
  UnsubscribeConfirmation: 'AWS Notification - Unsubscribe Confirmation',
} as const;

/** One mailbox, no list, nothing that ends a header. */
export function isMailAddress(text: string): boolean {
  return text.length <= mailAddressCharsMax && /^[^\s@,;:<>()"\\]+@[^\s@,;:<>()"\\]+$/.test(text);
}

interface Envelope {
  readonly Message: string;
  readonly Subject?: string;
  readonly UnsubscribeURL?: string;
  readonly SubscribeURL?: string;
}

/** `format`: text for people, or the whole envelope for programs. */
export function composeMail(
  { type, messageId, body }: PushMessage,
  subscription: SubscriptionArn,
  { address, properties }: Topic,
  format: 'email' | 'email-json',
): ComposedMail {
  const envelope: Envelope = JSON.parse(body);
  return {
    id: `<${messageId}.${subscription.slice(subscription.lastIndexOf(':') + 1)}@signalbox>`,
    name: properties.DisplayName ?? '',
    subject: type === 'Notification' ? (envelope.Subject ?? subjectDefault) : confirmationSubjects[type],
    text: format === 'email-json' ? body : textOf(type, address, envelope),
  };
}

function textOf(type: PushMessage['type'], topic: string, envelope: Envelope): string {
  switch (type) {
    case 'Notification':
      return notificationText(topic, envelope);
    case 'SubscriptionConfirmation':
      return confirmationText(topic, envelope);
    case 'UnsubscribeConfirmation':
      return farewellText(topic, envelope);
  }
}

function confirmationText(topic: string, { SubscribeURL = '' }: Envelope): string {
  return `Somebody has subscribed this address to the topic\n${topic}\n\nTo confirm, open this link:\n${SubscribeURL}\n\nIf it was not you, do nothing: without it no messages will come.\n`;
}

function farewellText(topic: string, { SubscribeURL = '' }: Envelope): string {
  return `This address gets no more messages of the topic\n${topic}\n\nIf that was a mistake, open this link to get them again:\n${SubscribeURL}\n`;
}

function notificationText(topic: string, { Message, UnsubscribeURL = '' }: Envelope): string {
  return `${Message}\n\n--\nThis message came from the topic\n${topic}\nTo get no more of them, open this link:\n${UnsubscribeURL}\n`;
}
