import type { MessageId, QueueAddress } from '../../base/ids.js';
import { within } from '../../store/key.js';
import { limits } from '../limits.js';
import type { QueueView } from '../queue-view.js';
import { decodeReceipt } from '../receipt.js';
import { duplicateRecord, present } from '../records.js';
import { send } from '../send.js';
import { settle } from '../settle.js';
import { archiveMessage, forgetArchived } from './archive.js';
import {
  timeOfTopicExpiry,
  topicDuplicateExpiries,
  topicDuplicateExpiryKey,
  topicDuplicateKey,
  topicDuplicateOfExpiry,
} from './topic-keys.js';
import type { TopicView } from './topic-view.js';
import type { Delivery, PlannedEntry, PublishedEntry, PublishPlan, Undelivered } from './topics.js';

/** What a fan-out is given besides its plan, drawn before its transaction. */
export interface FanOutInputs {
  /** Ids of the queues that the plan's addresses named. */
  readonly queues: ReadonlyMap<QueueAddress, number>;
  /** One for each delivery, in order. */
  readonly messageIds: readonly MessageId[];
}

export type FanOutOutcome = { readonly kind: 'published'; readonly entries: readonly PublishedEntry[] } | { readonly kind: 'stale' };

/** One publish: deduplication, sequence numbers and every delivery. */
export function fanOut(view: TopicView, plan: PublishPlan, inputs: FanOutInputs): FanOutOutcome {
  if (view.counters.revision !== plan.revision) return { kind: 'stale' };
  return new FanOut(view, plan, inputs).run();
}

class FanOut {
  #messages = 0;

  constructor(
    private readonly view: TopicView,
    private readonly plan: PublishPlan,
    private readonly inputs: FanOutInputs,
  ) {}

  run(): FanOutOutcome {
    const { topic, entries } = this.plan;
    const fifo = topic.settings.ordering === 'fifo';
    this.#settle();
    const published = entries.map((entry) => (fifo ? this.#publishOnce(entry) : this.#publish(entry, 0)));
    if (fifo) this.#forget();
    this.#forgetArchived();
    return { kind: 'published', entries: published };
  }

  /** A deduplication id seen in the last five minutes delivers nothing. */
  #publishOnce(entry: PlannedEntry): PublishedEntry {
    const { tx, now } = this.view;
    const { id, settings } = this.plan.topic;
    const { group, deduplicationId, messageId } = entry;
    if (group === undefined || deduplicationId === undefined)
      throw new Error('an entry for a FIFO topic needs a group and a deduplication id');
    const scope = settings.deduplicationScope === 'group' ? group : '';
    const key = topicDuplicateKey(id, scope, deduplicationId);
    const value = tx.get(key);
    if (value !== undefined) {
      const first = duplicateRecord.decode(value);
      if (first.expiresAt > now) {
        this.#messages += entry.deliveries.length;
        return { kind: 'duplicate', messageId: first.messageId, sequence: first.seq, delivered: 0, redriven: 0, lost: 0, undelivered: [] };
      }
      tx.delete(topicDuplicateExpiryKey(id, first.expiresAt, scope, deduplicationId));
    }
    const expiresAt = now + limits.deduplicationWindowMs;
    const sequence = this.#nextSequence();
    tx.put(key, duplicateRecord.encode({ messageId, seq: sequence, expiresAt }));
    tx.put(topicDuplicateExpiryKey(id, expiresAt, scope, deduplicationId), present);
    return this.#publish(entry, sequence);
  }

  #publish({ messageId, deliveries, archived }: PlannedEntry, sequence: number): PublishedEntry {
    if (archived !== undefined) this.#archive(archived);
    const undelivered: Undelivered[] = [];
    let redrivenCount = 0;
    for (const [index, delivery] of deliveries.entries()) {
      const id = this.#nextId();
      const outcome = this.#deliver(delivery.target, delivery, sequence, id);
      if (outcome === 'delivered') continue;
      const redriven = this.#deliver(delivery.otherwise, delivery, sequence, id) === 'delivered';
      if (redriven) redrivenCount++;
      undelivered.push({ index, reason: outcome, redriven });
    }
    return {
      kind: 'published',
      messageId,
      sequence,
      delivered: deliveries.length - undelivered.length,
      redriven: redrivenCount,
      lost: undelivered.length - redrivenCount,
      undelivered,
    };
  }

  #deliver(address: QueueAddress | undefined, { message }: Delivery, sequence: number, id: MessageId): 'delivered' | Undelivered['reason'] {
    const queue = this.#queue(address);
    if (queue === undefined) return 'queueGone';
    const taken = message(sequence, queue.record);
    if (taken === undefined) return 'notTaken';
    send(queue, [taken], [id]);
    return 'delivered';
  }

  #nextSequence(): number {
    const { view } = this;
    view.counters = { ...view.counters, sequence: view.counters.sequence + 1 };
    return view.counters.sequence;
  }

  /** Messages of standard topics have a sequence number in the archive alone. */
  #archive(content: Buffer): void {
    const { view } = this;
    const { topic } = this.plan;
    if (topic.settings.ordering === 'standard') this.#nextSequence();
    view.counters = archiveMessage(view.tx, topic.id, view.counters, content, view.now);
  }

  #settle(): void {
    const { settles } = this.plan;
    const queue = this.#queue(settles?.queue);
    if (settles !== undefined && queue !== undefined) settle(queue, decodeReceipt(settles.receipt));
  }

  #queue(address: QueueAddress | undefined): QueueView | undefined {
    const id = address === undefined ? undefined : this.inputs.queues.get(address);
    return id === undefined ? undefined : this.view.queue(id);
  }

  #nextId(): MessageId {
    const id = this.inputs.messageIds[this.#messages++];
    if (id === undefined) throw new Error('fewer message ids than deliveries');
    return id;
  }

  /** As with ids: more are forgotten than were archived. */
  #forgetArchived(): void {
    const { view } = this;
    const { topic, entries, archiveMs } = this.plan;
    if (archiveMs === undefined) return;
    view.counters = forgetArchived(view.tx, topic.id, view.counters, view.now - archiveMs, entries.length + 1).counters;
  }

  /** Forgets more ids than it remembered, so that what is past its window does not pile up. */
  #forget(): void {
    const { tx, now } = this.view;
    const { topic, entries } = this.plan;
    for (const { key } of tx.range(within(topicDuplicateExpiries(topic.id), entries.length + 1))) {
      if (timeOfTopicExpiry(key) > now) break;
      tx.delete(topicDuplicateOfExpiry(topic.id, key));
      tx.delete(key);
    }
  }
}
