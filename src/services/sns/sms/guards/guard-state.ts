import type { DocumentTransaction } from '../../../../engine/documents.js';
import type { PhoneNumber } from '../phone-number.js';
import { type Conversion, noConversion, type Share, shareOf, withConfirmed, withSent } from './conversion.js';
import type { GuardSettings } from './guard-settings.js';
import { type Paused, withMessage } from './pauses.js';
import { type Hits, type RateLimit, withHit } from './rate.js';
import { documentOf, entryOf, type Remembered, withEntry } from './remembered.js';
import { type Receiver, withReceiver } from './runs.js';

/** Which guard stands in the way; with `pauses`, until when. */
export type GuardRefusal =
  | { readonly guard: 'country' | 'perNumber' | 'perSource' | 'runs' | 'conversion' }
  | { readonly guard: 'pauses'; readonly nextAt: number };

/** What one guard says to a message: why not, or what to keep once all others let it through. */
export type Verdict = { readonly kind: 'refused'; readonly refusal: GuardRefusal } | { readonly kind: 'passed'; readonly keep: () => void };

export type Confirmation = 'confirmed' | 'already' | 'unknown';

interface NumberEntry {
  readonly at: number;
  readonly hits: Hits;
  readonly paused?: Paused | undefined;
  /** Of the last message. */
  readonly messageId?: string | undefined;
}

/** `at`: when it was sent. */
interface MessageEntry {
  readonly at: number;
  readonly confirmed: boolean;
}

/** All documents of the guards. */
export const guardDocuments = 'sns/sms-guards/';
export const conversionDocument = `${guardDocuments}conversion`;

/** What the guards know, inside a transaction over `guardDocuments`, as of `now`. */
export class GuardState {
  constructor(
    private readonly documents: DocumentTransaction,
    private readonly settings: GuardSettings,
    private readonly now: number,
  ) {}

  source(source: string): Verdict {
    const { perSource } = this.settings;
    if (perSource === undefined) return passed;
    const hits = withHit(this.#remembered<SourceEntry>('sources', source)?.hits ?? [], this.now, perSource);
    if (hits === undefined) return refused({ guard: 'perSource' });
    return { kind: 'passed', keep: () => this.#remember('sources', source, { at: this.now, hits }, perSource.windowMs) };
  }

  number(number: PhoneNumber, messageId: string): Verdict {
    const { perNumber, pauses, conversion } = this.settings;
    if (perNumber === undefined && pauses === undefined && conversion === undefined) return passed;
    const known = this.#remembered<NumberEntry>('numbers', number);
    const hits = perNumber === undefined ? [] : withHit(known?.hits ?? [], this.now, perNumber);
    if (hits === undefined) return refused({ guard: 'perNumber' });
    const paused = pauses === undefined ? undefined : withMessage(known?.paused, this.now, pauses);
    if (typeof paused === 'number') return refused({ guard: 'pauses', nextAt: paused });
    const entry = { at: this.now, hits, paused, messageId };
    return { kind: 'passed', keep: () => this.#rememberNumber(number, entry) };
  }

  /** Counts a topic's message to this number. False: there were as many as there may be. */
  hit(number: PhoneNumber, perNumber: RateLimit): boolean {
    const known = this.#remembered<NumberEntry>('numbers', number);
    const hits = withHit(known?.hits ?? [], this.now, perNumber);
    if (hits !== undefined) this.#rememberNumber(number, { ...known, at: this.now, hits });
    return hits !== undefined;
  }

  receiver(number: PhoneNumber): Verdict {
    const { runs } = this.settings;
    if (runs === undefined) return passed;
    const receivers = withReceiver(this.#read<readonly Receiver[]>('receivers') ?? [], number, this.now, runs);
    return receivers === undefined ? refused({ guard: 'runs' }) : { kind: 'passed', keep: () => this.#write('receivers', receivers) };
  }

  sent(messageId: string): Verdict {
    const { conversion: rule } = this.settings;
    if (rule === undefined) return passed;
    const conversion = this.#conversion();
    if (rule.refuse && shareOf(conversion, this.now, rule).low) return refused({ guard: 'conversion' });
    return {
      kind: 'passed',
      keep: () => {
        this.#write('conversion', withSent(conversion, this.now, rule));
        this.#remember('messages', messageId, { at: this.now, confirmed: false }, rule.windowMs + rule.graceMs);
      },
    };
  }

  confirm(what: { readonly messageId: string } | { readonly number: PhoneNumber }): Confirmation {
    const { conversion: rule } = this.settings;
    const messageId = 'messageId' in what ? what.messageId : this.#remembered<NumberEntry>('numbers', what.number)?.messageId;
    const message = messageId === undefined ? undefined : this.#remembered<MessageEntry>('messages', messageId);
    if (rule === undefined || messageId === undefined || message === undefined) return 'unknown';
    if (message.confirmed) return 'already';
    this.#remember('messages', messageId, { ...message, confirmed: true }, rule.windowMs + rule.graceMs);
    this.#write('conversion', withConfirmed(this.#conversion(), message.at, this.now, rule));
    return 'confirmed';
  }

  /** The share of conversions, when it has crossed the threshold since it was last looked at. */
  turnedShare(): Share | undefined {
    const { conversion: rule } = this.settings;
    if (rule === undefined) return undefined;
    const conversion = this.#conversion();
    const share = shareOf(conversion, this.now, rule);
    if (share.low === conversion.low) return undefined;
    this.#write('conversion', { ...conversion, low: share.low });
    return share;
  }

  #conversion(): Conversion {
    return this.#read('conversion') ?? noConversion;
  }

  #rememberNumber(number: PhoneNumber, entry: NumberEntry): void {
    const { perNumber, pauses, conversion } = this.settings;
    const useMs = [perNumber?.windowMs, pauses?.forgetAfterMs, conversion && conversion.windowMs + conversion.graceMs];
    this.#remember('numbers', number, entry, Math.max(...useMs.map((ms) => ms ?? 0)));
  }

  #remembered<T extends { readonly at: number }>(kind: string, key: string): T | undefined {
    return entryOf(this.#read<Remembered<T>>(`${kind}/${documentOf(key)}`) ?? {}, key);
  }

  #remember<T extends { readonly at: number }>(kind: string, key: string, entry: T, useMs: number): void {
    const name = `${kind}/${documentOf(key)}`;
    this.#write(name, withEntry(this.#read<Remembered<T>>(name) ?? {}, key, entry, this.now - useMs));
  }

  #read<T>(name: string): T | undefined {
    const content = this.documents.read(guardDocuments + name);
    return content === undefined ? undefined : JSON.parse(content);
  }

  #write(name: string, value: object): void {
    this.documents.write(guardDocuments + name, JSON.stringify(value));
  }
}

interface SourceEntry {
  readonly at: number;
  readonly hits: Hits;
}

const passed: Verdict = { kind: 'passed', keep: () => {} };

function refused(refusal: GuardRefusal): Verdict {
  return { kind: 'refused', refusal };
}
