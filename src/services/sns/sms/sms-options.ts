import type { Refusal } from '../../../wire/refusal.js';
import { invalidAttribute } from '../errors.js';
import type { MessageAttribute } from '../model/message-attributes.js';
import { type MicroUsd, readUsd } from './usd.js';

export const smsTypes = ['Promotional', 'Transactional'] as const;
export type SmsType = (typeof smsTypes)[number];

/** What a message says about its own delivery to phones. Absent: as the account's settings say, or nothing. */
export interface SmsOptions {
  readonly senderId?: string;
  readonly type?: SmsType;
  readonly maxPrice?: MicroUsd;
  readonly originationNumber?: string;
  readonly entityId?: string;
  readonly templateId?: string;
}

/** Developer guide, "Publishing to a mobile phone": by message attributes with these names. Others are no business of SMS. */
const readers: Readonly<Record<string, (value: string) => SmsOptions | undefined>> = {
  'AWS.SNS.SMS.SenderID': (value) => (isSenderId(value) ? { senderId: value } : undefined),
  'AWS.SNS.SMS.SMSType': (value) => (isSmsType(value) ? { type: value } : undefined),
  'AWS.SNS.SMS.MaxPrice': (value) => {
    const maxPrice = readUsd(value);
    return maxPrice === undefined ? undefined : { maxPrice };
  },
  'AWS.MM.SMS.OriginationNumber': (value) => (/^\+?\d{5,15}$/.test(value) ? { originationNumber: value } : undefined),
  'AWS.MM.SMS.EntityId': (value) => (isRegistrationId(value) ? { entityId: value } : undefined),
  'AWS.MM.SMS.TemplateId': (value) => (isRegistrationId(value) ? { templateId: value } : undefined),
};

export function readSmsOptions(attributes: readonly MessageAttribute[]): SmsOptions | Refusal {
  let options: SmsOptions = {};
  for (const { name, value } of attributes) {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read === undefined) continue;
    const option = typeof value === 'string' ? read(value) : undefined;
    if (option === undefined) return invalidAttribute(`The message attribute '${name}' has an invalid value.`);
    options = { ...options, ...option };
  }
  return options;
}

/** API reference, SetSMSAttributes: 1 to 11 letters and digits, a letter among them. */
export function isSenderId(text: string): boolean {
  return /^[A-Za-z0-9]{1,11}$/.test(text) && /[A-Za-z]/.test(text);
}

export function isSmsType(text: string): text is SmsType {
  return smsTypes.some((type) => type === text);
}

function isRegistrationId(text: string): boolean {
  return /^[\x21-\x7e]{1,50}$/.test(text);
}
