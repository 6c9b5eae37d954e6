import type { Clock } from '../../../base/clock.js';
import type { Random } from '../../../base/random.js';
import type { Documents } from '../../../engine/documents.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { optedOut, storageFull, throttled } from '../errors.js';
import { optInIntervalMs } from '../limits.js';
import type { PhoneNumber } from './phone-number.js';
import type { PhoneCaller, Phones } from './phones.js';
import { type SandboxNumbers, verified, withoutNumber, withPassword } from './sandbox.js';
import { optedOutDocuments, type SmsAccount, SmsAccountState, smsDocuments } from './sms-account.js';
import { changedSmsAttributes, type SmsAttributes } from './sms-attributes.js';
import { type Language, passwordText } from './verification-texts.js';

export interface SmsAccountsParts {
  readonly documents: Pick<Documents, 'transact' | 'list' | 'hasRoom'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly phones: Pick<Phones, 'send'>;
  /** Whether accounts are in the sandbox. */
  readonly sandbox: boolean;
}

/** What accounts decide about SMS; every change is one transaction, durable when it resolves. */
export class SmsAccounts {
  constructor(private readonly parts: SmsAccountsParts) {}

  get isInSandbox(): boolean {
    return this.parts.sandbox;
  }

  attributes(account: SmsAccount): Promise<SmsAttributes> {
    return this.#change(account, (state) => state.attributes());
  }

  setAttributes(account: SmsAccount, given: SmsAttributes): Promise<Refusal | undefined> {
    return this.#grow(account, (state) => {
      const changed = changedSmsAttributes(state.attributes(), given);
      if (isRefusal(changed)) return changed;
      state.setAttributes(changed);
      return undefined;
    });
  }

  isOptedOut(account: SmsAccount, number: PhoneNumber): Promise<boolean> {
    return this.#change(account, (state) => state.isOptedOut(number));
  }

  /** Numbers after `after`, in order. */
  async optedOut(account: SmsAccount, after: string | undefined, limit: number): Promise<readonly string[]> {
    const prefix = optedOutDocuments(account);
    const last = after === undefined ? undefined : prefix + after;
    const documents = await this.parts.documents.list({ prefix, after: last, limit });
    return documents.map(({ name }) => name.slice(prefix.length));
  }

  /** A number that has not opted out stays as it is. */
  optIn(account: SmsAccount, number: PhoneNumber): Promise<Refusal | undefined> {
    const now = this.parts.clock.now();
    return this.#grow(account, (state) => {
      if (!state.isOptedOut(number)) return undefined;
      const last = state.optedInAt(number);
      if (last !== undefined && now < last + optInIntervalMs) return throttled('A phone number can be opted in once every 30 days.');
      state.optIn(number, now);
      return undefined;
    });
  }

  sandboxNumbers(account: SmsAccount): Promise<SandboxNumbers> {
    return this.#change(account, (state) => state.sandbox());
  }

  /** The password is on its way once the number is entered. Where a guard turns it away, the number is entered, and it counts as sent. */
  async enterSandboxNumber(caller: PhoneCaller, number: PhoneNumber, language: Language): Promise<Refusal | undefined> {
    const { clock, random, phones } = this.parts;
    const now = clock.now();
    const password = String(random.bytes(4).readUInt32BE() % 1_000_000).padStart(6, '0');
    const refusal = await this.#grow(caller, (state) => {
      if (state.isOptedOut(number)) return optedOut(number);
      const numbers = withPassword(state.sandbox(), number, password, now);
      if (isRefusal(numbers)) return numbers;
      state.setSandbox(numbers);
      return undefined;
    });
    if (refusal !== undefined) return refusal;
    const sent = await phones.send(number, { text: passwordText(language, password), options: {} }, caller, 'verification');
    return isRefusal(sent) ? sent : undefined;
  }

  verifySandboxNumber(account: SmsAccount, number: PhoneNumber, password: string): Promise<Refusal | undefined> {
    const now = this.parts.clock.now();
    return this.#change(account, (state) => {
      const { numbers, refusal } = verified(state.sandbox(), number, password, now);
      state.setSandbox(numbers);
      return refusal;
    });
  }

  removeSandboxNumber(account: SmsAccount, number: PhoneNumber): Promise<Refusal | undefined> {
    const now = this.parts.clock.now();
    return this.#change(account, (state) => {
      const numbers = withoutNumber(state.sandbox(), number, now);
      if (isRefusal(numbers)) return numbers;
      state.setSandbox(numbers);
      return undefined;
    });
  }

  async #grow(account: SmsAccount, body: (state: SmsAccountState) => Refusal | undefined): Promise<Refusal | undefined> {
    return this.parts.documents.hasRoom() ? this.#change(account, body) : storageFull();
  }

  #change<T>(account: SmsAccount, body: (state: SmsAccountState) => T): Promise<T> {
    return this.parts.documents.transact(smsDocuments, (documents) => body(new SmsAccountState(documents, account)));
  }
}
