import { LocalSignals } from '../signals.js';
import {
  endlessScopes,
  NeedScopes,
  type ReadTransaction,
  type Scope,
  type Store,
  StoreError,
  type StoreObserver,
  scopeRoundsMax,
  type Transaction,
} from '../store.js';
import { type Durability, type Environment, openEnvironment } from './environment.js';
import { commitFault } from './faults.js';
import { type OwnedFolder, ownFolder } from './folder.js';
import { GroupCommit } from './group-commit.js';
import { LmdbTransaction } from './lmdb-transaction.js';
import { bringUpToDate, type Migration, migrations } from './schema.js';
import { freeBytesAt, SpaceProbe } from './space-probe.js';

export interface LmdbStoreOptions {
  /** The data folder; created where it is missing. On a local disk. */
  readonly path: string;
  readonly durability: Durability;
  /** With less free space than this, `space()` is `low`. Default 64 MiB. */
  readonly reserveBytes?: number;
  readonly observer?: StoreObserver;
  /** How free space is found out. Default: asks the file system. */
  readonly freeBytes?: () => Promise<number>;
  /** Default: this program's. */
  readonly migrations?: readonly Migration[];
}

const reserveBytesDefault = 64 * 1024 * 1024;
/** Opens the store in a folder that this process then owns. Rejects with a `StoreError`. */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store> {
  const folder = await ownFolder(options.path);
  try {
    const environment = await openEnvironment(folder.databaseFile, options.durability);
    try {
      await bringUpToDate(environment, new LmdbTransaction(environment), folder.path, options.migrations ?? migrations);
      const space = await SpaceProbe.start(
        options.freeBytes ?? (() => freeBytesAt(folder.path)),
        options.reserveBytes ?? reserveBytesDefault,
      );
      return new LmdbStore(folder, environment, space, options.observer);
    } catch (error) {
      await environment.close();
      throw error;
    }
  } catch (error) {
    await folder.release();
    throw error;
  }
}

class LmdbStore implements Store {
  readonly #folder: OwnedFolder;
  readonly #environment: Environment;
  readonly #space: SpaceProbe;
  readonly #signals = new LocalSignals();
  readonly #snapshot: LmdbTransaction;
  readonly #commits: GroupCommit;
  #closing: Promise<void> | undefined;

  constructor(folder: OwnedFolder, environment: Environment, space: SpaceProbe, observer: StoreObserver | undefined) {
    this.#folder = folder;
    this.#environment = environment;
    this.#space = space;
    this.#snapshot = new LmdbTransaction(environment);
    this.#commits = new GroupCommit(
      environment,
      new LmdbTransaction(environment),
      (error) => commitFault(error, folder.path, space),
      observer,
    );
  }

  transact<T>(_scopes: readonly Scope[], body: (tx: Transaction) => T | NeedScopes): Promise<T> {
    const refusal = this.#refusal();
    return refusal === undefined ? this.#commits.add(body) : Promise.reject(refusal);
  }

  async read<T>(_scopes: readonly Scope[], body: (tx: ReadTransaction) => T | NeedScopes): Promise<T> {
    const refusal = this.#refusal();
    if (refusal !== undefined) throw refusal;
    for (let round = 0; round <= scopeRoundsMax; round++) {
      const value = body(this.#snapshot);
      if (!(value instanceof NeedScopes)) return value;
    }
    throw endlessScopes();
  }

  signal(channel: string): void {
    this.#signals.signal(channel);
  }

  onSignal(listener: (channel: string) => void): Disposable {
    return this.#signals.onSignal(listener);
  }

  space(): 'ok' | 'low' {
    return this.#space.low ? 'low' : 'ok';
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #refusal(): Error | undefined {
    if (this.#closing !== undefined) return new StoreError('closed', 'the store is closed');
    return this.#commits.running ? new Error('the store was called within a body: bodies do not nest') : undefined;
  }

  async #close(): Promise<void> {
    this.#space.stop();
    await this.#commits.idle();
    await this.#environment.close();
    await this.#folder.release();
  }
}
