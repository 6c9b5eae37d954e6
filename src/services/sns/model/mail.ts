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
const confirmationSubject = 'AWS Notification - Subscription Confirmation';

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
  const confirms = type === 'SubscriptionConfirmation';
  const text = confirms ? confirmationText(address, envelope) : notificationText(address, envelope);
  return {
    id: `<${messageId}.${subscription.slice(subscription.lastIndexOf(':') + 1)}@signalbox>`,
    name: properties.DisplayName ?? '',
    subject: confirms ? confirmationSubject : (envelope.Subject ?? subjectDefault),
    text: format === 'email-json' ? body : text,
  };
}

function confirmationText(topic: string, { SubscribeURL = '' }: Envelope): string {
  return `Somebody has subscribed this address to the topic\n${topic}\n\nTo confirm, open this link:\n${SubscribeURL}\n\nIf it was not you, do nothing: without it no messages will come.\n`;
}

function notificationText(topic: string, { Message, UnsubscribeURL = '' }: Envelope): string {
  return `${Message}\n\n--\nThis message came from the topic\n${topic}\nTo get no more of them, open this link:\n${UnsubscribeURL}\n`;
}
