import type { Refusal } from '../../../wire/refusal.js';
import { invalid, invalidBare } from '../errors.js';
import { isSenderId, isSmsType, type SmsOptions, type SmsType } from './sms-options.js';
import { type MicroUsd, microUsd, readUsd } from './usd.js';

/** An account's settings for SMS in one Region, by their AWS names, as they were set. */
export type SmsAttributes = Readonly<Record<string, string>>;

/** API reference, SetSMSAttributes. */
const valid: Readonly<Record<string, (value: string) => boolean>> = {
  MonthlySpendLimit: (value) => readUsd(value) !== undefined,
  DeliveryStatusIAMRole: (value) => /^arn:aws[a-z-]{0,12}:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(value),
  DeliveryStatusSuccessSamplingRate: (value) => /^(?:\d{1,2}|100)$/.test(value),
  DefaultSenderID: isSenderId,
  DefaultSMSType: isSmsType,
};

/** Those given, over those there are; the empty string takes one back. */
export function changedSmsAttributes(current: SmsAttributes, given: SmsAttributes): SmsAttributes | Refusal {
  const changed = new Map(Object.entries(current));
  for (const [name, value] of Object.entries(given)) {
    if (name === 'UsageReportS3Bucket' && value !== '') {
      return invalid('UsageReportS3Bucket Reason: usage reports are not supported by this server: it has no buckets');
    }
    const isValid = Object.hasOwn(valid, name) ? valid[name] : undefined;
    if (isValid === undefined && name !== 'UsageReportS3Bucket') return invalidBare(`${name.slice(0, 100)} is not a valid attribute`);
    if (value === '') changed.delete(name);
    else if (isValid?.(value) === true) changed.set(name, value);
    else return invalidBare(`${name} is invalid`);
  }
  return Object.fromEntries(changed);
}

/** As GetSMSAttributes returns them: what was set, and the limit that always holds. */
export function shownSmsAttributes(attributes: SmsAttributes): SmsAttributes {
  return { MonthlySpendLimit: '1', ...attributes };
}

export function monthlyLimitOf(attributes: SmsAttributes): MicroUsd {
  return readUsd(attributes.MonthlySpendLimit ?? '') ?? microUsd(1);
}

/** What holds for one message: what it says itself, then the account's settings. */
export function effectiveOptions(options: SmsOptions, { DefaultSMSType, DefaultSenderID }: SmsAttributes): SmsOptions & { type: SmsType } {
  const type = options.type ?? (DefaultSMSType === 'Transactional' ? DefaultSMSType : 'Promotional');
  const senderId = options.senderId ?? DefaultSenderID;
  return { ...options, type, ...(senderId !== undefined && { senderId }) };
}

/** How many of a hundred such deliveries are told of: every failure, and successes at the rate, once there is a role. */
export function loggedPercent({ DeliveryStatusIAMRole, DeliveryStatusSuccessSamplingRate }: SmsAttributes, delivered: boolean): number {
  if (DeliveryStatusIAMRole === undefined) return 0;
  return delivered ? Number(DeliveryStatusSuccessSamplingRate ?? '100') : 100;
}
