/**
 * The Store port: an ordered, transactional key-value store. Keys sort in byte order, values are bytes,
 * transactions are serializable. Everything that must survive lives behind it.
 *
 * The rules of the port. Adapters are held to them by `test/conformance/store.ts`.
 *
 * S1  `transact` resolves when its writes are durable, never before.
 * S2  A body is synchronous, depends on nothing but `tx` and values given to it, and may be run again:
 *     it has no effects and writes nothing outside. No async, no nesting.
 * S3  A body that throws leaves nothing behind; bodies committed together with it keep everything.
 *     Refusals that are part of the business are returned, not thrown.
 * S4  `range` has a limit and returns an array. Values and keys are the body's own copies and are never mutated.
 * S5  A scope is a key prefix. A body touches only keys inside its scopes. One that finds out late which scope it
 *     needs asks `tx.covers(scope)` and returns `needScopes(scope)` when it does not: its writes are dropped and it is
 *     run again with those scopes added.
 * S6  Calls of one process on one scope commit in call order. `read` is one snapshot, at least as new as
 *     the process's own last acknowledged commit.
 * S7  A body has a budget: about 1,000 writes, 4 MiB, 10 ms.
 * S8  Signals are hints: whoever waits also re-checks at least once a second.
 */
export interface Store {
  transact<T>(scopes: readonly Scope[], body: (tx: Transaction) => T | NeedScopes, prefetch?: readonly Read[]): Promise<T>;
  read<T>(scopes: readonly Scope[], body: (tx: ReadTransaction) => T | NeedScopes): Promise<T>;
  /** Tells every process on this store, this one included, that something changed on `channel`. */
  signal(channel: string): void;
  onSignal(listener: (channel: string) => void): Disposable;
  /** `low` while the disk has less free space than the reserve: what grows the store is refused, the rest goes on. */
  space(): 'ok' | 'low';
  /** Waits for what is under way, then releases the store. Later calls reject. */
  close(): Promise<void>;
}

/** One byte at least, `keyBytesMax` at most. Keys that start with byte 0 belong to the adapters. */
export type Key = Buffer;
/** LMDB's limit. */
export const keyBytesMax = 1978;
export type Value = Buffer;
/** A key prefix. */
export type Scope = Buffer;

export interface Entry {
  readonly key: Key;
  readonly value: Value;
}

/** Keys in `[from, to)`, at most `limit` of them, ascending, or from the end down when `reverse`. */
export interface Range {
  readonly from: Key;
  readonly to: Key;
  readonly limit: number;
  readonly reverse?: boolean;
}

export interface ReadTransaction {
  /** Whether the transaction may touch all keys with this prefix (S5). */
  covers(scope: Scope): boolean;
  get(key: Key): Value | undefined;
  range(range: Range): readonly Entry[];
}

export interface Transaction extends ReadTransaction {
  put(key: Key, value: Value): void;
  delete(key: Key): void;
}

/** What a body is likely to read: a hint that lets a remote store load it in one round trip. */
export type Read = { readonly kind: 'key'; readonly key: Key } | { readonly kind: 'range'; readonly range: Range };

export class NeedScopes {
  constructor(readonly scopes: readonly Scope[]) {}
}

/** How often one body may ask for scopes before it is taken for a body that never stops. */
export const scopeRoundsMax = 16;

export function endlessScopes(): Error {
  return new Error(`a body asked for scopes more than ${scopeRoundsMax} times`);
}

/** Returned by a body that cannot go on without more scopes (S5). */
export function needScopes(...scopes: readonly Scope[]): NeedScopes {
  return new NeedScopes(scopes);
}

/** What adapters report of their work, for metrics. */
export interface StoreObserver {
  /** One durable commit: how many transactions it held and how long its flush took, in milliseconds. */
  committed(transactions: number, flushMs: number): void;
}

export type StoreFault = 'locked' | 'newerVersion' | 'full' | 'closed' | 'io' | 'path';

/** A failure of the store itself, worded for the person who runs it. */
export class StoreError extends Error {
  constructor(
    readonly fault: StoreFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StoreError';
  }
}
