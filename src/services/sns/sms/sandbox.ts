import type { Refusal } from '../../../wire/refusal.js';
import { numberDoesNotExist, throttled, userError, verificationFailed } from '../errors.js';
import {
  sandboxDeletionMsMin,
  sandboxNumbersMax,
  sandboxPasswordMsMax,
  sandboxSendsMax,
  sandboxSendsMs,
  sandboxTriesMax,
  sandboxWaitMs,
} from '../limits.js';
import type { PhoneNumber } from './phone-number.js';

/** The numbers that an account in the sandbox has entered. */
export type SandboxNumbers = Readonly<Record<string, SandboxNumber>>;

export type SandboxNumber =
  | {
      readonly kind: 'pending';
      readonly password: string;
      /** Wrong passwords since it was sent. */
      readonly tries: number;
      /** When passwords were sent, the oldest first; not longer ago than `sandboxSendsMs`. */
      readonly sentAt: readonly number[];
      /** Of the last password, sent or tried. */
      readonly attemptedAt: number;
    }
  | { readonly kind: 'verified'; readonly verifiedAt: number };

/**
 * Enters a number, or sends another password to one that is pending.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox-verifying-phone-numbers.html
 */
export function withPassword(numbers: SandboxNumbers, number: PhoneNumber, password: string, now: number): SandboxNumbers | Refusal {
  const known = own(numbers, number);
  if (known?.kind === 'verified') return userError(`The phone number ${number} is already verified.`);
  if (known === undefined && Object.keys(numbers).length >= sandboxNumbersMax) {
    return userError(`The sandbox can have at most ${sandboxNumbersMax} phone numbers: delete one of them first.`);
  }
  const sentAt = (known?.sentAt ?? []).filter((at) => at > now - sandboxSendsMs);
  const last = sentAt.at(-1);
  if (last !== undefined && now < last + sandboxWaitMs)
    return throttled('Another one-time password can be sent 15 minutes after the last.');
  if (sentAt.length >= sandboxSendsMax) return throttled(`At most ${sandboxSendsMax} one-time passwords are sent to a number in 24 hours.`);
  return { ...numbers, [number]: { kind: 'pending', password, tries: 0, sentAt: [...sentAt, now], attemptedAt: now } };
}

export interface Verified {
  readonly numbers: SandboxNumbers;
  /** A wrong password changes the state too: its tries are counted. */
  readonly refusal: Refusal | undefined;
}

export function verified(numbers: SandboxNumbers, number: PhoneNumber, password: string, now: number): Verified {
  const known = own(numbers, number);
  if (known === undefined) return { numbers, refusal: numberDoesNotExist() };
  if (known.kind === 'verified') return { numbers, refusal: verificationFailed('The phone number is already verified.') };
  if (known.tries >= sandboxTriesMax)
    return { numbers, refusal: verificationFailed('Too many wrong one-time passwords: have another one sent.') };
  if (now > (known.sentAt.at(-1) ?? 0) + sandboxPasswordMsMax) {
    return { numbers, refusal: verificationFailed('The one-time password has expired: have another one sent.') };
  }
  if (known.password === password) return { numbers: { ...numbers, [number]: { kind: 'verified', verifiedAt: now } }, refusal: undefined };
  const tried = { ...known, tries: known.tries + 1, attemptedAt: now };
  return { numbers: { ...numbers, [number]: tried }, refusal: verificationFailed('The one-time password is wrong.') };
}

export function withoutNumber(numbers: SandboxNumbers, number: PhoneNumber, now: number): SandboxNumbers | Refusal {
  const known = own(numbers, number);
  if (known === undefined) return numberDoesNotExist();
  const since = known.kind === 'verified' ? known.verifiedAt : known.attemptedAt;
  if (now < since + sandboxDeletionMsMin) {
    return userError('A phone number can be deleted 24 hours after it was verified, or after the last attempt to do so.');
  }
  return Object.fromEntries(Object.entries(numbers).filter(([name]) => name !== number));
}

export function isVerified(numbers: SandboxNumbers, number: PhoneNumber): boolean {
  return own(numbers, number)?.kind === 'verified';
}

function own(numbers: SandboxNumbers, number: PhoneNumber): SandboxNumber | undefined {
  return Object.hasOwn(numbers, number) ? numbers[number] : undefined;
}
