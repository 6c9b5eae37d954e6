import type { Entry, Key, ReadTransaction } from '../store/store.js';
import { type GenerationKeys, seqOf, timeOf } from './keys.js';
import { decodeTime, type MessageState } from './records.js';

/** What the list needs of the queue it belongs to. */
interface ReadyQueue {
  readonly tx: ReadTransaction;
  readonly keys: GenerationKeys;
  readonly now: number;
}

const readAheadMax = 64;

/**
 * The visible messages without a group of a standard queue, by how long they have been visible. The receives of a turn
 * take from one list, which reads ahead once they go on asking: a range costs ten times what one more entry of it does.
 *
 * R1  A pass gets what was visible when it began, in order; none that is no longer visible.
 * R2  What is listed during a pass is for the next one, unless the pass reads on and comes upon it: a message that did not
 *     hide may so be met twice, and the pass knows which it has met.
 */
export class ReadyMessages {
  /** Read and not yet handed out, from `#next` on. */
  #page: readonly Entry[] = [];
  #next = 0;
  /** Where the page ends and reading goes on. */
  #from: Key;
  #reads = 0;
  #atEnd = false;
  /** The first of those that became visible since the pass began. */
  #firstAdded: Key | undefined;

  constructor(private readonly view: ReadyQueue) {
    this.#from = view.keys.readyAll();
  }

  /** A pass begins. */
  begin(): void {
    if (this.#firstAdded === undefined) return;
    const position = this.#page[this.#next]?.key ?? this.#from;
    if (this.#firstAdded.compare(this.#from) < 0) {
      this.#from = this.#firstAdded.compare(position) < 0 ? this.#firstAdded : position;
      this.#page = [];
      this.#next = 0;
    }
    this.#atEnd = false;
    this.#firstAdded = undefined;
  }

  /** The next one for a pass that would take `wanted` more. */
  next(wanted: number): { readonly enqueuedAt: number; readonly seq: number } | undefined {
    if (this.#next === this.#page.length && !this.#atEnd) this.#read(wanted);
    const entry = this.#page[this.#next];
    if (entry === undefined) return undefined;
    this.#next++;
    return { enqueuedAt: decodeTime(entry.value), seq: seqOf(entry.key) };
  }

  /** A message was listed. */
  added(visibleAt: number, key: Key): void {
    if (visibleAt > this.view.now) return;
    if (this.#firstAdded === undefined || key.compare(this.#firstAdded) < 0) this.#firstAdded = key;
  }

  /** A message that may have been handed out is listed where it was: it did not hide. */
  stays(state: MessageState): void {
    if (state.group !== undefined || state.exhausted) return;
    this.added(state.visibleAt, this.view.keys.ready(state.visibleAt, state.seq));
  }

  /** A message is listed no longer. */
  removed({ visibleAt, seq }: MessageState): void {
    if (visibleAt > this.view.now || this.#next === this.#page.length) return;
    const handedOut = this.#page[this.#next - 1];
    if (handedOut !== undefined && seqOf(handedOut.key) === seq) return;
    this.#page = this.#page.slice(this.#next).filter(({ key }) => seqOf(key) !== seq);
    this.#next = 0;
  }

  #read(wanted: number): void {
    const { tx, keys, now } = this.view;
    const limit = Math.max(wanted, Math.min(wanted * 4 ** this.#reads++, readAheadMax));
    this.#page = tx.range({ from: this.#from, to: keys.ready(now + 1, 0), limit });
    this.#next = 0;
    this.#atEnd = this.#page.length < limit;
    const last = this.#page.at(-1);
    if (last !== undefined) this.#from = keys.ready(timeOf(last.key), seqOf(last.key) + 1);
  }
}
