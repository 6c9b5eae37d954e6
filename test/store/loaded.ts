import { SortedMap } from '../../src/store/memory/sorted-map.js';
import { latin1 } from '../../src/store/scope-guard.js';
import type { Entry, Range, Read, Value } from '../../src/store/store.js';

/** A body touched what is not loaded: it is run again once `read` is. No `Error`: it is thrown all the time, and a stack trace is dear. */
export class NotLoaded {
  constructor(readonly read: Read) {}
}

/** Keys in `[from, to)` are known: those that are there are in `base`. */
interface Known {
  readonly from: string;
  readonly to: string;
}

type Written = { readonly value: Value | undefined };

/** What is known of a store, and what bodies have written over it. Keys are latin1 strings. */
export class Loaded {
  readonly #base = new SortedMap<Value>();
  #known: Known[] = [];
  #written = new SortedMap<Written>();
  #undo: { readonly key: string; readonly before: Written | undefined }[] = [];

  addKey(key: string, value: Value | undefined): void {
    if (value !== undefined) this.#base.set(key, value);
    this.#addKnown(key, `${key}\0`);
  }

  addRange(range: Range, entries: readonly Entry[]): void {
    for (const { key, value } of entries) this.#base.set(latin1(key), value);
    const last = entries.at(-1);
    const isWhole = entries.length < range.limit || last === undefined;
    const from = latin1(range.from);
    const to = latin1(range.to);
    if (isWhole) this.#addKnown(from, to);
    else if (range.reverse === true) this.#addKnown(latin1(last.key), to);
    else this.#addKnown(from, `${latin1(last.key)}\0`);
  }

  get(key: string): Value | undefined {
    const written = this.#written.get(key);
    if (written !== undefined) return written.value;
    if (!this.#known.some(({ from, to }) => from <= key && key < to)) throw new NotLoaded({ kind: 'key', key: bytes(key) });
    return this.#base.get(key);
  }

  range(from: string, to: string, limit: number, reverse: boolean): readonly Entry[] {
    const reach = reverse ? this.#knownDownFrom(to, from) : this.#knownUpFrom(from, to);
    const entries = reverse ? this.#entries(reach, to) : this.#entries(from, reach);
    if (reverse) entries.reverse();
    if (entries.length < limit && reach !== (reverse ? from : to)) {
      const rest = reverse ? { from: bytes(from), to: bytes(reach) } : { from: bytes(reach), to: bytes(to) };
      throw new NotLoaded({ kind: 'range', range: { ...rest, limit: limit - entries.length, reverse } });
    }
    return entries.slice(0, limit).map(({ key, value }) => ({ key: bytes(key), value: Buffer.from(value) }));
  }

  write(key: string, value: Value | undefined): void {
    this.#undo.push({ key, before: this.#written.set(key, { value }) });
  }

  mark(): number {
    return this.#undo.length;
  }

  undoTo(mark: number): void {
    for (const { key, before } of this.#undo.splice(mark).reverse()) {
      if (before === undefined) this.#written.delete(key);
      else this.#written.set(key, before);
    }
  }

  dropWrites(): void {
    this.#written = new SortedMap();
    this.#undo = [];
  }

  writes(): readonly { readonly key: Buffer; readonly value: Value | undefined }[] {
    const writes: { key: Buffer; value: Value | undefined }[] = [];
    this.#written.ascend('', '\uffff', (key, { value }) => writes.push({ key: bytes(key), value }) > 0);
    return writes;
  }

  /** All that is in `[from, to)`, which is known, with the writes over it. */
  #entries(from: string, to: string): { readonly key: string; readonly value: Value }[] {
    const merged = new SortedMap<Value>();
    this.#base.ascend(from, to, (key, value) => merged.set(key, value) === undefined);
    this.#written.ascend(from, to, (key, { value }) => {
      if (value === undefined) merged.delete(key);
      else merged.set(key, value);
      return true;
    });
    const entries: { key: string; value: Value }[] = [];
    merged.ascend(from, to, (key, value) => entries.push({ key, value }) > 0);
    return entries;
  }

  #knownUpFrom(from: string, to: string): string {
    const known = this.#known.find((each) => each.from <= from && from < each.to);
    if (known === undefined) return from;
    return known.to < to ? known.to : to;
  }

  #knownDownFrom(to: string, from: string): string {
    const known = this.#known.find((each) => each.from < to && to <= each.to);
    if (known === undefined) return to;
    return known.from > from ? known.from : from;
  }

  #addKnown(from: string, to: string): void {
    const touching = this.#known.filter((each) => each.from <= to && from <= each.to);
    const froms = [from, ...touching.map((each) => each.from)].sort();
    const tos = [to, ...touching.map((each) => each.to)].sort();
    const merged: Known = { from: froms[0] ?? from, to: tos.at(-1) ?? to };
    this.#known = [...this.#known.filter((each) => !touching.includes(each)), merged];
  }
}

function bytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}
