import type { PhoneMessage } from './phone-message.js';

/** What became of a message to a phone. */
export interface JournalEntry {
  readonly at: string;
  readonly messageId: string;
  readonly account: string;
  readonly region: string;
  readonly phoneNumber: string;
  readonly purpose: PhoneMessage['purpose'];
  readonly status: 'delivered' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
  readonly attempts: number;
  readonly parts: number;
  readonly priceUsd: number;
  /** Only where no provider gets the messages: then this is the one place to read them. */
  readonly text?: string;
}

/** Messages that are remembered. */
const entriesMax = 200;

/** The last messages to phones, newest first, for people to look at: in memory, so a restart begins anew. Nothing depends on it. */
export class SmsJournal {
  #entries: readonly JournalEntry[] = [];

  add(entry: JournalEntry): void {
    this.#entries = [entry, ...this.#entries.slice(0, entriesMax - 1)];
  }

  /** All, or those to one number. */
  recent(phoneNumber?: string): readonly JournalEntry[] {
    return phoneNumber === undefined ? this.#entries : this.#entries.filter((entry) => entry.phoneNumber === phoneNumber);
  }
}
