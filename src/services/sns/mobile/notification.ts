import type { QueueAddress } from '../../../base/ids.js';
import type { NewMessage } from '../../../engine/new-message.js';
import type { SubscriptionArn } from '../model/topic-arn.js';
import { type EndpointArn, endpointParts } from './mobile-arn.js';
import type { PushOptions } from './push-options.js';

/** A message on its way to an app on a device. */
export interface Notification {
  readonly messageId: string;
  readonly endpoint: EndpointArn;
  /** JSON, unless `problem` says otherwise. */
  readonly payload: string;
  readonly options: PushOptions;
  /** Why no service would take it; then it is not tried. */
  readonly problem?: string | undefined;
  /** Epoch milliseconds. */
  readonly publishedAt: number;
  /** Of this server, as the publisher reached it. */
  readonly origin: string;
  /** It tells of an endpoint itself: no event is made of its failure. */
  readonly isApplicationEvent?: boolean;
  /** Of a topic's message: whose it is, and what its dead-letter queue gets. */
  readonly subscription?: {
    readonly arn: SubscriptionArn;
    readonly envelope: string;
    readonly traceHeader: string | undefined;
  };
}

/** Internal: no ARN, so no client can reach it. */
export const deviceQueue = 'internal/sns/direct/devices' as QueueAddress;

const layout = 1;

/** As a new message of the queue: endpoints take turns, so that one that many messages wait for does not hold up the others. */
export function queuedNotification(notification: Notification): NewMessage {
  return { content: Buffer.from(JSON.stringify({ layout, ...notification })), group: endpointParts(notification.endpoint).id };
}

export function decodeNotification(content: Buffer): Notification {
  const { layout: stored, ...notification }: Notification & { readonly layout: number } = JSON.parse(content.toString());
  if (stored !== layout) throw new Error(`a message for a device has layout ${stored}, known is ${layout}`);
  return notification;
}
