import type { AccountId, Region } from '../../../base/ids.js';
import type { DocumentTransaction } from '../../../engine/documents.js';
import type { Call } from '../../../wire/service.js';
import type { PhoneNumber } from './phone-number.js';
import type { SandboxNumbers } from './sandbox.js';
import type { SmsAttributes } from './sms-attributes.js';
import type { Spend } from './spend.js';

/** Whose SMS: settings, spending, opt-outs and the sandbox are an account's in one Region. */
export interface SmsAccount {
  readonly account: AccountId;
  readonly region: Region;
}

export function accountOf({ accountId, region }: Pick<Call, 'accountId' | 'region'>): SmsAccount {
  return { account: accountId, region };
}

/** All documents of SMS but those of the guards: what concerns one message is read and changed in one transaction. */
export const smsDocuments = 'sns/sms/';
/** `sns/sms/spend/<account>/<region>`: together, so that they can be listed. */
export const spendDocuments = `${smsDocuments}spend/`;

/** Numbers that have opted out, in order: `<this><number>`. */
export function optedOutDocuments({ account, region }: SmsAccount): string {
  return `${smsDocuments}opted-out/${account}/${region}/`;
}

/** The durable state of one account, inside a transaction over `smsDocuments`. */
export class SmsAccountState {
  constructor(
    private readonly documents: Omit<DocumentTransaction, 'list'>,
    private readonly of: SmsAccount,
  ) {}

  attributes(): SmsAttributes {
    return this.#read('settings') ?? {};
  }

  setAttributes(attributes: SmsAttributes): void {
    this.#write('settings', attributes);
  }

  spend(): Spend | undefined {
    return this.#read('spend');
  }

  setSpend(spend: Spend): void {
    this.#write('spend', spend);
  }

  sandbox(): SandboxNumbers {
    return this.#read('sandbox') ?? {};
  }

  setSandbox(numbers: SandboxNumbers): void {
    this.#write('sandbox', numbers);
  }

  isOptedOut(number: PhoneNumber): boolean {
    return this.documents.read(optedOutDocuments(this.of) + number) !== undefined;
  }

  optOut(number: PhoneNumber, now: number): void {
    this.documents.write(optedOutDocuments(this.of) + number, String(now));
  }

  /** When it was last opted in by the account. */
  optedInAt(number: PhoneNumber): number | undefined {
    const at = this.documents.read(this.#name('opted-in', number));
    return at === undefined ? undefined : Number(at);
  }

  optIn(number: PhoneNumber, now: number): void {
    this.documents.delete(optedOutDocuments(this.of) + number);
    this.documents.write(this.#name('opted-in', number), String(now));
  }

  #name(kind: string, ...more: readonly string[]): string {
    return [`${smsDocuments}${kind}`, this.of.account, this.of.region, ...more].join('/');
  }

  #read<T>(kind: 'settings' | 'spend' | 'sandbox'): T | undefined {
    const content = this.documents.read(this.#name(kind));
    return content === undefined ? undefined : JSON.parse(content);
  }

  #write(kind: 'settings' | 'spend' | 'sandbox', value: object): void {
    this.documents.write(this.#name(kind), JSON.stringify(value));
  }
}
