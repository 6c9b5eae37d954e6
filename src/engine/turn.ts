import { type NeedScopes, needScopes, type Scope, type Store, type Transaction } from '../store/store.js';
import type { QueueGone } from './engine.js';

/** What the bodies of a turn work on, and what is written back once all of them have run. */
export interface View {
  save(): void;
}

/** One call's change, and whoever waits for it. */
interface Change<V extends View> {
  /** What it reads and writes, in messages: with all the others of its turn it must stay within a body's budget (S7). */
  readonly weight: number;
  /** What it touches besides what the view belongs to. */
  readonly scopes: readonly Scope[];
  readonly body: (view: V) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (fault: unknown) => void;
}

/** What the changes were of is not there: a queue, or whatever else the subject of the turns is. */
export const gone: QueueGone = { kind: 'queueGone' };

export function isGone(outcome: unknown): outcome is QueueGone {
  return outcome === gone;
}

/** Whose changes may wait together. */
export interface TurnSubject<V extends View> {
  readonly store: Pick<Store, 'transact'>;
  readonly now: () => number;
  /** Undefined when there is nothing of this id. */
  readonly open: (tx: Transaction, id: number, now: number) => V | undefined;
  readonly scopesOf: (id: number) => readonly Scope[];
  /** What the changes of one turn weigh together. */
  readonly weightMax: number;
}

/** Brings changes into turns: those of one id that are called before the store has begun the transaction of an earlier one join it. */
export class Turns<V extends View> {
  /** By id: the turn that was begun last. */
  readonly #begun = new Map<number, Turn<V>>();

  constructor(private readonly subject: TurnSubject<V>) {}

  /** Without a weight it gets a turn of its own. */
  change<T>(
    id: number,
    body: (view: V) => T,
    weight: number = this.subject.weightMax,
    scopes: readonly Scope[] = [],
  ): Promise<T | QueueGone> {
    return new Promise((resolve, reject) => {
      const change: Change<V> = { weight, scopes, body, resolve: resolve as (result: unknown) => void, reject };
      const waiting = this.#begun.get(id);
      if (waiting?.takes(weight)) waiting.add(change, this.subject.now());
      else this.#begin(id, change);
    });
  }

  #begin(id: number, change: Change<V>): Turn<V> {
    const { store, now, scopesOf } = this.subject;
    const turn = new Turn(id, this.subject);
    turn.add(change, now());
    this.#begun.set(id, turn);
    const scopes = change.scopes.length === 0 ? scopesOf(id) : [...scopesOf(id), ...change.scopes];
    store.transact(scopes, turn.body).then(
      () => {
        this.#end(id, turn);
        turn.settle();
      },
      (fault: unknown) => {
        this.#end(id, turn);
        if (turn.spoilt && turn.changes.length > 1)
          for (const change of turn.changes) this.#begin(id, change).seal(); // N3
        else turn.fail(fault);
      },
    );
    return turn;
  }

  #end(id: number, turn: Turn<V>): void {
    if (this.#begun.get(id) === turn) this.#begun.delete(id);
  }
}

/**
 * The changes of one queue, or the publishes of one topic, that wait together. They share one body and one view, and so the reading and writing of
 * what all of them need: records and counters.
 *
 * N1  Changes run in the order of the calls; each sees what those before it did.
 * N2  Once the body has run, the turn takes no more changes: a body that runs again does the same.
 * N3  A change that throws spoils the turn: nothing of it is kept, and the changes are tried one by one, after what was called meanwhile.
 */
class Turn<V extends View> {
  readonly changes: Change<V>[] = [];
  #room: number;
  #now = 0;
  #closed = false;
  #results: unknown[] = [];
  #spoilt = false;

  constructor(
    private readonly id: number,
    private readonly subject: TurnSubject<V>,
  ) {
    this.#room = subject.weightMax;
  }

  takes(weight: number): boolean {
    return !this.#closed && weight <= this.#room;
  }

  /** The first change is always taken. */
  add(change: Change<V>, now: number): void {
    this.changes.push(change);
    this.#room -= change.weight;
    this.#now = Math.max(this.#now, now);
  }

  /** Takes no more changes. */
  seal(): void {
    this.#closed = true;
  }

  /** Whether the body that ran last failed by a fault of one of the changes. */
  get spoilt(): boolean {
    return this.#spoilt;
  }

  readonly body = (tx: Transaction): NeedScopes | undefined => {
    this.#closed = true; // N2
    this.#spoilt = false;
    const missing = this.changes.flatMap(({ scopes }) => scopes.filter((scope) => !tx.covers(scope)));
    if (missing.length > 0) return needScopes(...missing);
    const view = this.subject.open(tx, this.id, this.#now);
    if (view === undefined) {
      this.#results = this.changes.map(() => gone);
      return undefined;
    }
    this.#spoilt = true;
    this.#results = this.changes.map(({ body }) => body(view)); // N1
    view.save();
    this.#spoilt = false;
    return undefined;
  };

  /** It is durable. */
  settle(): void {
    for (const [index, { resolve }] of this.changes.entries()) resolve(this.#results[index]);
  }

  fail(fault: unknown): void {
    for (const { reject } of this.changes) reject(fault);
  }
}
