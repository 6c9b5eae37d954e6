import type { TopicAddress } from '../../base/ids.js';
import type { ArchivedMessage, ReplayedDelivery, Subscription, Topic, Undelivered } from '../../engine/topics/topics.js';
import type { AttemptReport } from './channels/channel.js';
import type { Redrive } from './dead-letters.js';
import type { DeliveryLog } from './delivery-log.js';
import { readArchived } from './model/archived-publication.js';
import { type Feedback, feedbackOf } from './model/delivery-feedback.js';
import { type Protocol, shownEndpoint } from './model/endpoint.js';
import { textFor } from './model/message-texts.js';
import type { PushMessage } from './model/push-message.js';
import type { Publication } from './model/stored-publication.js';
import { deadLetterOf, endpointOf } from './model/subscription-attributes.js';
import { OutboundTexts } from './protection/outbound-texts.js';
import type { Sorted } from './publication.js';
import type { FilteredOut, Route } from './routes.js';
import type { NotificationCounts, TopicMetrics } from './topic-metrics.js';

/** What one transaction did for queues, and what it did not deliver to anyone. */
export interface QueuedReport {
  readonly topic: Topic;
  readonly publication: Publication;
  /** Those permitted are as the deliveries of its plan. */
  readonly sorted: Sorted;
  readonly textOf: (route: Route) => string;
  readonly undelivered: readonly Undelivered[];
  /** When, in epoch milliseconds. */
  readonly at: number;
}

/** What one step of a replay did. */
export interface ReplayedReport {
  readonly topic: Topic;
  readonly route: Route;
  readonly deliveries: readonly ReplayedDelivery[];
  /** What the topic's data protection policy kept back. */
  readonly withheld: readonly ArchivedMessage[];
  /** When, in epoch milliseconds. */
  readonly at: number;
}

type QueueOutcome = ReplayedDelivery['outcome'];

/** An attempt at an endpoint that is no queue. */
export interface AttemptedReport {
  readonly topic: Topic;
  readonly subscription: Subscription;
  readonly message: PushMessage;
  readonly report: AttemptReport;
}

/** The last one. */
export interface EndedReport extends AttemptedReport {
  readonly attempts: number;
  /** When the last attempt began, in epoch milliseconds. */
  readonly handedAt: number;
}

/** Is told what became of deliveries, once it is durable, and tells those who watch. */
export class DeliveryReports {
  constructor(
    private readonly metrics: TopicMetrics,
    private readonly log: DeliveryLog,
  ) {}

  published({ topic, message }: Publication, filteredOut: readonly FilteredOut[]): void {
    this.metrics.published(topic, message.bytes, filteredOut);
  }

  queued({ topic, publication, sorted, textOf, undelivered, at }: QueuedReport): void {
    const { permitted: routes, prohibited } = sorted;
    for (const route of prohibited) this.#logProhibited(topic, publication, route, at);
    const queues = routes.reduce((count, { protocol }) => (protocol === 'sqs' ? count + 1 : count), 0);
    const failures = undelivered.filter(({ index }) => routes[index]?.protocol === 'sqs');
    const redrives = redrivesOf(failures, ({ index }) => routes[index]);
    this.metrics.notified(topic.address, { delivered: queues - failures.length, failed: failures.length + prohibited.length, ...redrives });
    const feedback = feedbackOf(topic, 'sqs');
    if (feedback === undefined) return;
    const reasons = new Map(failures.map(({ index, reason }) => [index, reason]));
    for (const [index, route] of routes.entries()) {
      if (route.protocol === 'sqs') this.#logQueue(feedback, publication, textOf, route, reasons.get(index) ?? 'delivered', at);
    }
  }

  /** One step of a replay. To other endpoints than queues it only began what is told when it ends. */
  replayed({ topic, route, deliveries, withheld, at }: ReplayedReport): void {
    for (const { content } of withheld) this.#logProhibited(topic, readArchived(content).publication, route, at);
    if (route.protocol !== 'sqs') {
      this.metrics.notified(topic.address, { failed: withheld.length });
      return;
    }
    const failures = deliveries.filter(({ outcome }) => outcome !== 'delivered');
    this.metrics.replayed(topic.address, {
      delivered: deliveries.length - failures.length,
      failed: failures.length + withheld.length,
    });
    this.metrics.notified(
      topic.address,
      redrivesOf(failures, () => route),
    );
    const feedback = feedbackOf(topic, 'sqs');
    if (feedback === undefined) return;
    for (const { message, outcome } of deliveries) {
      const { publication } = readArchived(message.content);
      this.#logQueue(feedback, publication, (to) => deliveredText(publication, to), route, outcome, at);
    }
  }

