import type { Subscription, Topic, Undelivered } from '../../engine/topics/topics.js';
import type { AttemptReport } from './channels/channel.js';
import type { DeliveryLog } from './delivery-log.js';
import { feedbackOf } from './model/delivery-feedback.js';
import { shownEndpoint } from './model/endpoint.js';
import { textFor } from './model/message-texts.js';
import type { PushMessage } from './model/push-message.js';
import type { Publication } from './model/stored-publication.js';
import { deadLetterOf, endpointOf } from './model/subscription-attributes.js';
import type { Route } from './routes.js';

/** What one transaction did for the queues among `routes`. */
export interface QueuedReport {
  readonly topic: Topic;
  readonly publication: Publication;
  /** As the deliveries of its plan. */
  readonly routes: readonly Route[];
  readonly undelivered: readonly Undelivered[];
  /** When, in epoch milliseconds. */
  readonly at: number;
}

/** How a delivery to an endpoint that is no queue ended. */
export interface EndedReport {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly message: PushMessage;
  /** Of the last attempt. */
  readonly report: AttemptReport;
  readonly attempts: number;
  /** When the last attempt began, in epoch milliseconds. */
  readonly handedAt: number;
}

/** Is told what became of deliveries, once it is durable, and tells those who watch. */
export class DeliveryReports {
  constructor(private readonly log: DeliveryLog) {}

  queued({ topic, publication, routes, undelivered, at }: QueuedReport): void {
    const feedback = feedbackOf(topic, 'sqs');
    if (feedback === undefined) return;
    const { messageId, message, timestamp } = publication;
    const reasons = new Map(undelivered.map(({ index, reason }) => [index, reason]));
    for (const [index, { protocol, queue, deadLetter }] of routes.entries()) {
      if (protocol !== 'sqs') continue;
      const reason = reasons.get(index);
      this.log.record(feedback, reason === undefined ? 'SUCCESS' : 'FAILURE', () => ({
        topicArn: topic.address,
        messageId,
        text: textFor(message.texts, protocol),
        publishedAt: Date.parse(timestamp),
        handedAt: at,
        destination: queue,
        attempts: 1,
        deadLetter,
        ...queueAnswers[reason ?? 'delivered'],
      }));
    }
  }

  ended({ topic, subscription, message, report, attempts, handedAt }: EndedReport): void {
    if (message.type !== 'Notification') return;
    const { protocol, endpoint } = endpointOf(subscription);
    const status = report.outcome === 'delivered' ? 'SUCCESS' : 'FAILURE';
    this.log.record(feedbackOf(topic, protocol), status, () => {
      const { Message: text, Timestamp: publishedAt }: Envelope = JSON.parse(message.envelope ?? message.body);
      return {
        topicArn: topic.address,
        messageId: message.messageId,
        text,
        publishedAt: Date.parse(publishedAt),
        handedAt,
        destination: shownEndpoint(endpoint),
        attempts,
        statusCode: report.statusCode,
        providerResponse: report.providerResponse,
        deadLetter: deadLetterOf(subscription),
      };
    });
  }
}

interface Envelope {
  readonly Message: string;
  readonly Timestamp: string;
}

/** The ids that queues give requests are their clients': here is none, as in AWS's own record of a failure. */
const queueAnswers: Readonly<
  Record<'delivered' | Undelivered['reason'], { readonly statusCode: number; readonly providerResponse: string }>
> = {
  delivered: { statusCode: 200, providerResponse: queueAnswer() },
  queueGone: {
    statusCode: 400,
    providerResponse: queueAnswer('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.'),
  },
  notTaken: {
    statusCode: 400,
    providerResponse: queueAnswer('InvalidParameterValue', 'The message has more attributes or more bytes than the queue takes.'),
  },
};

function queueAnswer(code?: string, text?: string): string {
  return JSON.stringify({ ErrorCode: code, ErrorMessage: text, sqsRequestId: 'Unrecoverable' });
}
