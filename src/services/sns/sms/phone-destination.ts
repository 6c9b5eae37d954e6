import type { Clock } from '../../../base/clock.js';
import type { EventLog } from '../../../base/event-log.js';
import type { TopicAddress } from '../../../base/ids.js';
import type { Counter } from '../../../base/meter.js';
import type { Random } from '../../../base/random.js';
import type { Documents } from '../../../engine/documents.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import type { Subscription, Topic } from '../../../engine/topics/topics.js';
import { isRefusal } from '../../../wire/refusal.js';
import type { AttemptOutcome, AttemptReport, Pace } from '../channels/channel.js';
import { personalPace } from '../channels/fixed-pace.js';
import type { SmsChannel } from '../channels/sms-channel.js';
import { type DeadLetterParts, giveUp } from '../dead-letters.js';
import type { DeliveryReports } from '../delivery-reports.js';
import type { AttemptsEnd, Destination } from '../delivery-worker.js';
import { smsCharsMax } from '../limits.js';
import { readSubscriptionArn, type SubscriptionArn } from '../model/topic-arn.js';
import { isDrawn } from '../sample.js';
import { deliveryStatus } from './delivery-status.js';
import type { SmsGuards } from './guards/sms-guards.js';
import { partsOf } from './parts.js';
import { decodePhoneMessage, type PhoneMessage } from './phone-message.js';
import { isVerified } from './sandbox.js';
import { SmsAccountState, smsDocuments } from './sms-account.js';
import { effectiveOptions, loggedPercent, monthlyLimitOf, type SmsAttributes } from './sms-attributes.js';
import type { SmsJournal } from './sms-journal.js';
import type { SmsOptions, SmsType } from './sms-options.js';
import { hold, release, spendIn } from './spend.js';
import { type MicroUsd, usd } from './usd.js';

export interface PhoneDestinationParts extends DeadLetterParts {
  readonly engine: DeadLetterParts['engine'] & Pick<Engine, 'topics'>;
  readonly documents: Pick<Documents, 'transact'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly channel: SmsChannel;
  readonly journal: SmsJournal;
  readonly guards: Pick<SmsGuards, 'allows' | 'admitTopic'>;
  /** Of deliveries that are over. */
  readonly counter: Counter<'result' | 'type'>;
  readonly events: EventLog;
  readonly reports: Pick<DeliveryReports, 'texted' | 'redriven'>;
  readonly pricePerPart: MicroUsd;
  /** Whether accounts are in the sandbox. */
  readonly sandbox: boolean;
  readonly messagesPerSecond: number;
}

/** A message with what is known of its delivery before it is tried. */
interface Prepared {
  readonly parts: number;
  readonly price: MicroUsd;
  readonly attributes: SmsAttributes;
  readonly options: SmsOptions & { readonly type: SmsType };
  /** Why it is not tried, now or ever. */
  readonly refusal: PhoneOutcome | undefined;
}

interface PhoneOutcome {
  readonly outcome: AttemptOutcome;
  /** For metrics: `delivered`, or why not. */
  readonly result: string;
  readonly providerResponse: string;
}

/** Absent `prepared`: the subscription is gone, and with it what was on its way. */
export interface PhoneReport extends AttemptReport, PhoneOutcome {
  readonly prepared: Prepared | undefined;
}

/** All phones: one rate for all, and the pace of AWS's deliveries to phones. */
export class PhoneDestination implements Destination<PhoneReport> {
  readonly pace: Pace;

  constructor(
    private readonly parts: PhoneDestinationParts,
    private readonly queue: Queue,
  ) {
    this.pace = { ...personalPace, perSecond: parts.messagesPerSecond };
  }

  async attempt(received: ReceivedMessage, signal: AbortSignal): Promise<PhoneReport> {
    const message = decodePhoneMessage(received.content);
    if (message.subscription !== undefined && (await this.#subscribed(message.subscription.arn)) === undefined) {
      await this.#release(message, false); // M3
      return { ...unsubscribed, prepared: undefined };
    }
    const prepared = await this.#prepare(message, await this.#guarded(message));
    if (prepared.refusal !== undefined) return { ...prepared.refusal, prepared };
    const { messageId, phoneNumber: to, text } = message;
    const { parts, options } = prepared;
    const sent = await this.parts.channel.send({ messageId, to, text, parts, options, signal });
    await this.#release(message, sent.kind === 'delivered');
    return sent.kind === 'delivered'
      ? { ...accepted, prepared }
      : { outcome: sent.kind, result: 'provider', providerResponse: sent.reason, prepared };
  }

  async giveUp(received: ReceivedMessage): Promise<void> {
    const { queue } = this;
    const { subscription: of } = decodePhoneMessage(received.content);
    const subscribed = of === undefined ? undefined : await this.#subscribed(of.arn);
    if (of === undefined || subscribed === undefined) {
      await this.parts.engine.settle(queue, [received.receipt]);
      return;
    }
    const { envelope, traceHeader } = of;
    const redrive = await giveUp(this.parts, { queue, received, envelope, traceHeader, ...subscribed });
    this.parts.reports.redriven(subscribed.topic, redrive);
  }

  /** Tells of a delivery that is over: metric, journal, and the log of delivery status where the account asks for it. */
  ended({ received, report, handedAt }: AttemptsEnd<PhoneReport>): void {
    const { prepared, outcome, result, providerResponse } = report;
    if (prepared === undefined) return;
    const { clock, random, journal, channel, counter, events, reports } = this.parts;
    const { parts, price, attributes, options } = prepared;
    const { messageId, account, region, phoneNumber, purpose, text, subscription } = decodePhoneMessage(received.content);
    const delivered = outcome === 'delivered';
    const attempts = received.receives;
    counter.add({ result, type: options.type });
    if (subscription !== undefined) reports.texted(topicOf(subscription.arn), outcome);
    journal.add({
      at: new Date(clock.now()).toISOString(),
      messageId,
      account,
      region,
      phoneNumber,
      purpose,
      status: delivered ? 'delivered' : 'failed',
      ...(!delivered && { reason: providerResponse }),
      attempts,
      parts,
      priceUsd: usd(price),
      ...(channel.kind === 'journal' && { text }),
    });
    if (!isDrawn(loggedPercent(attributes, delivered), random)) return;
    const status = deliveryStatus({
      of: { account, region },
      subscription: subscription?.arn,
      messageId,
      destination: phoneNumber,
      type: options.type,
      price,
      delivered,
      providerResponse,
      publishedAt: received.sentAt,
      handedAt,
      attempts,
      deliveryId: random.uuid(),
    });
    if (delivered) events.info(status, 'delivery status');
    else events.warn(status, 'delivery status');
  }

  /** Undefined: it is gone. */
  async #subscribed(arn: SubscriptionArn): Promise<{ readonly topic: Topic; readonly subscription: Subscription } | undefined> {
    const read = readSubscriptionArn(arn);
    if (isRefusal(read)) throw new Error(`${arn} is no ARN of a subscription`);
    const { topics } = this.parts.engine;
    const [topic, subscription] = [await topics.find(read.topic), await topics.findSubscription(read.topic, read.id)];
    return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
  }

