import type { Clock } from '../../../base/clock.js';
import type { EventLog } from '../../../base/event-log.js';
import type { Meter } from '../../../base/meter.js';
import type { Random } from '../../../base/random.js';
import type { Engine, Queue } from '../../../engine/engine.js';
import type { Refusal } from '../../../wire/refusal.js';
import type { SmsChannel } from '../channels/sms-channel.js';
import type { DeliveryReports } from '../delivery-reports.js';
import { DirectDeliveries } from '../direct-deliveries.js';
import { storageFull } from '../errors.js';
import type { QueueContents } from '../publication.js';
import type { DirectMessage } from './direct-message.js';
import type { GuardSettings } from './guards/guard-settings.js';
import { guarded } from './guards/guarded.js';
import { SmsGuards } from './guards/sms-guards.js';
import type { OriginationNumber } from './number-page.js';
import { PhoneDestination, type PhoneReport } from './phone-destination.js';
import { type PhoneMessage, phoneQueue, queuedPhoneMessage } from './phone-message.js';
import type { PhoneNumber } from './phone-number.js';
import { type SmsAccount, spendDocuments } from './sms-account.js';
import type { SmsJournal } from './sms-journal.js';
import { type Spend, spendIn } from './spend.js';
import { microUsd, usd } from './usd.js';

export interface SmsSettings {
  readonly pricePerPartUsd: number;
  readonly messagesPerSecond: number;
  /** Whether accounts are in the sandbox. */
  readonly sandbox: boolean;
  readonly originationNumbers: readonly OriginationNumber[];
  readonly guards: GuardSettings;
}

export interface PhonesParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  readonly queues: QueueContents;
  readonly channel: SmsChannel;
  readonly journal: SmsJournal;
  readonly settings: SmsSettings;
  readonly meter: Meter;
  readonly events: EventLog;
  readonly reports: Pick<DeliveryReports, 'texted' | 'redriven'>;
  readonly report: (what: string, fault: unknown) => void;
}

/** Who asks for a message, and from where. */
export interface PhoneCaller extends SmsAccount {
  readonly sourceAddress: string;
}

/** Accounts that the metric of what was spent tells apart. */
const accountsMax = 1_000;

/** Messages to phones: the guards in front, then a durable queue, then the channel. */
export class Phones {
  readonly guards: SmsGuards;
  readonly #deliveries: DirectDeliveries<PhoneReport>;

  constructor(private readonly parts: PhonesParts) {
    const { engine, settings, clock, meter, events } = parts;
    const { documents } = engine;
    this.guards = new SmsGuards({ documents, settings: settings.guards, clock, meter, events });
    const { sandbox, messagesPerSecond } = settings;
    const pricePerPart = microUsd(settings.pricePerPartUsd);
    const counter = meter.counter({
      name: 'signalbox_sns_sms_deliveries_total',
      help: 'Messages to phones by how they ended: delivered, or why not',
      labels: ['result', 'type'],
    });
    const destination = { ...parts, documents, guards: this.guards, pricePerPart, sandbox, messagesPerSecond, counter };
    this.#deliveries = new DirectDeliveries(parts, {
      address: phoneQueue,
      what: 'deliveries to phones',
      destination: (queue) => new PhoneDestination(destination, queue),
    });
    meter.gauge(
      { name: 'signalbox_sns_sms_month_to_date_spent_usd', help: 'What SMS cost this month (UTC)', labels: ['account', 'region'] },
      () => this.#spent(),
    );
  }

  start(): void {
    this.#deliveries.start();
  }

  stop(): Promise<void> {
    return this.#deliveries.stop();
  }

  /** The queue that a topic's messages to phones go to; undefined: the disk is full. */
  open(): Promise<Queue | undefined> {
    return this.#deliveries.open();
  }

  /** Accepts a message, and answers its id; durable when it resolves. */
  async send(to: PhoneNumber, message: DirectMessage, caller: PhoneCaller, purpose: 'direct' | 'verification'): Promise<string | Refusal> {
    const { engine, random, clock } = this.parts;
    if (!engine.documents.hasRoom()) return storageFull();
    const messageId = random.uuid();
    const { account, region, sourceAddress } = caller;
    const refusal = await this.guards.admitDirect({ number: to, messageId, sourceAddress });
    if (refusal !== undefined) return guarded(refusal, to, clock.now());
    const queued: PhoneMessage = { messageId, account, region, phoneNumber: to, ...message, purpose };
    return (await this.#deliveries.send(queuedPhoneMessage(queued))) ? messageId : storageFull();
  }

  async #spent() {
    const { engine, clock } = this.parts;
    const documents = await engine.documents.list({ prefix: spendDocuments, limit: accountsMax });
    return documents.map(({ name, content }) => {
      const [account = '', region = ''] = name.slice(spendDocuments.length).split('/');
      const { spent } = spendIn(JSON.parse(content) as Spend, clock.now());
      return { labels: { account, region }, value: usd(spent) };
    });
  }
}
