import { STATUS_CODES } from 'node:http';
import type { Clock } from '../../../base/clock.js';
import { traceparentOf } from '../../../base/trace-context.js';
import { httpAttemptMsMax } from '../limits.js';
import { defaultContentType, retryDelaySeconds } from '../model/delivery-policy.js';
import type { PushMessage } from '../model/push-message.js';
import { deliveryPolicyOf } from '../model/subscription-attributes.js';
import type { SubscriptionArn } from '../model/topic-arn.js';
import type { Attempt, AttemptOutcome, AttemptReport, Channel } from './channel.js';
import { deadlineOf } from './deadline.js';

/** What sends to endpoints; see `workers/http-push.ts`. */
export interface Pusher {
  push(push: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Whether the body of the answer is of interest. */
    readonly wantsAnswer?: boolean;
    readonly signal: AbortSignal;
  }): Promise<
    | { readonly kind: 'answered'; readonly status: number; readonly answer?: string | undefined }
    | { readonly kind: 'failed'; readonly reason: string }
    | { readonly kind: 'forbidden'; readonly reason: string }
  >;
}

/** HTTP and HTTPS endpoints, by their delivery policy. */
export function httpChannel(pusher: Pusher, clock: Clock): Channel {
  return {
    async deliver({ message, arn, subscription, topic, signal }: Attempt): Promise<AttemptReport> {
      using deadline = deadlineOf(signal, clock, httpAttemptMsMax);
      const { headerContentType } = deliveryPolicyOf(subscription, topic);
      const pushed = await pusher.push({
        url: subscription.properties.Endpoint ?? '',
        headers: headersOf(message, arn, message.type === 'Notification' ? headerContentType : defaultContentType),
        body: message.body,
        signal: deadline.signal,
      });
      switch (pushed.kind) {
        case 'answered':
          return {
            outcome: outcomeOf(pushed.status),
            statusCode: pushed.status,
            providerResponse: STATUS_CODES[pushed.status] ?? String(pushed.status),
          };
        case 'forbidden':
          return { outcome: 'refused', providerResponse: pushed.reason };
        case 'failed':
          return { outcome: 'failed', providerResponse: pushed.reason };
      }
    },
    pace(subscription, topic) {
      const { retry, maxReceivesPerSecond } = deliveryPolicyOf(subscription, topic);
      return {
        perSecond: maxReceivesPerSecond,
        retryDelayMs: (attempts) => (attempts > retry.numRetries ? undefined : Math.round(retryDelaySeconds(retry, attempts) * 1_000)),
      };
    },
  };
}

/** Developer guide, "Message delivery retries": 5xx and 429 are tried again, other refusals are the endpoint's last word. */
function outcomeOf(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  return status >= 500 || status === 429 ? 'failed' : 'refused';
}

/** Developer guide, "HTTP/HTTPS headers". The policy's content type is for notifications alone. */
function headersOf(
  { type, messageId, envelope, traceHeader, w3cTrace }: PushMessage,
  subscription: SubscriptionArn,
  contentType: string,
): Readonly<Record<string, string>> {
  const traceparent = w3cTrace?.traceparent ?? (traceHeader === undefined ? undefined : traceparentOf(traceHeader));
  const topic = subscription.slice(0, subscription.lastIndexOf(':'));
  return {
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topic,
    ...(type !== 'SubscriptionConfirmation' && { 'x-amz-sns-subscription-arn': subscription }),
    ...(envelope !== undefined && { 'x-amz-sns-rawdelivery': 'true' }),
    ...(traceHeader !== undefined && { 'X-Amzn-Trace-Id': traceHeader }),
    ...(traceparent !== undefined && { traceparent }),
    ...(w3cTrace?.tracestate !== undefined && { tracestate: w3cTrace.tracestate }),
    'Content-Type': contentType,
    'User-Agent': 'Amazon Simple Notification Service Agent',
    'Accept-Encoding': 'gzip,deflate',
  };
}
