import { hash } from 'node:crypto';
import type { AccountId, QueueAddress, Region } from '../../../base/ids.js';
import type { NewMessage } from '../../../engine/new-message.js';
import type { SubscriptionArn } from '../model/topic-arn.js';
import type { PhoneNumber } from './phone-number.js';
import type { SmsOptions } from './sms-options.js';

/** A message on its way to a phone, as the queue of phones holds it. */
export interface PhoneMessage {
  readonly messageId: string;
  readonly account: AccountId;
  readonly region: Region;
  readonly phoneNumber: PhoneNumber;
  readonly text: string;
  readonly options: SmsOptions;
  /** `verification`: a one-time password of the sandbox, for a number that is not verified yet. */
  readonly purpose: 'direct' | 'topic' | 'verification';
  /** Of a topic's message: whose it is, and what its dead-letter queue gets. */
  readonly subscription?: {
    readonly arn: SubscriptionArn;
    readonly envelope: string;
    readonly traceHeader: string | undefined;
  };
}

/** Internal: no ARN, so no client can reach it. */
export const phoneQueue = 'internal/sns/direct/phones' as QueueAddress;

const layout = 1;

/** As a new message of the queue: direct messages of an account and the messages of each topic take turns. */
export function queuedPhoneMessage(message: PhoneMessage): NewMessage {
  const { account, region, subscription } = message;
  const sender = subscription === undefined ? `${account} ${region}` : subscription.arn.slice(0, subscription.arn.lastIndexOf(':'));
  return { content: Buffer.from(JSON.stringify({ layout, ...message })), group: hash('sha256', sender) };
}

export function decodePhoneMessage(content: Buffer): PhoneMessage {
  const { layout: stored, ...message }: PhoneMessage & { readonly layout: number } = JSON.parse(content.toString());
  if (stored !== layout) throw new Error(`a message for a phone has layout ${stored}, known is ${layout}`);
  return message;
}
