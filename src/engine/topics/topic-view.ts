import type { Transaction } from '../../store/store.js';
import type { QueueRecords } from '../queue-records.js';
import { QueueView } from '../queue-view.js';
import { readCounters, type TopicCounters, writeCounters } from './topic-counters.js';

/**
 * One topic, and the queues that its messages go to, as one transaction body sees and changes them. A view lives as long as its body, and serves all
 * publishes of a turn: what they have in common is read and written once.
 */
export class TopicView {
  readonly #queues = new Map<number, QueueView | undefined>();

  private constructor(
    readonly tx: Transaction,
    readonly now: number,
    private readonly id: number,
    private readonly records: QueueRecords,
    private readonly before: TopicCounters,
    public counters: TopicCounters,
  ) {}

  /** Undefined when the topic is gone. `now` is fixed for the body. */
  static open(tx: Transaction, records: QueueRecords, id: number, now: number): TopicView | undefined {
    const counters = readCounters(tx, id);
    return counters && new TopicView(tx, now, id, records, counters, counters);
  }

  /** Undefined when the queue is gone. */
  queue(id: number): QueueView | undefined {
    if (this.#queues.has(id)) return this.#queues.get(id);
    const view = QueueView.open(this.tx, this.records, id, this.now);
    this.#queues.set(id, view);
    return view;
  }

  save(): void {
    for (const view of this.#queues.values()) view?.save();
    if (this.counters !== this.before) writeCounters(this.tx, this.id, this.counters);
  }
}
