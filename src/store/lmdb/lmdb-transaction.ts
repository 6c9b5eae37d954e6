import { checkKey, checkRange } from '../scope-guard.js';
import type { Entry, Key, Range, Transaction, Value } from '../store.js';
import type { Environment } from './environment.js';

/**
 * What bodies work on: inside LMDB's write transaction it writes and sees its own writes, outside it reads a snapshot.
 * One object serves all bodies in turn. Scopes are not enforced and cost nothing here: the writer's lock covers them all.
 */
export class LmdbTransaction implements Transaction {
  readonly #environment: Environment;
  #isWriting = false;
  #wrote = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Whether the body that runs, or the one that ran last, has written. */
  get wrote(): boolean {
    return this.#wrote;
  }

  begin(): void {
    this.#isWriting = true;
    this.#wrote = false;
  }

  end(): void {
    this.#isWriting = false;
  }

  covers(): boolean {
    return true;
  }

  get(key: Key): Value | undefined {
    return this.#environment.get(key);
  }

  range(range: Range): readonly Entry[] {
    checkRange(range);
    const entries: Entry[] = [];
    if (range.limit === 0) return entries;
    // Read to its end here and now: a cursor that lives on would see what is written ahead of it.
    const cursor = this.#environment.getRange(boundsOf(range))[Symbol.iterator]();
    for (let next = cursor.next(); next.done !== true; next = cursor.next()) {
      if (entries.push(next.value) === range.limit) {
        cursor.return?.();
        break;
      }
    }
    return entries;
  }

  put(key: Key, value: Value): void {
    this.#admit(key);
    void this.#environment.put(key, value);
  }

  delete(key: Key): void {
    this.#admit(key);
    void this.#environment.remove(key);
  }

  #admit(key: Key): void {
    if (!this.#isWriting) throw new Error('a transaction was used after its body returned');
    checkKey(key);
    this.#wrote = true;
  }
}

function boundsOf({ from, to, reverse }: Range): {
  start: Key;
  end: Key;
  reverse?: boolean;
  exclusiveStart?: boolean;
  inclusiveEnd?: boolean;
} {
  return reverse === true ? { start: to, end: from, reverse, exclusiveStart: true, inclusiveEnd: true } : { start: from, end: to };
}
