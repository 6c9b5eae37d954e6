import { KeyWriter, prefixEnd } from '../store/key.js';
import type { Key, Range, ReadTransaction, Store, Transaction } from '../store/store.js';

/**
 * Small durable texts of the services' own, by name. Names that begin alike are a collection: ordered by their UTF-8 bytes, and changed together
 * in one transaction. A name has at most 1,900 bytes, so that it fits into a key, and no NUL.
 */
export interface Documents {
  read(name: string): Promise<string | undefined>;
  /** Keeps the content unless there is one of this name; answers what is kept. */
  createOnce(name: string, content: string): Promise<string>;
  list(page: DocumentPage): Promise<readonly Document[]>;
  /**
   * One transaction over the documents whose names begin with `collection`; durable when it resolves. `body` is synchronous and pure, and
   * may be run again: time and ids are given to it.
   */
  transact<T>(collection: string, body: (documents: DocumentTransaction) => T): Promise<T>;
  /** False while the disk is nearly full: nothing that grows should be accepted. */
  hasRoom(): boolean;
}

export interface Document {
  readonly name: string;
  readonly content: string;
}

/** Names that begin with `prefix`, ascending, after `after` where that is one of them. */
export interface DocumentPage {
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface DocumentTransaction {
  read(name: string): string | undefined;
  list(page: DocumentPage): readonly Document[];
  write(name: string, content: string): void;
  delete(name: string): void;
}

/** Key family `D name`. The letters of the others are in `keys.ts` and `topics/topic-keys.ts`. */
const family = 'D'.charCodeAt(0);

function documentKey(name: string): Key {
  return new KeyWriter(2 + name.length * 3).byte(family).string(name).done();
}

/** What the keys of all names that begin so begin with: a scope. */
export function collectionScope(names: string): Key {
  return new KeyWriter(1 + names.length * 3).byte(family).text(names).done();
}

function nameOf(key: Key): string {
  return key.toString('utf8', 1, key.length - 1);
}

export class StoreDocuments implements Documents {
  constructor(private readonly store: Store) {}

  read(name: string): Promise<string | undefined> {
    const key = documentKey(name);
    return this.store.read([key], (tx) => tx.get(key)?.toString());
  }

  createOnce(name: string, content: string): Promise<string> {
    return this.transact(name, (documents) => {
      const known = documents.read(name);
      if (known === undefined) documents.write(name, content);
      return known ?? content;
    });
  }

  list(page: DocumentPage): Promise<readonly Document[]> {
    return this.store.read([collectionScope(page.prefix)], (tx) => listed(tx, page));
  }

  transact<T>(collection: string, body: (documents: DocumentTransaction) => T): Promise<T> {
    return this.store.transact([collectionScope(collection)], (tx) => body(documentsOf(tx)));
  }

  hasRoom(): boolean {
    return this.store.space() === 'ok';
  }
}

export function documentsOf(tx: Transaction): DocumentTransaction {
  return {
    read: (name) => tx.get(documentKey(name))?.toString(),
    list: (page) => listed(tx, page),
    write: (name, content) => tx.put(documentKey(name), Buffer.from(content)),
    delete: (name) => tx.delete(documentKey(name)),
  };
}

function listed(tx: ReadTransaction, page: DocumentPage): readonly Document[] {
  return tx.range(rangeOf(page)).map(({ key, value }) => ({ name: nameOf(key), content: value.toString() }));
}

function rangeOf({ prefix, after, limit }: DocumentPage): Range {
  const all = collectionScope(prefix);
  const from = after?.startsWith(prefix) ? prefixEnd(documentKey(after)) : all;
  return { from, to: prefixEnd(all), limit };
}
