import type { MessageId, QueueAddress } from '../base/ids.js';
import type { ReadTransaction, Transaction } from '../store/store.js';
import { Counters } from './counters.js';
import { Groups } from './groups.js';
import type { GenerationKeys } from './keys.js';
import { type QueueRecords, readQueueRecord } from './queue-records.js';
import { ReadyMessages } from './ready-messages.js';
import {
  decodeBody,
  decodeState,
  encodeBody,
  encodeState,
  encodeTime,
  type MessageBody,
  type MessageState,
  type QueueRecord,
} from './records.js';
import { Tenants } from './tenants.js';

/** A message that enters a queue: new, or moved from another one. */
export interface Arrival {
  readonly messageId: MessageId;
  readonly content: Buffer;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly deadLetterSource: QueueAddress | undefined;
  readonly enqueuedAt: number;
  readonly visibleAt: number;
  readonly sentAt: number;
  readonly receives: number;
  /** Zero for a message that was never received. */
  readonly firstReceivedAt: number;
  /** It comes as received by a worker of the program. */
  readonly held: boolean;
}

/**
 * One queue as one transaction body sees and changes it. A view lives as long as its body, and serves all changes of a
 * turn. All changes of messages go through `insert`, `update` and `remove`, which keep every index and counter true:
 *
 * V1  A message has one `m` and one `b` record, and one index entry: `x` when exhausted; otherwise `v` (standard, no
 *     group) or `t` (standard with group). FIFO messages have `f` always, and `x` beside it when exhausted.
 * V2  `counters.total` is the number of `m` records, `exhausted` that of `x`, `tenanted` that of standard messages with a group.
 * V3  A message that was received here hides in the `inFlight` tally until `visibleAt`; a standard one that was not, in `delayed`.
 * V4  What is touched is written back by `save`, which a body calls last.
 */
export class QueueView {
  readonly counters: Counters;
  readonly tenants: Tenants;
  readonly groups: Groups;
  readonly ready: ReadyMessages;
  /** What the receives of the turn have done besides claiming, in writes or what takes as long. */
  receiveWork = 0;

  private constructor(
    readonly tx: Transaction,
    readonly record: QueueRecord,
    readonly keys: GenerationKeys,
    readonly now: number,
  ) {
    this.counters = Counters.load(tx, keys);
    this.counters.fold(tx, now);
    this.tenants = new Tenants(this);
    this.groups = new Groups(this);
    this.ready = new ReadyMessages(this);
  }

  /** Undefined when the queue is gone. `now` is fixed for the body. */
  static open(tx: Transaction, records: QueueRecords, id: number, now: number): QueueView | undefined {
    const found = readQueueRecord(tx, records, id);
    return found === undefined ? undefined : new QueueView(tx, found.record, found.keys, now);
  }

  get fifo(): boolean {
    return this.record.settings.ordering === 'fifo';
  }

  /** When a message is visible next, or since when it has been. */
  visibleAt(state: MessageState): number {
    if (this.fifo && state.claims === 0) return state.enqueuedAt + this.record.settings.delayMs;
    return state.visibleAt;
  }

  expired(state: MessageState): boolean {
    return state.enqueuedAt + this.record.settings.retentionMs <= this.now;
  }

  /** Whether its receives are used up, so that it is to move instead of being received again. */
  usedUp(state: MessageState): boolean {
    const { deadLetter } = this.record.settings;
    return deadLetter !== undefined && state.receivesHere >= deadLetter.maxReceives;
  }

  /**
   * The `visibleAt` to record for a message that is to be visible at `at`. While a tally still has buckets of the past to
   * fold, a message that never hid must not look as if it were counted in one (T1), so it is dated before them.
   */
  visibleFrom(at: number, group: string | undefined): number {
    if (at > this.now) return at;
    const ofTenant = group === undefined || this.fifo ? at : this.tenants.earliest(group) - 1;
    return Math.min(at, this.counters.inFlight.earliest - 1, this.counters.delayed.earliest - 1, ofTenant);
  }

  state(enqueuedAt: number, seq: number): MessageState | undefined {
    const value = this.tx.get(this.keys.state(enqueuedAt, seq));
    return value === undefined ? undefined : decodeState(enqueuedAt, seq, value);
  }

  /** The state that an index entry names; its absence would break V1. */
  stateOfIndex(enqueuedAt: number, seq: number): MessageState {
    const state = this.state(enqueuedAt, seq);
    if (state === undefined) throw new Error(`V1 broken: an index of queue ${this.record.id} names message ${seq}, which is not there`);
    return state;
  }

