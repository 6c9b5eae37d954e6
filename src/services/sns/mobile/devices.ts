import type { Clock } from '../../../base/clock.js';
import type { Meter } from '../../../base/meter.js';
import type { Random } from '../../../base/random.js';
import type { Queue } from '../../../engine/engine.js';
import type { Refusal } from '../../../wire/refusal.js';
import { DirectDeliveries, type DirectDeliveriesParts } from '../direct-deliveries.js';
import { endpointDisabled, platformApplicationDisabled, storageFull } from '../errors.js';
import { DeviceDestination, type DeviceDestinationParts, type DeviceReport } from './device-destination.js';
import type { DeviceMessage } from './device-message.js';
import { deviceQueue, queuedNotification } from './notification.js';
import type { PlatformEndpoint } from './registry.js';

export interface DevicesParts extends Omit<DeviceDestinationParts, 'deliveries'>, DirectDeliveriesParts {
  readonly engine: DeviceDestinationParts['engine'] & DirectDeliveriesParts['engine'];
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
}

/** Messages to apps on devices: a durable queue, then the channel. */
export class Devices {
  readonly #deliveries: DirectDeliveries<DeviceReport>;

  constructor(private readonly parts: DevicesParts) {
    const deliveries = parts.meter.counter({
      name: 'signalbox_sns_push_deliveries_total',
      help: 'Notifications to apps on devices by how they ended: delivered, or why not',
      labels: ['platform', 'result'],
    });
    this.#deliveries = new DirectDeliveries(parts, {
      address: deviceQueue,
      what: 'deliveries to devices',
      destination: (queue) => new DeviceDestination({ ...parts, deliveries }, queue),
    });
  }

  start(): void {
    this.#deliveries.start();
  }

  stop(): Promise<void> {
    return this.#deliveries.stop();
  }

  /** The queue that a topic's messages to devices go to; undefined: the disk is full. */
  open(): Promise<Queue | undefined> {
    return this.#deliveries.open();
  }

  /** Accepts a message, and answers its id; durable when it resolves. */
  async send({ arn, application, attributes }: PlatformEndpoint, message: DeviceMessage, origin: string): Promise<string | Refusal> {
    if (application.attributes.Enabled === 'false') return platformApplicationDisabled();
    if (attributes.Enabled === 'false') return endpointDisabled();
    const messageId = this.parts.random.uuid();
    const notification = { messageId, endpoint: arn, ...message, publishedAt: this.parts.clock.now(), origin };
    return (await this.#deliveries.send(queuedNotification(notification))) ? messageId : storageFull();
  }
}
