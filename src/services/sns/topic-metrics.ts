import type { TopicAddress } from '../../base/ids.js';
import type { Counter, Meter } from '../../base/meter.js';
import type { ArchiveSurvey } from './archive-survey.js';
import type { FilteredOut } from './routes.js';

type OfTopic = Counter<'topic'>;

/** What a transaction did for queues, or an attempt at another endpoint. */
export interface NotificationCounts {
  readonly delivered: number;
  readonly failed: number;
  /** To dead-letter queues, and that those did not take. */
  readonly redriven: number;
  readonly redriveFailed: number;
}

/**
 * The numbers that CloudWatch has of topics; developer guide, "Monitoring Amazon SNS topics using CloudWatch". docs/operations.md says which
 * is which.
 */
export class TopicMetrics {
  readonly #published: OfTopic;
  readonly #size;
  readonly #delivered: OfTopic;
  readonly #failed: OfTopic;
  readonly #filteredOut: Counter<'topic' | 'reason'>;
  readonly #redriven: OfTopic;
  readonly #redriveFailed: OfTopic;
  readonly #replayed: OfTopic;
  readonly #replayFailed: OfTopic;

  constructor(meter: Meter, archives: ArchiveSurvey) {
    const ofTopic = (name: string, help: string): OfTopic => meter.counter({ name: `signalbox_sns_${name}`, help, labels: ['topic'] });
    this.#published = ofTopic('messages_published_total', 'Messages accepted, duplicates on FIFO topics left out');
    this.#size = meter.histogram({
      name: 'signalbox_sns_publish_size_bytes',
      help: 'Body and attributes of published messages',
      labels: ['topic'],
      bounds: [1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576],
    });
    this.#delivered = ofTopic('notifications_delivered_total', 'Notifications that their endpoints took');
    this.#failed = ofTopic(
      'notifications_failed_total',
      'Notifications that were not delivered; to HTTP endpoints, every attempt that failed',
    );
    this.#filteredOut = meter.counter({
      name: 'signalbox_sns_notifications_filtered_out_total',
      help: 'Notifications that filter policies kept back, by what about the message they did not accept',
      labels: ['topic', 'reason'],
    });
    this.#redriven = ofTopic('notifications_redriven_total', 'Notifications that went to a dead-letter queue');
    this.#redriveFailed = ofTopic(
      'notifications_redrive_failed_total',
      'Notifications that no dead-letter queue took though one was named',
    );
    this.#replayed = ofTopic('replayed_notifications_delivered_total', 'Replayed notifications that their queues took');
    this.#replayFailed = ofTopic('replayed_notifications_failed_total', 'Replayed notifications that their queues did not take');
    meter.gauge({ name: 'signalbox_sns_archived_messages', help: 'Messages in the archive', labels: ['topic'] }, async () =>
      (await archives.sizes()).map(({ topic, messages }) => ({ labels: { topic }, value: messages })),
    );
    meter.gauge({ name: 'signalbox_sns_archived_bytes', help: 'Bytes of the archive', labels: ['topic'] }, async () =>
      (await archives.sizes()).map(({ topic, bytes }) => ({ labels: { topic }, value: bytes })),
    );
  }

  published(topic: TopicAddress, bytes: number, filteredOut: readonly FilteredOut[]): void {
    this.#published.add({ topic });
    this.#size.observe({ topic }, bytes);
    for (const { reason, count } of filteredOut) this.#filteredOut.add({ topic, reason }, count);
  }

  notified(topic: TopicAddress, counts: Partial<NotificationCounts>): void {
    const { delivered = 0, failed = 0, redriven = 0, redriveFailed = 0 } = counts;
    if (delivered > 0) this.#delivered.add({ topic }, delivered);
    if (failed > 0) this.#failed.add({ topic }, failed);
    if (redriven > 0) this.#redriven.add({ topic }, redriven);
    if (redriveFailed > 0) this.#redriveFailed.add({ topic }, redriveFailed);
  }

  replayed(topic: TopicAddress, { delivered, failed }: Pick<NotificationCounts, 'delivered' | 'failed'>): void {
    if (delivered > 0) this.#replayed.add({ topic }, delivered);
    if (failed > 0) this.#replayFailed.add({ topic }, failed);
  }
}