  body(seq: number): MessageBody {
    return bodyOf(this.tx, this.keys, seq);
  }

  insert(arrival: Arrival): MessageState {
    const { counters, tx, keys } = this;
    const seq = counters.nextSeq++;
    const enqueuedAt = this.fifo ? Math.max(arrival.enqueuedAt, counters.lastEnqueuedAt) : arrival.enqueuedAt;
    const state: MessageState = {
      enqueuedAt,
      seq,
      visibleAt: this.visibleFrom(arrival.visibleAt, arrival.group),
      claims: arrival.held ? 1 : 0,
      receives: arrival.receives,
      receivesHere: arrival.held ? 1 : 0,
      claimedAt: arrival.held ? this.now : 0,
      firstReceivedAt: arrival.firstReceivedAt,
      sentAt: arrival.sentAt,
      group: arrival.group,
      exhausted: false,
      held: arrival.held,
    };
    tx.put(keys.state(enqueuedAt, seq), encodeState(state));
    tx.put(keys.body(seq), encodeBody(arrival));
    counters.total++;
    counters.changed();
    if (this.fifo) {
      counters.lastEnqueuedAt = enqueuedAt;
      this.groups.insert(state);
    } else {
      this.#index(state);
      this.#hide(state);
    }
    return state;
  }

  update(before: MessageState, after: MessageState): void {
    this.tx.put(this.keys.state(after.enqueuedAt, after.seq), encodeState(after));
    this.#unhide(before);
    this.#hide(after);
    if (before.visibleAt !== after.visibleAt || before.exhausted !== after.exhausted) {
      this.#unindex(before);
      this.#index(after);
    } else this.ready.stays(after);
    if (this.fifo) this.groups.touch(after);
    this.counters.changed();
  }

  remove(state: MessageState): void {
    this.tx.delete(this.keys.state(state.enqueuedAt, state.seq));
    this.tx.delete(this.keys.body(state.seq));
    this.#unhide(state);
    this.#unindex(state);
    if (this.fifo) this.groups.remove(state);
    this.counters.total--;
    this.counters.changed();
  }

  /** Puts the heads of tenants and groups right: before they are read, and at the end. */
  arrangeHeads(): void {
    this.tenants.save();
    this.groups.save();
  }

  save(): void {
    this.arrangeHeads();
    this.counters.save(this.tx);
  }

  #index(state: MessageState): void {
    const { tx, keys, counters } = this;
    if (state.exhausted) {
      tx.put(keys.exhausted(state.visibleAt, state.seq), encodeTime(state.enqueuedAt));
      counters.exhausted++;
    } else if (this.fifo) return;
    else if (state.group === undefined) {
      const key = keys.ready(state.visibleAt, state.seq);
      tx.put(key, encodeTime(state.enqueuedAt));
      this.ready.added(state.visibleAt, key);
    } else this.tenants.index(state, state.group);
    if (!this.fifo && state.group !== undefined) counters.tenanted++;
  }

  #unindex(state: MessageState): void {
    const { tx, keys, counters } = this;
    if (state.exhausted) {
      tx.delete(keys.exhausted(state.visibleAt, state.seq));
      counters.exhausted--;
    } else if (this.fifo) return;
    else if (state.group === undefined) {
      tx.delete(keys.ready(state.visibleAt, state.seq));
      this.ready.removed(state);
    } else this.tenants.unindex(state, state.group);
    if (!this.fifo && state.group !== undefined) counters.tenanted--;
  }

  #hide(state: MessageState): void {
    if (state.visibleAt <= this.now) return;
    if (state.claims > 0) {
      this.counters.inFlight.hide(state.visibleAt);
      if (!this.fifo && state.group !== undefined) this.tenants.hide(state.group, state.visibleAt);
    } else if (!this.fifo) this.counters.delayed.hide(state.visibleAt);
  }

  #unhide(state: MessageState): void {
    if (state.claims > 0) {
      this.counters.inFlight.unhide(state.visibleAt);
      if (!this.fifo && state.group !== undefined) this.tenants.unhide(state.group, state.visibleAt);
    } else if (!this.fifo) this.counters.delayed.unhide(state.visibleAt);
  }
}

export function bodyOf(tx: ReadTransaction, keys: GenerationKeys, seq: number): MessageBody {
  const value = tx.get(keys.body(seq));
  if (value === undefined) throw new Error(`V1 broken: message ${seq} has a state but no body`);
  return decodeBody(value);
}
