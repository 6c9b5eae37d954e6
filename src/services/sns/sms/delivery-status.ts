import type { SubscriptionArn } from '../model/topic-arn.js';
import type { SmsAccount } from './sms-account.js';
import type { SmsType } from './sms-options.js';
import { type MicroUsd, usd } from './usd.js';

/** How the delivery of one message to one phone ended. */
export interface PhoneDeliveryEnd {
  readonly of: SmsAccount;
  /** Of a topic's message. */
  readonly subscription: SubscriptionArn | undefined;
  readonly messageId: string;
  readonly destination: string;
  readonly type: SmsType;
  readonly price: MicroUsd;
  readonly delivered: boolean;
  readonly providerResponse: string;
  /** When the message was published and when it was handed over for the last time, in epoch milliseconds. */
  readonly publishedAt: number;
  readonly handedAt: number;
  readonly attempts: number;
  readonly deliveryId: string;
}

/**
 * The record that AWS writes to CloudWatch Logs, with the name of the log group; nobody here knows carriers.
 * https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html
 */
export function deliveryStatus(end: PhoneDeliveryEnd): object {
  const logGroup = logGroupOf(end);
  return {
    logGroup: end.delivered ? logGroup : `${logGroup}/Failure`,
    notification: {
      messageId: end.messageId,
      timestamp: new Date(end.publishedAt).toISOString().replace('T', ' ').replace('Z', ''),
    },
    delivery: {
      deliveryId: end.deliveryId,
      destination: end.destination,
      priceInUSD: usd(end.price),
      smsType: end.type,
      providerResponse: end.providerResponse,
      dwellTimeMs: Math.max(0, end.handedAt - end.publishedAt),
      attempts: end.attempts,
    },
    status: end.delivered ? 'SUCCESS' : 'FAILURE',
  };
}

function logGroupOf({ of: { account, region }, subscription }: PhoneDeliveryEnd): string {
  return `sns/${region}/${account}/${subscription?.split(':')[5] ?? 'DirectPublishToPhoneNumber'}`;
}
