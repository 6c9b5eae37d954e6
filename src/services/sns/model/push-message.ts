import type { QueueAddress } from '../../../base/ids.js';
import type { W3cTrace } from '../../../base/trace-context.js';
import type { ConfirmationType } from './envelope.js';
import type { SubscriptionArn } from './topic-arn.js';

/** A message on its way to an endpoint that is no queue, as the queue of its subscription holds it. */
export interface PushMessage {
  readonly type: 'Notification' | ConfirmationType;
  readonly messageId: string;
  /** The envelope, or the bare message where delivery is raw. */
  readonly body: string;
  /** What goes to the dead-letter queue where that is not the body: raw messages go there in their envelope. */
  readonly envelope: string | undefined;
  readonly traceHeader: string | undefined;
  readonly w3cTrace: W3cTrace | undefined;
}

const queuePrefix = 'internal/sns/push/';

/** Deliveries wait in a queue of their subscription's own, so that no endpoint holds up another. */
export function pushQueueOf(subscription: SubscriptionArn): QueueAddress {
  return (queuePrefix + subscription) as QueueAddress;
}

export const pushQueues = queuePrefix;

export function subscriptionOfPushQueue(queue: QueueAddress): SubscriptionArn {
  return queue.slice(queuePrefix.length) as SubscriptionArn;
}

const layout = 1;

export function encodePushMessage(message: PushMessage): Buffer {
  return Buffer.from(JSON.stringify({ layout, ...message }));
}

export function decodePushMessage(content: Buffer): PushMessage {
  const stored: PushMessage & { readonly layout: number } = JSON.parse(content.toString());
  if (stored.layout !== layout) throw new Error(`a delivery to an endpoint has layout ${stored.layout}, known is ${layout}`);
  return { ...stored, envelope: stored.envelope, traceHeader: stored.traceHeader, w3cTrace: stored.w3cTrace };
}
