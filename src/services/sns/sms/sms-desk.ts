import type { Clock } from '../../../base/clock.js';
import type { Engine } from '../../../engine/engine.js';
import type { Confirmation } from './guards/guard-state.js';
import type { SmsGuards } from './guards/sms-guards.js';
import { phoneQueue } from './phone-message.js';
import { isPhoneNumber } from './phone-number.js';
import { type SmsAccount, SmsAccountState, smsDocuments } from './sms-account.js';
import type { JournalEntry, SmsJournal } from './sms-journal.js';

/** What the broker's own pages do with SMS. */
export interface SmsDesk {
  /** The last messages to phones, all or to one number, newest first. */
  recent(phoneNumber: string | undefined): Promise<SmsView>;
  /** A message from a phone. */
  inbound(from: string, text: string, account: SmsAccount): Promise<Inbound>;
  /** What a message asked for has happened. */
  confirm(what: { readonly messageId: string } | { readonly phoneNumber: string }): Promise<Confirmation | 'badNumber'>;
}

export interface SmsView {
  readonly via: 'journal' | 'provider';
  /** Accepted, and neither delivered nor given up. */
  readonly waiting: number;
  readonly messages: readonly JournalEntry[];
}

/** `storageFull`: the disk is nearly full, and nothing was changed. */
export type Inbound = 'optedOut' | 'notAKeyword' | 'badNumber' | 'storageFull';

export interface SmsDeskParts {
  readonly engine: Pick<Engine, 'documents' | 'findQueue' | 'counts'>;
  readonly clock: Clock;
  readonly journal: SmsJournal;
  readonly guards: Pick<SmsGuards, 'confirm'>;
  readonly via: SmsView['via'];
}

/** Developer guide, "Managing phone numbers and SMS subscriptions": what people reply to get no more messages. */
const stopWords: ReadonlySet<string> = new Set([
  'ARRET',
  'CANCEL',
  'END',
  'OPT-OUT',
  'OPTOUT',
  'QUIT',
  'REMOVE',
  'STOP',
  'TD',
  'UNSUBSCRIBE',
]);

export function createSmsDesk({ engine, clock, journal, guards, via }: SmsDeskParts): SmsDesk {
  return {
    async recent(phoneNumber) {
      const queue = await engine.findQueue(phoneQueue);
      const counts = queue === undefined ? undefined : await engine.counts(queue);
      const waiting = (counts?.visible ?? 0) + (counts?.inFlight ?? 0) + (counts?.delayed ?? 0);
      return { via, waiting, messages: journal.recent(phoneNumber) };
    },
    async inbound(from, text, account) {
      if (!isPhoneNumber(from)) return 'badNumber';
      if (!stopWords.has(text.trim().toUpperCase())) return 'notAKeyword';
      if (!engine.documents.hasRoom()) return 'storageFull';
      const now = clock.now();
      await engine.documents.transact(smsDocuments, (documents) => new SmsAccountState(documents, account).optOut(from, now));
      return 'optedOut';
    },
    async confirm(what) {
      if ('messageId' in what) return guards.confirm(what);
      return isPhoneNumber(what.phoneNumber) ? guards.confirm({ number: what.phoneNumber }) : 'badNumber';
    },
  };
}
