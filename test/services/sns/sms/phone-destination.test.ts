import { describe, expect, test } from 'vitest';
import { StoreDocuments } from '../../../../src/engine/documents.js';
import type { ReceivedMessage } from '../../../../src/engine/engine.js';
import { createSettableClock } from '../../../../src/index.js';
import type { SmsOutcome } from '../../../../src/services/sns/channels/sms-channel.js';
import { PhoneDestination, type PhoneDestinationParts } from '../../../../src/services/sns/sms/phone-destination.js';
import { type PhoneMessage, queuedPhoneMessage } from '../../../../src/services/sns/sms/phone-message.js';
import { type SmsAccount, SmsAccountState, smsDocuments } from '../../../../src/services/sns/sms/sms-account.js';
import { createMemoryStore } from '../../../../src/store/memory/memory-store.js';

const of = { account: '000000000000', region: 'us-east-1' } as SmsAccount;
const topic = 'arn:aws:sns:us-east-1:000000000000:t';
const message = { ...of, messageId: 'm', phoneNumber: '+15555550100', text: 'text', options: {}, purpose: 'direct' } as PhoneMessage;
const neverEnds = new AbortController().signal;

const toSubscription = (id: string): PhoneMessage =>
  ({ ...message, purpose: 'topic', subscription: { arn: `${topic}:${id}`, envelope: '{}', traceHeader: undefined } }) as PhoneMessage;

/** A phone's deliveries at half a dollar each, of an account that may spend one; each attempt ends as the channel says. */
class Deliveries {
  send: () => Promise<SmsOutcome> = async () => ({ kind: 'delivered' });
  readonly there = { country: true, subscription: true };
  readonly #documents = new StoreDocuments(createMemoryStore());
  readonly #destination = new PhoneDestination(
    {
      documents: this.#documents,
      clock: createSettableClock({ startAt: Date.UTC(2026, 0, 1), frozen: true }),
      channel: { kind: 'provider', send: () => this.send() },
      guards: { allows: () => this.there.country, admitTopic: async () => true },
      engine: { topics: { find: async () => ({}), findSubscription: async () => (this.there.subscription ? {} : undefined) } },
      pricePerPart: 500_000,
      sandbox: false,
    } as unknown as PhoneDestinationParts,
    {} as ConstructorParameters<typeof PhoneDestination>[1],
  );

  attempt(message: PhoneMessage) {
    const { content } = queuedPhoneMessage(message);
    return this.#destination.attempt({ content } as ReceivedMessage, neverEnds);
  }

  change(change: (state: SmsAccountState) => void): Promise<void> {
    return this.#documents.transact(smsDocuments, (documents) => change(new SmsAccountState(documents, of)));
  }

  async spend() {
    return this.#documents.transact(smsDocuments, (documents) => new SmsAccountState(documents, of).spend());
  }

  /** As if the broker had died while the message was handed over. */
  async died(message: PhoneMessage): Promise<void> {
    const { send } = this;
    this.send = () => Promise.reject(new Error('died'));
    await expect(this.attempt(message)).rejects.toThrow('died');
    this.send = send;
    expect(Object.values((await this.spend())?.held ?? {})).toEqual([500_000]);
  }
}

describe('what a delivery holds of the limit', () => {
  test('is its own, also where two subscriptions of a topic lead to one phone', async () => {
    const deliveries = new Deliveries();
    const outcomes: ((outcome: SmsOutcome) => void)[] = [];
    deliveries.send = () => new Promise((resolve) => outcomes.push(resolve));
    await deliveries.change((state) => state.setAttributes({ MonthlySpendLimit: '0.5' }));
    const first = deliveries.attempt(toSubscription('1b4e28ba-2fa1-4d2e-883f-0016d3cca427'));
    await expect.poll(() => outcomes.length).toBe(1);
    const second = await deliveries.attempt(toSubscription('2b4e28ba-2fa1-4d2e-883f-0016d3cca427'));
    expect(second).toMatchObject({ outcome: 'refused', providerResponse: 'No quota left for account' });
    outcomes[0]?.({ kind: 'delivered' });
    expect(await first).toMatchObject({ outcome: 'delivered' });
    expect(await deliveries.spend()).toEqual({ month: '2026-01', spent: 500_000, held: {} });
  });

  test.each<[string, PhoneMessage, (deliveries: Deliveries) => void | Promise<void>]>([
    ['the number has opted out', message, (deliveries) => deliveries.change((state) => state.optOut(message.phoneNumber, 0))],
    ['the country is blocked', message, ({ there }) => void Object.assign(there, { country: false })],
    ['the limit was lowered', message, (deliveries) => deliveries.change((state) => state.setAttributes({ MonthlySpendLimit: '0' }))],
    [
      'the subscription is gone',
      toSubscription('1b4e28ba-2fa1-4d2e-883f-0016d3cca427'),
      ({ there }) => void Object.assign(there, { subscription: false }),
    ],
  ])('is given back after an attempt that died when %s', async (_name, message, change) => {
    const deliveries = new Deliveries();
    await deliveries.died(message);
    await change(deliveries);
    expect(await deliveries.attempt(message)).toMatchObject({ outcome: 'refused' });
    expect(await deliveries.spend()).toEqual({ month: '2026-01', spent: 0, held: {} });
  });
});
