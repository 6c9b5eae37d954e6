import type { QueueAddress } from '../../base/ids.js';
import type { DocumentTransaction } from '../../engine/documents.js';
import type { Engine, ReceivedMessage } from '../../engine/engine.js';
import type { Refusal } from '../../wire/refusal.js';
import type { ApplicationEvents } from './application-events.js';
import type { AttemptReport } from './channels/channel.js';
import type { Destination } from './delivery-worker.js';
import { DirectDeliveries, type DirectDeliveriesParts } from './direct-deliveries.js';
import { storageFull } from './errors.js';
import { type EventNotice, eventNotice } from './mobile/application-event.js';
import type { EndpointChanges, Tell } from './mobile/registry.js';

export interface EventOutboxParts extends DirectDeliveriesParts {
  readonly engine: DirectDeliveriesParts['engine'] & Pick<Engine, 'transact'>;
  readonly applicationEvents: Pick<ApplicationEvents, 'publish'>;
}

/** Internal: no ARN, so no client can reach it. */
const outboxQueue = 'internal/sns/direct/events' as QueueAddress;
const layout = 1;

/** Events of endpoints: written in the transaction of the change that they tell of, and published from there at least once. */
export class EventOutbox implements EndpointChanges {
  readonly #deliveries: DirectDeliveries<AttemptReport>;

  constructor(private readonly parts: EventOutboxParts) {
    this.#deliveries = new DirectDeliveries(parts, {
      address: outboxQueue,
      what: 'events of platform applications',
      destination: () => eventDestination(parts.applicationEvents),
    });
  }

  start(): void {
    this.#deliveries.start();
  }

  stop(): Promise<void> {
    return this.#deliveries.stop();
  }

  async transact<T>(collection: string, body: (documents: DocumentTransaction, tell: Tell) => T): Promise<T | Refusal> {
    const queue = await this.#deliveries.open();
    if (queue === undefined) return storageFull();
    return this.parts.engine.transact({ collections: [collection], queues: [queue] }, (transaction) =>
      body(transaction, (endpoint, type, origin) => {
        const notice = eventNotice(endpoint, { type }, origin, transaction.now);
        if (notice !== undefined && transaction.send(queue, queuedNotice(notice)) === undefined) throw new Error(`${outboxQueue} is gone`);
      }),
    );
  }
}

/** None is given up: one that finds the disk full rejects, and comes again when its claim has run out. */
function eventDestination(applicationEvents: Pick<ApplicationEvents, 'publish'>): Destination {
  return {
    pace: { perSecond: undefined, retryDelayMs: () => undefined },
    async attempt({ content }: ReceivedMessage) {
      await applicationEvents.publish(decodeNotice(content));
      return { outcome: 'delivered', providerResponse: '' };
    },
    giveUp: () => Promise.reject(new Error('an event was given up')),
    ended: () => undefined,
  };
}

function queuedNotice(notice: EventNotice) {
  return { content: Buffer.from(JSON.stringify({ layout, ...notice })) };
}

function decodeNotice(content: Buffer): EventNotice {
  const { layout: stored, ...notice }: EventNotice & { readonly layout: number } = JSON.parse(content.toString());
  if (stored !== layout) throw new Error(`an event of an application has layout ${stored}, known is ${layout}`);
  return notice;
}
