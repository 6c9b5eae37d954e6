import type { Clock } from '../base/clock.js';
import type { QueueAddress } from '../base/ids.js';
import type { Random } from '../base/random.js';
import type { Scope, Store } from '../store/store.js';
import type { QueueGone } from './engine.js';
import { queueScope } from './keys.js';
import { limits } from './limits.js';
import type { QueueRecords } from './queue-records.js';
import { QueueView } from './queue-view.js';
import { gone, Turns } from './turn.js';

/** A fault in background work, for the log. Foreground faults reject the caller's promise instead. */
export type Report = (what: string, fault: unknown) => void;

/** What every part of the engine works with. */
export class Core {
  readonly records: QueueRecords = new Map();
  readonly #turns: Turns<QueueView>;
  readonly #scopes = new Map<number, readonly Scope[]>();
  #lastNow = 0;

  constructor(
    readonly store: Store,
    readonly clock: Clock,
    readonly random: Random,
    readonly report: Report,
  ) {
    this.#turns = new Turns({
      store,
      now: () => this.now(),
      open: (tx, id, now) => QueueView.open(tx, this.records, id, now),
      scopesOf: (id) => this.#scopesOf(id),
      weightMax: limits.turnWeightMax,
    });
  }

  /** The time, never going back within this process. */
  now(): number {
    this.#lastNow = Math.max(this.#lastNow, this.clock.now());
    return this.#lastNow;
  }

  /**
   * Runs a body on one queue and saves what it touched. Bodies that wait together take one turn; `weight` is what this one
   * adds to it, in messages. Without a weight it gets a turn of its own.
   */
  change<T>(id: number, body: (view: QueueView) => T, weight?: number): Promise<T | QueueGone> {
    return this.#turns.change(id, body, weight);
  }

  /** Runs a body on two queues; the second may be the first, or gone. */
  changeTwo<T>(
    sourceId: number,
    targetId: number | undefined,
    body: (source: QueueView, target: QueueView | undefined) => T,
  ): Promise<T | QueueGone> {
    const now = this.now();
    const scopes =
      targetId === undefined || targetId === sourceId ? this.#scopesOf(sourceId) : [queueScope(sourceId), queueScope(targetId)];
    return this.store.transact(scopes, (tx) => {
      const source = QueueView.open(tx, this.records, sourceId, now);
      if (source === undefined) return gone;
      const target = targetId === sourceId ? source : targetId === undefined ? undefined : QueueView.open(tx, this.records, targetId, now);
      const result = body(source, target);
      source.save();
      if (target !== source) target?.save();
      return result;
    });
  }

  /** Tells this and every other process that messages of the queue may have become available. */
  signal(id: number): void {
    this.store.signal(`${messagesChannel}${id}`);
  }

  /** Tells this and every other process that there is a new queue. */
  signalCreated(address: QueueAddress): void {
    this.store.signal(`${createdChannel}${address}`);
  }

  onCreated(listener: (address: QueueAddress) => void): Disposable {
    return this.store.onSignal((channel) => {
      if (channel.startsWith(createdChannel)) listener(channel.slice(createdChannel.length) as QueueAddress);
    });
  }

  /** The scopes of several queues. */
  scopesOf(ids: readonly number[]): readonly Scope[] {
    return ids.flatMap((id) => this.#scopesOf(id));
  }

  #scopesOf(id: number): readonly Scope[] {
    const known = this.#scopes.get(id);
    if (known !== undefined) return known;
    if (this.#scopes.size >= limits.scopesCachedMax) this.#scopes.clear();
    const scopes = [queueScope(id)];
    this.#scopes.set(id, scopes);
    return scopes;
  }
}

export const messagesChannel = 'messages:';
const createdChannel = 'created:';
