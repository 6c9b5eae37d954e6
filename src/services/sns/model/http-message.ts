import type { QueueAddress } from '../../../base/ids.js';
import type { SubscriptionArn } from './topic-arn.js';

/** A message on its way to an HTTP endpoint, as the queue of its subscription holds it. */
export interface HttpMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation';
  readonly messageId: string;
  readonly body: string;
  /** What goes to the dead-letter queue where that is not the body: raw messages go there in their envelope. */
  readonly envelope: string | undefined;
  readonly traceHeader: string | undefined;
}

const queuePrefix = 'internal/sns/http/';

/** Deliveries wait in a queue of their subscription's own, so that no endpoint holds up another. */
export function httpQueueOf(subscription: SubscriptionArn): QueueAddress {
  return (queuePrefix + subscription) as QueueAddress;
}

export const httpQueues = queuePrefix;

export function subscriptionOfHttpQueue(queue: QueueAddress): SubscriptionArn {
  return queue.slice(queuePrefix.length) as SubscriptionArn;
}

const layout = 1;

export function encodeHttpMessage(message: HttpMessage): Buffer {
  return Buffer.from(JSON.stringify({ layout, ...message }));
}

export function decodeHttpMessage(content: Buffer): HttpMessage {
  const stored: HttpMessage & { readonly layout: number } = JSON.parse(content.toString());
  if (stored.layout !== layout) throw new Error(`a delivery to an HTTP endpoint has layout ${stored.layout}, known is ${layout}`);
  return { ...stored, envelope: stored.envelope, traceHeader: stored.traceHeader };
}

/** Developer guide, "HTTP/HTTPS headers". The policy's content type is for notifications alone. */
export function httpHeaders(
  { type, messageId, envelope, traceHeader }: HttpMessage,
  subscription: SubscriptionArn,
  contentType: string,
): Readonly<Record<string, string>> {
  const topic = subscription.slice(0, subscription.lastIndexOf(':'));
  return {
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topic,
    ...(type === 'Notification' && { 'x-amz-sns-subscription-arn': subscription }),
    ...(envelope !== undefined && { 'x-amz-sns-rawdelivery': 'true' }),
    ...(traceHeader !== undefined && { 'X-Amzn-Trace-Id': traceHeader }),
    'Content-Type': contentType,
    'User-Agent': 'Amazon Simple Notification Service Agent',
    'Accept-Encoding': 'gzip,deflate',
  };
}
