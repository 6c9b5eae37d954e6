import { checkKey, checkRange, latin1, type ScopeGuard } from '../scope-guard.js';
import type { Entry, Key, Range, Scope, Transaction, Value } from '../store.js';
import type { SortedMap } from './sorted-map.js';

/** Up to this size a value is held as a latin1 string, which costs a fraction of a small Buffer; above it off the heap. */
const inlineBytesMax = 256;

/** A value at rest: never handed out, so never mutated (S4). */
export type Held = string | Buffer;

/** One run of one body. Writes go into the map at once; `rollback` takes them back in reverse. */
export class MemoryTransaction implements Transaction {
  readonly #map: SortedMap<Held>;
  readonly #guard: ScopeGuard;
  readonly #enforces: boolean;
  readonly #undo: { readonly key: string; readonly before: Held | undefined }[] = [];
  #over = false;

  constructor(map: SortedMap<Held>, guard: ScopeGuard, enforces: boolean) {
    this.#map = map;
    this.#guard = guard;
    this.#enforces = enforces;
  }

  covers(scope: Scope): boolean {
    return !this.#enforces || this.#guard.covers(latin1(scope));
  }

  get(key: Key): Value | undefined {
    const held = this.#map.get(this.#admit(key));
    return held === undefined ? undefined : thaw(held);
  }

  range(range: Range): readonly Entry[] {
    this.#assertOpen();
    checkRange(range);
    const from = latin1(range.from);
    const to = latin1(range.to);
    const entries: Entry[] = [];
    if (from >= to || range.limit === 0) return entries;
    if (this.#enforces) this.#guard.range(from, to);
    const visit = (key: string, held: Held): boolean => entries.push({ key: Buffer.from(key, 'latin1'), value: thaw(held) }) < range.limit;
    if (range.reverse === true) this.#map.descend(from, to, visit);
    else this.#map.ascend(from, to, visit);
    return entries;
  }

  put(key: Key, value: Value): void {
    const name = this.#admit(key);
    this.#undo.push({ key: name, before: this.#map.set(name, freeze(value)) });
  }

  delete(key: Key): void {
    const name = this.#admit(key);
    const before = this.#map.delete(name);
    if (before !== undefined) this.#undo.push({ key: name, before });
  }

  commit(): void {
    this.#over = true;
  }

  rollback(): void {
    this.#over = true;
    for (let last = this.#undo.pop(); last !== undefined; last = this.#undo.pop()) {
      if (last.before === undefined) this.#map.delete(last.key);
      else this.#map.set(last.key, last.before);
    }
  }

  #admit(key: Key): string {
    this.#assertOpen();
    checkKey(key);
    const name = latin1(key);
    if (this.#enforces) this.#guard.key(name);
    return name;
  }

  #assertOpen(): void {
    if (this.#over) throw new Error('a transaction was used after its body returned');
  }
}

function freeze(value: Value): Held {
  if (value.length <= inlineBytesMax) return latin1(value);
  const copy = Buffer.allocUnsafeSlow(value.length); // not from the pool: a small slice would keep a whole slab alive
  value.copy(copy);
  return copy;
}

function thaw(held: Held): Value {
  return typeof held === 'string' ? Buffer.from(held, 'latin1') : Buffer.from(held);
}