  /** Direct messages were counted when they were accepted; only what the file says of countries may have changed since. */
  async #guarded({ phoneNumber, purpose }: PhoneMessage): Promise<PhoneOutcome | undefined> {
    const { guards } = this.parts;
    if (!guards.allows(phoneNumber)) return countryBlocked;
    return purpose !== 'topic' || (await guards.admitTopic(phoneNumber)) ? undefined : tooMany;
  }

  /** Holds the price of the message, or says why it is not sent. */
  #prepare(message: PhoneMessage, guarded: PhoneOutcome | undefined): Promise<Prepared> {
    const { documents, clock, pricePerPart } = this.parts;
    const now = clock.now();
    const parts = partsOf(message.text.slice(0, smsCharsMax)).parts.length;
    const price = parts * pricePerPart;
    return documents.transact(smsDocuments, (transaction) => {
      const state = new SmsAccountState(transaction, message);
      const attributes = state.attributes();
      const options = effectiveOptions(message.options, attributes);
      const refusal = guarded ?? this.#refusalOf(message, price, state);
      const spend = spendIn(state.spend(), now);
      const delivery = holdOf(message);
      const held = refusal === undefined ? hold(spend, delivery, price, monthlyLimitOf(attributes)) : undefined;
      const next = held ?? release(spend, delivery, false); // M3
      if (next !== spend) state.setSpend(next);
      return { parts, price, attributes, options, refusal: held === undefined ? (refusal ?? limitReached) : undefined };
    });
  }

  #refusalOf({ phoneNumber, purpose, text, options }: PhoneMessage, price: MicroUsd, state: SmsAccountState): PhoneOutcome | undefined {
    if (text === '' || text.length > smsCharsMax) return invalidBody;
    if (state.isOptedOut(phoneNumber)) return optedOut;
    if (this.parts.sandbox && purpose !== 'verification' && !isVerified(state.sandbox(), phoneNumber)) return notVerified;
    return options.maxPrice !== undefined && price > options.maxPrice ? tooDear : undefined;
  }

  #release(message: PhoneMessage, taken: boolean): Promise<void> {
    const now = this.parts.clock.now();
    return this.parts.documents.transact(smsDocuments, (transaction) => {
      const state = new SmsAccountState(transaction, message);
      const spend = spendIn(state.spend(), now);
      const next = release(spend, holdOf(message), taken);
      if (next !== spend) state.setSpend(next);
    });
  }
}

const refused = (result: string, providerResponse: string): PhoneOutcome => ({ outcome: 'refused', result, providerResponse });

/** Developer guide, "Viewing Amazon CloudWatch metrics and logs for SMS deliveries": reasons have AWS's texts where AWS has them. */
const accepted: PhoneOutcome = {
  outcome: 'delivered',
  result: 'delivered',
  providerResponse: 'Message has been accepted by phone carrier',
};
const unsubscribed = refused('unsubscribed', 'The subscription is gone');
const countryBlocked = refused('country', 'Destination country is blocked');
const invalidBody = refused('invalidBody', 'Message body is invalid');
const optedOut = refused('optedOut', 'Phone number is opted out');
const notVerified = refused('sandbox', 'Phone number is not verified in the SMS sandbox');
const tooDear = refused('maxPrice', 'This delivery would exceed max price');
const limitReached = refused('spendLimit', 'No quota left for account');
const tooMany: PhoneOutcome = { outcome: 'failed', result: 'perNumber', providerResponse: 'Phone number has had too many messages' };

function topicOf(arn: SubscriptionArn): TopicAddress {
  return arn.slice(0, arn.lastIndexOf(':')) as TopicAddress;
}

/** A topic's message has the same id for all its subscriptions, and two of them may lead to the same phone. */
function holdOf({ messageId, subscription }: PhoneMessage): string {
  return subscription === undefined ? messageId : `${messageId} ${subscription.arn}`;
}
