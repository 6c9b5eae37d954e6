import type { Clock } from '../../../base/clock.js';
import { smsAttemptMsMax } from '../limits.js';
import type { PhoneNumber } from '../sms/phone-number.js';
import type { SmsOptions, SmsType } from '../sms/sms-options.js';
import { usd } from '../sms/usd.js';
import { deadlineOf } from './deadline.js';
import type { Pusher } from './http-channel.js';

/** One message for one phone. */
export interface Sms {
  readonly messageId: string;
  readonly to: PhoneNumber;
  readonly text: string;
  /** How many parts it travels in. */
  readonly parts: number;
  readonly options: SmsOptions & { readonly type: SmsType };
  /** Ends the attempt, which then has `failed`. */
  readonly signal: AbortSignal;
}

/** `failed`: worth another attempt. `refused`: the last word. */
export type SmsOutcome = { readonly kind: 'delivered' } | { readonly kind: 'failed' | 'refused'; readonly reason: string };

/** Hands messages to whoever brings them to phones. */
export interface SmsChannel {
  /** `journal`: nobody does; messages are for people to look at. */
  readonly kind: 'journal' | 'provider';
  send(sms: Sms): Promise<SmsOutcome>;
}

/** No provider: every message counts as delivered, and is shown by the journal. */
export const journalSmsChannel: SmsChannel = { kind: 'journal', send: async () => ({ kind: 'delivered' }) };

/** A provider, or what stands in front of one. */
export interface SmsProvider {
  readonly pusher: Pusher;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Posts each message as JSON. The answer's status counts: 2xx is delivered, 5xx and 429 are tried again, others are the last word. */
export function providerSmsChannel({ pusher, url, headers }: SmsProvider, clock: Clock): SmsChannel {
  return {
    kind: 'provider',
    async send({ signal, ...sms }) {
      using deadline = deadlineOf(signal, clock, smsAttemptMsMax);
      const pushed = await pusher.push({
        url,
        headers: { 'User-Agent': 'Signalbox', ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify(payloadOf(sms)),
        signal: deadline.signal,
      });
      switch (pushed.kind) {
        case 'answered':
          return outcomeOf(pushed.status);
        case 'forbidden':
          return { kind: 'refused', reason: pushed.reason };
        case 'failed':
          return { kind: 'failed', reason: `the SMS provider did not answer: ${pushed.reason}` };
      }
    },
  };
}

/** Members that are undefined are left out. `messageId` is the same in every attempt: a provider can tell repeats by it. */
function payloadOf({ messageId, to, text, parts, options }: Omit<Sms, 'signal'>): object {
  const { type, senderId, maxPrice, originationNumber, entityId, templateId } = options;
  const maxPriceUsd = maxPrice === undefined ? undefined : usd(maxPrice);
  return { messageId, to, text, parts, type, senderId, originationNumber, entityId, templateId, maxPriceUsd };
}

function outcomeOf(status: number): SmsOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `the SMS provider answered ${status}`;
  return { kind: status >= 500 || status === 429 ? 'failed' : 'refused', reason };
}
