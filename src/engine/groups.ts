import { prefixEnd } from '../store/key.js';
import type { Key, Transaction, Value } from '../store/store.js';
import { type GenerationKeys, seqOf } from './keys.js';
import { decodeTime, encodeTime, type MessageState, numbers, present } from './records.js';

/** What groups need of the queue they belong to. */
interface GroupsQueue {
  readonly tx: Transaction;
  readonly keys: GenerationKeys;
  state(enqueuedAt: number, seq: number): MessageState | undefined;
  stateOfIndex(enqueuedAt: number, seq: number): MessageState;
}

/** Where a group's first message stands. */
interface Head {
  readonly seq: number;
  readonly enqueuedAt: number;
  /** `new`: never received here, listed by when it was enqueued; otherwise listed by when it is visible. */
  readonly isNew: boolean;
  readonly at: number;
}

/**
 * The message groups of a FIFO queue. There is no lock: a group can be served when its first message is visible.
 *
 * G1  Every group with messages has one `G` record and one entry under `n` or `o`, both of its first message.
 * G2  Heads are put right by `save`, once a body has made all its changes; until then `touched` names the groups to look at.
 */
export class Groups {
  readonly #touched = new Set<string>();

  constructor(private readonly view: GroupsQueue) {}

  insert(state: MessageState): void {
    const { tx, keys } = this.view;
    const group = groupOf(state);
    tx.put(keys.groupMessage(group, state.seq), encodeTime(state.enqueuedAt));
    if (tx.get(keys.group(group)) === undefined && !this.#touched.has(group)) this.#write(group, headOf(state));
  }

  remove(state: MessageState): void {
    const group = groupOf(state);
    this.view.tx.delete(this.view.keys.groupMessage(group, state.seq));
    this.touch(state);
  }

  /** Notes that a message changed; only a group's first matters. */
  touch(state: MessageState): void {
    const group = groupOf(state);
    if (this.#touched.has(group)) return;
    if (this.#read(group)?.seq === state.seq) this.#touched.add(group);
  }

  /** Messages of a group in order, from a sequence number on. */
  messages(group: string, fromSeq: number, limit: number): readonly { readonly seq: number; readonly enqueuedAt: number }[] {
    const { tx, keys } = this.view;
    const entries = tx.range({ from: keys.groupMessage(group, fromSeq), to: prefixEnd(keys.groupMessages(group)), limit });
    return entries.map(({ key, value }) => ({ seq: seqOf(key), enqueuedAt: decodeTime(value) }));
  }

  save(): void {
    for (const group of this.#touched) {
      const before = this.#read(group);
      const after = this.#firstOf(group, before);
      if (before !== undefined) this.view.tx.delete(this.#headKey(group, before));
      if (after === undefined) this.view.tx.delete(this.view.keys.group(group));
      else this.#write(group, after);
    }
    this.#touched.clear();
  }

  /** The group's first message now: mostly the one that was first before, found without a range. */
  #firstOf(group: string, before: Head | undefined): Head | undefined {
    const same = before === undefined ? undefined : this.view.state(before.enqueuedAt, before.seq);
    if (same !== undefined) return headOf(same);
    const [first] = this.messages(group, 0, 1);
    return first === undefined ? undefined : headOf(this.view.stateOfIndex(first.enqueuedAt, first.seq));
  }

  #write(group: string, head: Head): void {
    this.view.tx.put(this.view.keys.group(group), encodeHead(head));
    this.view.tx.put(this.#headKey(group, head), present);
  }

  #read(group: string): Head | undefined {
    const value = this.view.tx.get(this.view.keys.group(group));
    return value === undefined ? undefined : decodeHead(value);
  }

  #headKey(group: string, head: Head): Key {
    return head.isNew ? this.view.keys.newHead(head.at, group) : this.view.keys.oldHead(head.at, group);
  }
}

function groupOf(state: MessageState): string {
  if (state.group === undefined) throw new Error(`message ${state.seq} of a FIFO queue has no group`);
  return state.group;
}

function headOf({ seq, enqueuedAt, claims, visibleAt }: MessageState): Head {
  const isNew = claims === 0;
  return { seq, enqueuedAt, isNew, at: isNew ? enqueuedAt : visibleAt };
}

function encodeHead(head: Head): Value {
  return numbers.encode([head.seq, head.enqueuedAt, head.isNew ? 1 : 0, head.at]);
}

function decodeHead(value: Value): Head {
  const [seq = 0, enqueuedAt = 0, isNew = 0, at = 0] = numbers.decode(value);
  return { seq, enqueuedAt, isNew: isNew === 1, at };
}
