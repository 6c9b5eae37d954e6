import type { Clock } from '../../base/clock.js';
import type { Queue } from '../../engine/engine.js';
import { limits } from './limits.js';
import type { ReceivedRecord } from './record.js';
import type { RecordStore } from './record-store.js';
import { type Repetition, repetitionOf } from './repetition.js';
import type { SpooledRecord } from './spool-trailer.js';

export interface PendingDependencies {
  readonly records: Pick<RecordStore, 'accept' | 'withKeys'>;
  /** Where messages go that start workflows; undefined: the disk is full. */
  readonly queueOf: (pipeline: string) => Promise<Queue | undefined>;
  /** A record that turned out to be known: its file is not wanted. */
  readonly dropped: (record: ReceivedRecord) => Promise<void>;
  /** Whether uploads are under way: these go first. */
  readonly isBusy: () => boolean;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

export type Outcome =
  | { readonly kind: 'accepted'; readonly record: ReceivedRecord }
  | Repetition
  /** The store takes no records at present. */
  | { readonly kind: 'heldUp' };

/** A record on the way to its receipt, or between that and its transaction. */
interface Entry extends SpooledRecord {
  /** Whether it came to be durable. */
  readonly sealed: Promise<boolean>;
  readonly settle: (sealed: boolean) => void;
}

/**
 * The records that are durable in the spool and not yet in the store. Receipts do not wait for the store: it gets records in the order of their receipts,
 * many in one transaction.
 *
 * W1  What is acknowledged comes into the store once: now, when the store takes writes again, or after the next start, from the spool.
 * W2  A key belongs to one record from before that is durable until it is in the store, which holds it from then on.
 * W3  Whoever waits for a record to be in the store hastens that.
 * W4  While the store takes nothing, nothing more is acknowledged.
 */
export class PendingRecords {
  readonly #byKey = new Map<string, Entry>();
  /** Sealed, by their ids, oldest first. */
  readonly #waiting = new Map<string, Entry>();
  #timer: NodeJS.Timeout | undefined;
  /** How often uploads were let go before what waits. */
  #looks = 0;
  #storing: Promise<void> | undefined;
  /** From a transaction that failed to the next one that does not. */
  #isHeldUp = false;
  #again: Disposable | undefined;
  #isStopped = false;

  constructor(private readonly dependencies: PendingDependencies) {}

  get isHeldUp(): boolean {
    return this.#isHeldUp;
  }

  /** `seal` makes it durable: it is called once nothing stands against that. Rejects with its fault; nothing is known of the record then. */
  async accept(spooled: SpooledRecord, seal: () => Promise<void>): Promise<Outcome> {
    const { record } = spooled;
    for (let others = this.#others(spooled); others.length > 0; others = this.#others(spooled)) {
      const sealed = await Promise.all(others.map((other) => other.sealed));
      const repeated = sealed.includes(false) ? undefined : await this.#repetition(spooled, others);
      if (repeated !== undefined) return repeated;
    }
    const entry = this.#enter(spooled); // W2: nothing was awaited since there were no others
    try {
      const repeated = await this.#repetition(spooled, []);
      if (repeated === undefined) await this.#room();
      if (repeated !== undefined || this.#isHeldUp) {
        this.#leave(entry);
        return repeated ?? { kind: 'heldUp' }; // W4
      }
      await seal();
    } catch (fault) {
      this.#leave(entry);
      throw fault;
    }
    this.#enqueue(entry);
    return { kind: 'accepted', record };
  }

  /** From the spool, after a start: before anything is accepted. */
  recover(spooled: SpooledRecord): void {
    this.#enqueue(this.#enter(spooled));
  }

