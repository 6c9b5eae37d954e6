import { checkKey, checkRange, latin1, ScopeGuard } from '../../src/store/scope-guard.js';
import {
  type Entry,
  endlessScopes,
  type Key,
  NeedScopes,
  type Range,
  type Read,
  type ReadTransaction,
  type Scope,
  type Store,
  StoreError,
  type StoreObserver,
  scopeRoundsMax,
  type Transaction,
  type Value,
} from '../../src/store/store.js';
import { Loaded, NotLoaded } from './loaded.js';

export interface LateLoadingOptions {
  readonly observer?: StoreObserver;
  /** Bodies that are combined at most. Default 32. */
  readonly groupMax?: number;
}

/** A body that still is not satisfied after this many runs reads something new every time. */
const passesMax = 1_000;

interface Job {
  readonly body: (tx: Transaction) => unknown;
  readonly prefetch: readonly Read[];
  scopes: readonly Scope[];
  guard: ScopeGuard;
  rounds: number;
  result: Result;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

type Result =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'missed'; readonly read: Read }
  | { readonly kind: 'needs'; readonly scopes: readonly Scope[] };

/**
 * A store over another one that it reads asynchronously, the way an adapter for a remote database works: bodies that wait
 * are combined, run on what is loaded, and run again, all of them, when one touches what is not. Their writes then go
 * into one transaction of the inner store.
 */
export function createLateLoadingStore(inner: Store, options: LateLoadingOptions = {}): Store {
  return new LateLoadingStore(inner, options);
}

class LateLoadingStore implements Store {
  readonly #inner: Store;
  readonly #options: LateLoadingOptions;
  #waiting: Job[] = [];
  #working: Promise<void> | undefined;
  #running = false;
  #closed = false;

  constructor(inner: Store, options: LateLoadingOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  transact<T>(scopes: readonly Scope[], body: (tx: Transaction) => T | NeedScopes, prefetch: readonly Read[] = []): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'the store is closed'));
    if (this.#running) return Promise.reject(new Error('the store was called within a body: bodies do not nest'));
    return new Promise<T>((resolve, reject) => {
      const result: Result = { kind: 'threw', error: new Error('a body was settled before it ran') };
      this.#waiting.push({ body, prefetch, scopes, guard: new ScopeGuard(scopes), rounds: 0, result, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  read<T>(scopes: readonly Scope[], body: (tx: ReadTransaction) => T | NeedScopes): Promise<T> {
    return this.transact(scopes, (tx) =>
      body({ covers: (scope) => tx.covers(scope), get: (key) => tx.get(key), range: (range) => tx.range(range) }),
    );
  }

  signal(channel: string): void {
    this.#inner.signal(channel);
  }

  onSignal(listener: (channel: string) => void): Disposable {
    return this.#inner.onSignal(listener);
  }

  space(): 'ok' | 'low' {
    return this.#inner.space();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    await this.#inner.close();
  }

  async #work(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, this.#options.groupMax ?? 32);
      try {
        await this.#commit(group);
        for (const { result, resolve, reject } of group) {
          if (result.kind === 'returned') resolve(result.value as never);
          else reject(result.kind === 'threw' ? result.error : new Error(`a body was left ${result.kind}`));
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#working = undefined;
  }

  async #commit(group: readonly Job[]): Promise<void> {
    const loaded = new Loaded();
    await this.#load(
      loaded,
      group.flatMap((job) => job.prefetch),
    );
    for (let pass = 0; pass < passesMax; pass++) {
      const missing = this.#pass(loaded, group);
      if (missing === 'none') return this.#write(loaded, group);
      await this.#load(loaded, missing);
    }
    throw new Error(`bodies were not satisfied after ${passesMax} runs`);
  }

  /** Runs all bodies in order on what is loaded. What it returns is to be loaded before they all run again. */
  #pass(loaded: Loaded, group: readonly Job[]): readonly Read[] | 'none' {
    const missing: Read[] = [];
    let again = false;
    loaded.dropWrites();
    this.#running = true;
    for (const job of group) {
      job.result = runOn(loaded, job);
      if (job.result.kind === 'missed') missing.push(job.result.read);
      if (job.result.kind === 'needs') {
        addScopes(job, job.result.scopes);
        again = true;
      }
    }
    this.#running = false;
    return again || missing.length > 0 ? missing : 'none';
  }

  async #load(loaded: Loaded, reads: readonly Read[]): Promise<void> {
    for (const read of reads) {
      switch (read.kind) {
        case 'key': {
          const value = await this.#inner.read([read.key], (tx) => tx.get(read.key));
          loaded.addKey(latin1(read.key), value);
          break;
        }
        case 'range': {
          const entries = await this.#inner.read(everything, (tx) => tx.range(read.range));
          loaded.addRange(read.range, entries);
          break;
        }
      }
    }
  }

  async #write(loaded: Loaded, group: readonly Job[]): Promise<void> {
    const writes = loaded.writes();
    if (writes.length > 0) {
      await this.#inner.transact(
        group.flatMap((job) => job.scopes),
        (tx) => {
          for (const { key, value } of writes) {
            if (value === undefined) tx.delete(key);
            else tx.put(key, value);
          }
        },
      );
    }
    this.#options.observer?.committed(group.length, 0);
  }
}

