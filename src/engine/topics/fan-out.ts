import type { MessageId, QueueAddress } from '../../base/ids.js';
import { within } from '../../store/key.js';
import type { Transaction } from '../../store/store.js';
import { limits } from '../limits.js';
import type { QueueRecords } from '../queue-records.js';
import { QueueView } from '../queue-view.js';
import { decodeReceipt } from '../receipt.js';
import { duplicateRecord, present } from '../records.js';
import { send } from '../send.js';
import { settle } from '../settle.js';
import { archiveMessage, forgetArchived } from './archive.js';
import { readCounters, type TopicCounters, writeCounters } from './topic-counters.js';
import {
  timeOfTopicExpiry,
  topicDuplicateExpiries,
  topicDuplicateExpiryKey,
  topicDuplicateKey,
  topicDuplicateOfExpiry,
} from './topic-keys.js';
import type { Delivery, PlannedEntry, PublishedEntry, PublishPlan, TopicGone, Undelivered } from './topics.js';

/** What a fan-out is given besides its plan, drawn before its transaction. */
export interface FanOutInputs {
  readonly now: number;
  /** Ids of the queues that the plan's addresses named. */
  readonly queues: ReadonlyMap<QueueAddress, number>;
  /** One for each delivery, in order. */
  readonly messageIds: readonly MessageId[];
  readonly records: QueueRecords;
}

export type FanOutOutcome =
  | { readonly kind: 'published'; readonly entries: readonly PublishedEntry[] }
  | { readonly kind: 'stale' }
  | TopicGone;

/** The body of one publish: deduplication, sequence numbers and every delivery. */
export function fanOut(tx: Transaction, plan: PublishPlan, inputs: FanOutInputs): FanOutOutcome {
  const { topic, revision } = plan;
  const counters = readCounters(tx, topic.id);
  if (counters === undefined) return { kind: 'topicGone' };
  if (counters.revision !== revision) return { kind: 'stale' };
  return new FanOut(tx, plan, inputs, counters).run();
}

class FanOut {
  readonly #views = new Map<number, QueueView | undefined>();
  #counters: TopicCounters;
  #messages = 0;

  constructor(
    private readonly tx: Transaction,
    private readonly plan: PublishPlan,
    private readonly inputs: FanOutInputs,
    private readonly before: TopicCounters,
  ) {
    this.#counters = before;
  }

  run(): FanOutOutcome {
    const { topic, entries } = this.plan;
    const fifo = topic.settings.ordering === 'fifo';
    this.#settle();
    const published = entries.map((entry) => (fifo ? this.#publishOnce(entry) : this.#publish(entry, 0)));
    for (const view of this.#views.values()) view?.save();
    if (fifo) this.#forget();
    this.#forgetArchived();
    if (this.#counters !== this.before) writeCounters(this.tx, topic.id, this.#counters);
    return { kind: 'published', entries: published };
  }

  /** A deduplication id seen in the last five minutes delivers nothing. */
  #publishOnce(entry: PlannedEntry): PublishedEntry {
    const { tx } = this;
    const { id, settings } = this.plan.topic;
    const { group, deduplicationId, messageId } = entry;
    if (group === undefined || deduplicationId === undefined)
      throw new Error('an entry for a FIFO topic needs a group and a deduplication id');
    const scope = settings.deduplicationScope === 'group' ? group : '';
    const key = topicDuplicateKey(id, scope, deduplicationId);
    const value = tx.get(key);
    if (value !== undefined) {
      const first = duplicateRecord.decode(value);
      if (first.expiresAt > this.inputs.now) {
        this.#messages += entry.deliveries.length;
        return { kind: 'duplicate', messageId: first.messageId, sequence: first.seq, delivered: 0, redriven: 0, lost: 0, undelivered: [] };
      }
      tx.delete(topicDuplicateExpiryKey(id, first.expiresAt, scope, deduplicationId));
    }
    const expiresAt = this.inputs.now + limits.deduplicationWindowMs;
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

  #deliver(queue: QueueAddress | undefined, { message }: Delivery, sequence: number, id: MessageId): 'delivered' | Undelivered['reason'] {
    const view = this.#viewOf(queue);
    if (view === undefined) return 'queueGone';
    const taken = message(sequence, view.record);
    if (taken === undefined) return 'notTaken';
    send(view, [taken], [id]);
    return 'delivered';
  }

  #nextSequence(): number {
    this.#counters = { ...this.#counters, sequence: this.#counters.sequence + 1 };
    return this.#counters.sequence;
  }

  /** Messages of standard topics have a sequence number in the archive alone. */
  #archive(content: Buffer): void {
    const { topic } = this.plan;
    if (topic.settings.ordering === 'standard') this.#nextSequence();
    this.#counters = archiveMessage(this.tx, topic.id, this.#counters, content, this.inputs.now);
  }

  #settle(): void {
    const { settles } = this.plan;
    const view = this.#viewOf(settles?.queue);
    if (settles !== undefined && view !== undefined) settle(view, decodeReceipt(settles.receipt));
  }

  #viewOf(address: QueueAddress | undefined): QueueView | undefined {
    const id = address === undefined ? undefined : this.inputs.queues.get(address);
    if (id === undefined) return undefined;
    if (this.#views.has(id)) return this.#views.get(id);
    const view = QueueView.open(this.tx, this.inputs.records, id, this.inputs.now);
    this.#views.set(id, view);
    return view;
  }

  #nextId(): MessageId {
    const id = this.inputs.messageIds[this.#messages++];
    if (id === undefined) throw new Error('fewer message ids than deliveries');
    return id;
  }

  /** As with ids: more are forgotten than were archived. */
  #forgetArchived(): void {
    const { topic, entries, archiveMs } = this.plan;
    if (archiveMs === undefined) return;
    const before = this.inputs.now - archiveMs;
    this.#counters = forgetArchived(this.tx, topic.id, this.#counters, before, entries.length + 1).counters;
  }

  /** Forgets more ids than it remembered, so that what is past its window does not pile up. */
  #forget(): void {
    const { tx, inputs, plan } = this;
    const { id } = plan.topic;
    for (const { key } of tx.range(within(topicDuplicateExpiries(id), plan.entries.length + 1))) {
      if (timeOfTopicExpiry(key) > inputs.now) break;
      tx.delete(topicDuplicateOfExpiry(id, key));
      tx.delete(key);
    }
  }
}