  /** Resolves when the record is in the store, or is no pending one; without an id, when all are that wait now. False: the store takes nothing. */
  async stored(messageID: string | undefined = [...this.#waiting.keys()].at(-1)): Promise<boolean> {
    while (messageID !== undefined && this.#waiting.has(messageID)) {
      if (this.#isHeldUp) return false;
      this.#hasten();
      await this.#storing;
    }
    return true;
  }

  /** Resolves when all is in the store, or the store takes nothing. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#again?.[Symbol.dispose]();
    await this.stored();
    clearTimeout(this.#timer);
  }

  #others({ record, onceKeys }: SpooledRecord): readonly Entry[] {
    return [...new Set(onceKeys.flatMap((key) => this.#byKey.get(keyIn(record.pipeline, key)) ?? []))];
  }

  async #repetition({ record, onceKeys }: SpooledRecord, others: readonly Entry[]): Promise<Repetition | undefined> {
    const stored = await this.dependencies.records.withKeys(record.pipeline, onceKeys);
    return repetitionOf([...others.map((other) => other.record), ...stored], record);
  }

  #enter(spooled: SpooledRecord): Entry {
    let settle: Entry['settle'] = () => {};
    const sealed = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const entry = { ...spooled, sealed, settle };
    for (const key of entry.onceKeys) this.#byKey.set(keyIn(entry.record.pipeline, key), entry);
    return entry;
  }

  #leave(entry: Entry): void {
    const { record, onceKeys } = entry;
    this.#waiting.delete(record.messageID);
    for (const key of onceKeys) {
      const name = keyIn(record.pipeline, key);
      if (this.#byKey.get(name) === entry) this.#byKey.delete(name);
    }
    entry.settle(false); // says nothing to who has heard that it is sealed
  }

  #enqueue(entry: Entry): void {
    this.#waiting.set(entry.record.messageID, entry);
    entry.settle(true);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#waiting.size >= limits.storedTogetherMax) this.#hasten();
    else if (this.#waiting.size > 0 && !this.#isHeldUp) this.#timer ??= setTimeout(() => this.#look(), limits.storedLookMs);
  }

  #look(): void {
    this.#timer = undefined;
    if (this.dependencies.isBusy() && ++this.#looks < limits.storedLooksMax) this.#schedule();
    else this.#hasten();
  }

  async #room(): Promise<void> {
    while (this.#waiting.size >= limits.pendingMax && !this.#isHeldUp) {
      this.#hasten();
      await this.#storing;
    }
  }

  /** W3 */
  #hasten(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#looks = 0;
    if (!this.#isHeldUp) this.#begin();
  }

  #begin(): void {
    this.#storing ??= this.#store().finally(() => {
      this.#storing = undefined;
      this.#schedule();
    });
  }

  async #store(): Promise<void> {
    // One by one once it has failed, so that no record stands in the way of others.
    const batch = [...this.#waiting.values()].slice(0, this.#isHeldUp ? 1 : limits.storedTogetherMax);
    try {
      await this.#transact(batch);
      for (const entry of batch) this.#leave(entry);
      this.#isHeldUp = false;
    } catch (fault) {
      this.#holdUp(batch, fault);
    }
  }

  async #transact(batch: readonly Entry[]): Promise<void> {
    const { records, queueOf, dropped } = this.dependencies;
    const requests = await Promise.all(
      batch.map(async ({ record, onceKeys }) => {
        const queue = await queueOf(record.pipeline);
        if (queue === undefined) throw new Error('the disk is nearly full');
        return { record, onceKeys, queue };
      }),
    );
    const outcomes = await records.accept(requests);
    if (outcomes.some(({ kind }) => kind === 'queueGone')) throw new Error('the queue of accepted records is gone');
    // Only what was never acknowledged can be known: its process died while it was sealed, or its file could not be flushed, and it was sent again.
    for (const [at, { kind }] of outcomes.entries()) if (kind !== 'accepted') await dropped((batch[at] as Entry).record);
  }

  /** W1, W4 */
  #holdUp(batch: readonly Entry[], fault: unknown): void {
    const { clock, report } = this.dependencies;
    this.#isHeldUp = true;
    const [only, ...others] = batch;
    if (only !== undefined && others.length === 0 && !isStoreFault(fault)) {
      this.#waiting.delete(only.record.messageID);
      this.#waiting.set(only.record.messageID, only); // the others first
    }
    report('putting records into the store: they are safe in the spool, and it is tried again', fault);
    if (!this.#isStopped) this.#again = clock.timer(clock.now() + limits.storedAgainMs, () => this.#begin());
  }
}

/** The store itself failed, whatever it was given. */
function isStoreFault(fault: unknown): boolean {
  return typeof (fault as { readonly fault?: unknown }).fault === 'string';
}

function keyIn(pipeline: string, key: string): string {
  return `${pipeline}/${key}`;
}
