import { KeyWriter } from '../store/key.js';
import type { Key, Store } from '../store/store.js';

/** Small durable texts of the services' own, by name: what is made once and must be the same after a restart. */
export interface Documents {
  read(name: string): Promise<string | undefined>;
  /** Keeps the content unless there is one of this name; answers what is kept. */
  createOnce(name: string, content: string): Promise<string>;
}

/** Key family `D name`: each document a scope of its own. The letters of the others are in `keys.ts` and `topics/topic-keys.ts`. */
const family = 'D'.charCodeAt(0);

function documentKey(name: string): Key {
  return new KeyWriter(2 + name.length * 3).byte(family).string(name).done();
}

export class StoreDocuments implements Documents {
  constructor(private readonly store: Store) {}

  read(name: string): Promise<string | undefined> {
    const key = documentKey(name);
    return this.store.read([key], (tx) => tx.get(key)?.toString());
  }

  createOnce(name: string, content: string): Promise<string> {
    const key = documentKey(name);
    return this.store.transact([key], (tx) => {
      const known = tx.get(key);
      if (known !== undefined) return known.toString();
      tx.put(key, Buffer.from(content));
      return content;
    });
  }
}