  attempted({ topic, subscription, message, report }: AttemptedReport): void {
    const fails = message.type === 'Notification' && report.outcome !== 'delivered';
    if (fails && failsByAttempt(endpointOf(subscription).protocol)) this.metrics.notified(topic.address, { failed: 1 });
  }

  redriven({ address }: Topic, redrive: Redrive): void {
    if (redrive === 'redriven') this.metrics.notified(address, { redriven: 1 });
    if (redrive === 'lost') this.metrics.notified(address, { redriveFailed: 1 });
  }

  /** A topic's message to a phone. The account's settings say whether it is in the log: not the topic's. */
  texted(topic: TopicAddress, outcome: AttemptReport['outcome']): void {
    this.metrics.notified(topic, outcome === 'delivered' ? { delivered: 1 } : { failed: 1 });
  }

  ended({ topic, subscription, message, report, attempts, handedAt }: EndedReport): void {
    if (message.type !== 'Notification') return;
    const { protocol, endpoint } = endpointOf(subscription);
    const status = report.outcome === 'delivered' ? 'SUCCESS' : 'FAILURE';
    if (status === 'SUCCESS') this.metrics.notified(topic.address, { delivered: 1 });
    else if (!failsByAttempt(protocol)) this.metrics.notified(topic.address, { failed: 1 });
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

  /** By the topic's data protection policy: it is not tried again, and no dead-letter queue gets what its subscriber may not have. */
  #logProhibited(topic: Topic, { messageId, message, timestamp }: Publication, route: Route, at: number): void {
    const { protocol, arn, endpoint } = route;
    this.log.record(feedbackOf(topic, protocol), 'FAILURE', () => ({
      topicArn: topic.address,
      messageId,
      text: textFor(message.texts, protocol),
      publishedAt: Date.parse(timestamp),
      handedAt: at,
      destination: shownEndpoint(endpoint),
      attempts: 1,
      deadLetter: undefined,
      statusCode: 403,
      providerResponse: `The topic's data protection policy prohibits this message from being delivered to ${arn}`,
    }));
  }

  #logQueue(
    feedback: Feedback,
    { topic, messageId, timestamp }: Publication,
    textOf: QueuedReport['textOf'],
    route: Route,
    outcome: QueueOutcome,
    at: number,
  ): void {
    const { queue, deadLetter } = route;
    this.log.record(feedback, outcome === 'delivered' ? 'SUCCESS' : 'FAILURE', () => ({
      topicArn: topic,
      messageId,
      text: textOf(route),
      publishedAt: Date.parse(timestamp),
      handedAt: at,
      destination: queue,
      attempts: 1,
      deadLetter,
      ...queueAnswers[outcome],
    }));
  }
}

/** Developer guide, "Monitoring Amazon SNS topics using CloudWatch": of HTTP endpoints, every failed attempt counts. */
function failsByAttempt(protocol: Protocol): boolean {
  return protocol === 'http' || protocol === 'https';
}

/** What became of those that their queues did not take. */
function redrivesOf<T extends { readonly redriven: boolean }>(
  failures: readonly T[],
  routeOf: (failure: T) => Route | undefined,
): Pick<NotificationCounts, 'redriven' | 'redriveFailed'> {
  const redriven = failures.filter((failure) => failure.redriven).length;
  const asked = failures.filter((failure) => routeOf(failure)?.deadLetter !== undefined).length;
  return { redriven, redriveFailed: asked - redriven };
}

interface Envelope {
  readonly Message: string;
  readonly Timestamp: string;
}

/** The ids that queues give requests are their clients': here is none, as in AWS's own record of a failure. */
const queueAnswers: Readonly<Record<QueueOutcome, { readonly statusCode: number; readonly providerResponse: string }>> = {
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

function deliveredText({ message }: Publication, { outbound, protocol }: Route): string {
  const text = textFor(message.texts, protocol);
  return new OutboundTexts().of(outbound, text) ?? text;
}
