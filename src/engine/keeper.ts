import type { QueueAddress } from '../base/ids.js';
import type { Catalogue } from './catalogue.js';
import type { Core } from './core.js';
import { moveExhausted } from './dead-letter.js';
import { catalogueKey, catalogueScope, deletedKey, deletedScope, queueScope } from './keys.js';
import { limits, never } from './limits.js';
import { readQueueRecord } from './queue-records.js';
import { catalogueRecord, deletedRecord } from './records.js';
import { isGone } from './turn.js';
import { dropExpired, firstSweepLimit, nextDuty, sweep, sweepGarbage } from './upkeep.js';

/**
 * The background duties of queues: dead-letter moves when nobody polls, retention, forgetting ids, sweeping what a
 * purge or a delete left. What is due is in the store; timers here are only hints, found again at start.
 *
 * K1  A queue with a duty has a timer at or before the time of its next duty, or is being tended.
 * K2  One queue is tended by one loop at a time, in transactions of bounded size.
 */
export class Keeper {
  readonly #timers = new Map<number, { readonly at: number; readonly timer: Disposable }>();
  readonly #tending = new Map<number, Promise<void>>();
  #stopped = false;

  constructor(
    private readonly core: Core,
    private readonly catalogue: Catalogue,
  ) {}

  /** A duty of the queue falls due at `at`. */
  note(id: number, at: number): void {
    const known = this.#timers.get(id);
    if (this.#stopped || at === never || (known !== undefined && known.at <= at)) return;
    known?.timer[Symbol.dispose]();
    this.#timers.set(id, { at, timer: this.core.clock.timer(at, () => this.#wake(id)) });
  }

  /** Moves every exhausted message that is due, before it resolves. */
  async moveDeadLetters(id: number): Promise<void> {
    let more = true;
    while (more && !this.#stopped) more = await this.#moveSome(id);
  }

  /** Does everything that is due now, before it resolves. */
  async tend(id: number): Promise<void> {
    const earlier = this.#tending.get(id) ?? Promise.resolve();
    const work = earlier.then(
      () => this.#tend(id), // K2
      () => this.#tend(id),
    );
    this.#tending.set(id, work);
    try {
      await work;
    } finally {
      if (this.#tending.get(id) === work) this.#tending.delete(id);
    }
  }

  /** Sweeps the keys of a deleted queue, and lets its name go once it may be used again. */
  async sweepDeleted(id: number, recreateAfterMs: number): Promise<void> {
    let limit = firstSweepLimit;
    for (let done = false; !done && !this.#stopped; ) {
      const swept = await this.core.store.transact([queueScope(id)], (tx) => sweep(tx, queueScope(id), limit));
      limit = swept.nextLimit;
      done = swept.done;
    }
    if (!this.#stopped) await this.#releaseName(id, recreateAfterMs);
  }

  /** Notes when the queue's next duty is due. */
  async schedule(id: number): Promise<void> {
    const at = await this.core.store.read([queueScope(id)], (tx) => {
      const found = readQueueRecord(tx, this.core.records, id);
      return found === undefined ? never : nextDuty(tx, found.record, found.keys);
    });
    this.note(id, at);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#timers.values()) timer[Symbol.dispose]();
    this.#timers.clear();
    await Promise.allSettled(this.#tending.values());
  }

  #wake(id: number): void {
    this.#timers.delete(id);
    this.tend(id).catch((fault: unknown) => {
      if (this.#stopped) return;
      this.core.report(`upkeep of queue ${id}`, fault);
      this.note(id, this.core.now() + limits.retryMs);
    });
  }

  async #tend(id: number): Promise<void> {
    await this.moveDeadLetters(id);
    for (let more = true; more && !this.#stopped; ) {
      const dropped = await this.core.change(id, dropExpired);
      if (isGone(dropped)) return;
      more = dropped;
    }
    this.core.signal(id); // an expired message may have held its group back
    let limit = firstSweepLimit;
    for (let done = false; !done && !this.#stopped; ) {
      const swept = await this.core.store.transact([queueScope(id)], (tx) => sweepGarbage(tx, id, limit));
      limit = swept.nextLimit;
      done = swept.done;
    }
    if (!this.#stopped) await this.schedule(id); // K1
  }

  async #moveSome(id: number): Promise<boolean> {
    const address = await this.#deadLetterTarget(id);
    const target = address === undefined ? undefined : await this.catalogue.find(address);
    const more = await this.core.changeTwo(id, target?.id, moveExhausted);
    this.core.signal(id);
    if (target !== undefined) {
      this.core.signal(target.id);
      await this.schedule(target.id);
    }
    return isGone(more) ? false : more;
  }

  #deadLetterTarget(id: number): Promise<QueueAddress | undefined> {
    return this.core.store.read([queueScope(id)], (tx) => readQueueRecord(tx, this.core.records, id)?.record.settings.deadLetter?.target);
  }

  async #releaseName(id: number, recreateAfterMs: number): Promise<void> {
    const now = this.core.now();
    const releaseAt = await this.core.store.transact([deletedScope, catalogueScope], (tx) => {
      const value = tx.get(deletedKey(id));
      if (value === undefined) return never;
      const { address, at } = deletedRecord.decode(value);
      if (at + recreateAfterMs > now) return at + recreateAfterMs;
      const entry = tx.get(catalogueKey(address));
      const mark = entry === undefined ? undefined : catalogueRecord.decode(entry);
      if (mark?.kind === 'deleted' && mark.id === id) tx.delete(catalogueKey(address));
      tx.delete(deletedKey(id));
      return never;
    });
    if (releaseAt === never || this.#stopped) return;
    const timer = this.core.clock.timer(releaseAt, () => {
      this.#timers.delete(id);
      this.#releaseName(id, recreateAfterMs).catch((fault: unknown) => this.core.report(`release of the name of queue ${id}`, fault));
    });
    this.#timers.set(id, { at: releaseAt, timer });
  }
}
