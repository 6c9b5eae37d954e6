import { hash } from 'node:crypto';
import type { EventLog } from '../../base/event-log.js';
import type { Random } from '../../base/random.js';
import type { Feedback } from './model/delivery-feedback.js';
import { isDrawn } from './sample.js';

/** How the delivery of one message to one endpoint ended. */
export interface DeliveryEnd {
  /** Absent: it was published to the endpoint itself. */
  readonly topicArn: string | undefined;
  readonly messageId: string;
  /** Only its digest is told. */
  readonly text: string;
  /** When the message was published and when it was handed over for the last time, in epoch milliseconds. */
  readonly publishedAt: number;
  readonly handedAt: number;
  /** ARN, URL, address or number. */
  readonly destination: string;
  readonly attempts: number;
  readonly statusCode: number | undefined;
  readonly providerResponse: string;
  /** ARN of the subscription's dead-letter queue. */
  readonly deadLetter: string | undefined;
}

export type DeliveryStatus = 'SUCCESS' | 'FAILURE';

/** The delivery status log: successes by sample, every failure, as far as somebody asked for them. */
export interface DeliveryLog {
  /** Once the end of the delivery is durable. `end` is asked only when it is told. */
  record(feedback: Feedback | undefined, status: DeliveryStatus, end: () => DeliveryEnd): void;
}

export interface DeliveryLogParts {
  readonly events: Pick<EventLog, 'info' | 'warn'>;
  readonly random: Random;
}

/** Writes the records that AWS writes to CloudWatch Logs as lines of the program's log, with the name of the log group. */
export function createDeliveryLog({ events, random }: DeliveryLogParts): DeliveryLog {
  return {
    record(feedback, status, end) {
      if (feedback === undefined) return;
      const { logGroup, failures, successPercent } = feedback;
      switch (status) {
        case 'SUCCESS':
          if (successPercent !== undefined && isDrawn(successPercent, random)) {
            events.info({ logGroup, ...recordOf(status, end(), random.uuid()) }, message);
          }
          return;
        case 'FAILURE':
          if (failures) events.warn({ logGroup: `${logGroup}/Failure`, ...recordOf(status, end(), random.uuid()) }, message);
      }
    },
  };
}

const message = 'delivery status';

/** Developer guide, "Amazon SNS message delivery status", "CloudWatch Logs": names and order are those of its example. */
function recordOf(status: DeliveryStatus, end: DeliveryEnd, deliveryId: string): object {
  const { deadLetter, statusCode } = end;
  return {
    notification: {
      messageMD5Sum: hash('md5', end.text),
      messageId: end.messageId,
      topicArn: end.topicArn,
      timestamp: new Date(end.publishedAt).toISOString().replace('T', ' ').replace('Z', ''),
    },
    delivery: {
      deliveryId,
      ...(deadLetter !== undefined && { redrivePolicy: { deadLetterTargetArn: deadLetter } }),
      destination: end.destination,
      providerResponse: end.providerResponse,
      dwellTimeMs: Math.max(0, end.handedAt - end.publishedAt),
      attempts: end.attempts,
      ...(statusCode !== undefined && { statusCode }),
    },
    status,
  };
}
