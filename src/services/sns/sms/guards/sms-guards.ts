import type { Clock } from '../../../../base/clock.js';
import type { EventLog } from '../../../../base/event-log.js';
import type { Counter, Meter } from '../../../../base/meter.js';
import type { Documents } from '../../../../engine/documents.js';
import type { PhoneNumber } from '../phone-number.js';
import { type Conversion, noConversion, type Share, shareOf } from './conversion.js';
import { countryCheck } from './countries.js';
import type { GuardSettings } from './guard-settings.js';
import { type Confirmation, conversionDocument, type GuardRefusal, GuardState, guardDocuments } from './guard-state.js';
import { sourceOf } from './source.js';

export interface SmsGuardsParts {
  readonly documents: Pick<Documents, 'read' | 'transact'>;
  readonly settings: GuardSettings;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly events: EventLog;
}

/** A message that somebody wants sent to a phone. */
export interface Asked {
  readonly number: PhoneNumber;
  readonly messageId: string;
  readonly sourceAddress: string;
}

const tellEveryMs = 60_000;

/**
 * Stands between those who ask for messages and the phones, against SMS pumping. What it knows is durable, and bounded: of numbers,
 * addresses and messages those touched last are remembered (`remembered.ts`). Every guard is off unless it is set.
 */
export class SmsGuards {
  readonly #isAllowed: (number: PhoneNumber) => boolean;
  readonly #turnedAway: Counter<'guard'>;
  /** By guard, since the last line of the log: at most one a minute, so that who is turned away cannot fill the disk. */
  readonly #untold = new Map<GuardRefusal['guard'], { toldAt: number; count: number }>();

  constructor(private readonly parts: SmsGuardsParts) {
    const { settings, meter } = parts;
    this.#isAllowed = countryCheck(settings.countries);
    this.#turnedAway = meter.counter({
      name: 'signalbox_sns_sms_guarded_total',
      help: 'Messages to phones that a guard has turned away, or had wait',
      labels: ['guard'],
    });
    this.#measureConversion(settings.conversion);
  }

  /** Whether messages may go to this number at all. */
  allows(number: PhoneNumber): boolean {
    return this.#isAllowed(number) || this.#refused('country', number);
  }

  /** Counts the message, or says what is in its way; then nothing is counted. */
  async admitDirect({ number, messageId, sourceAddress }: Asked): Promise<GuardRefusal | undefined> {
    if (!this.allows(number)) return { guard: 'country' };
    const { perNumber, perSource, pauses, runs, conversion } = this.parts.settings;
    if ([perNumber, perSource, pauses, runs, conversion].every((guard) => guard === undefined)) return undefined;
    const refusal = await this.#change((state) => {
      const verdicts = [
        state.source(sourceOf(sourceAddress)),
        state.number(number, messageId),
        state.receiver(number),
        state.sent(messageId),
      ];
      for (const verdict of verdicts) if (verdict.kind === 'refused') return verdict.refusal;
      for (const verdict of verdicts) if (verdict.kind === 'passed') verdict.keep();
      return undefined;
    });
    if (refusal !== undefined) this.#refused(refusal.guard, number);
    return refusal;
  }

  /** Counts a topic's message; false: it has to wait. */
  async admitTopic(number: PhoneNumber): Promise<boolean> {
    const { perNumber } = this.parts.settings;
    if (perNumber === undefined) return true;
    return (await this.#change((state) => state.hit(number, perNumber))) || this.#refused('perNumber', number);
  }

  /** What a message asked for has happened. `unknown`: no such message is remembered, or conversions are not looked at. */
  confirm(what: { readonly messageId: string } | { readonly number: PhoneNumber }): Promise<Confirmation> {
    return this.#change((state) => state.confirm(what));
  }

  async #change<T>(body: (state: GuardState) => T): Promise<T> {
    const { documents, settings, clock } = this.parts;
    const now = clock.now();
    const { result, turned } = await documents.transact(guardDocuments, (transaction) => {
      const state = new GuardState(transaction, settings, now);
      return { result: body(state), turned: state.turnedShare() };
    });
    if (turned !== undefined) this.#tell(turned);
    return result;
  }

  #refused(guard: GuardRefusal['guard'], phoneNumber: PhoneNumber): false {
    this.#turnedAway.add({ guard });
    const untold = this.#untold.get(guard) ?? { toldAt: Number.NEGATIVE_INFINITY, count: 0 };
    const now = this.parts.clock.now();
    this.#untold.set(guard, untold);
    untold.count++;
    if (now < untold.toldAt + tellEveryMs) return false;
    this.parts.events.warn({ guard, phoneNumber, count: untold.count }, 'a guard turns messages to phones away');
    this.#untold.set(guard, { toldAt: now, count: 0 });
    return false;
  }

  #tell({ low, sent, confirmed }: Share): void {
    if (low) this.parts.events.warn({ sent, confirmed }, 'too few messages to phones are confirmed: this may be SMS pumping');
    else this.parts.events.info({ sent, confirmed }, 'messages to phones are confirmed as they should be again');
  }

  #measureConversion(rule: GuardSettings['conversion']): void {
    const { meter, documents, clock } = this.parts;
    const share = async (): Promise<Share | undefined> => {
      if (rule === undefined) return undefined;
      const content = await documents.read(conversionDocument);
      const conversion: Conversion = content === undefined ? noConversion : JSON.parse(content);
      return shareOf(conversion, clock.now(), rule);
    };
    const ratio = { name: 'signalbox_sns_sms_conversion_ratio', help: 'Share of messages to phones that were confirmed', labels: [] };
    meter.gauge(ratio, async () => {
      const { sent, confirmed } = (await share()) ?? noShare;
      return sent === 0 ? [] : [{ labels: {}, value: confirmed / sent }];
    });
    const low = { name: 'signalbox_sns_sms_conversion_low', help: '1 while the share is below its threshold', labels: [] };
    meter.gauge(low, async () => [{ labels: {}, value: Number(((await share()) ?? noShare).low) }]);
  }
}

const noShare: Share = { sent: 0, confirmed: 0, low: false };