/** The adapter itself may load across scopes; bodies are held to theirs by the guard. */
const everything: readonly Scope[] = [Buffer.alloc(0)];

function runOn(loaded: Loaded, job: Job): Result {
  const tx = new LateTransaction(loaded, job.guard);
  const mark = loaded.mark();
  const result = resultOf(job, tx);
  tx.end();
  if (result.kind !== 'returned') loaded.undoTo(mark);
  return result;
}

function addScopes(job: Job, scopes: readonly Scope[]): void {
  job.rounds++;
  job.scopes = [...job.scopes, ...scopes];
  job.guard = new ScopeGuard(job.scopes);
}

function resultOf(job: Job, tx: LateTransaction): Result {
  try {
    const value = job.body(tx);
    if (tx.missed !== undefined) return { kind: 'missed', read: tx.missed };
    if (value instanceof Promise) return { kind: 'threw', error: new Error('a body returned a promise: bodies are synchronous') };
    if (!(value instanceof NeedScopes)) return { kind: 'returned', value };
    return job.rounds < scopeRoundsMax ? { kind: 'needs', scopes: value.scopes } : { kind: 'threw', error: endlessScopes() };
  } catch (error) {
    // Whatever a body makes of the interruption, it counts as one.
    return tx.missed === undefined ? { kind: 'threw', error } : { kind: 'missed', read: tx.missed };
  }
}

class LateTransaction implements Transaction {
  missed: Read | undefined;
  #over = false;

  constructor(
    private readonly loaded: Loaded,
    private readonly guard: ScopeGuard,
  ) {}

  covers(scope: Scope): boolean {
    return this.guard.covers(latin1(scope));
  }

  get(key: Key): Value | undefined {
    const name = this.#admit(key);
    const found = this.#orMiss(() => this.loaded.get(name));
    return found === undefined ? undefined : Buffer.from(found);
  }

  range(range: Range): readonly Entry[] {
    checkRange(range);
    this.#assertOpen();
    const from = latin1(range.from);
    const to = latin1(range.to);
    if (from >= to || range.limit === 0) return [];
    this.guard.range(from, to);
    return this.#orMiss(() => this.loaded.range(from, to, range.limit, range.reverse === true));
  }

  put(key: Key, value: Value): void {
    this.loaded.write(this.#admit(key), Buffer.from(value));
  }

  delete(key: Key): void {
    this.loaded.write(this.#admit(key), undefined);
  }

  end(): void {
    this.#over = true;
  }

  #orMiss<T>(look: () => T): T {
    try {
      return look();
    } catch (error) {
      if (error instanceof NotLoaded) this.missed ??= error.read;
      throw error;
    }
  }

  #admit(key: Key): string {
    this.#assertOpen();
    checkKey(key);
    const name = latin1(key);
    this.guard.key(name);
    return name;
  }

  #assertOpen(): void {
    if (this.#over) throw new Error('a transaction was used after its body returned');
  }
}
