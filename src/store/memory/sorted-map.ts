/** An entry count at which a chunk is split in two: small enough to shift cheaply, large enough that the list of chunks stays short. */
const chunkEntriesMax = 512;

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

/**
 * A map in key order: a list of sorted chunks, both found by binary search. Invariants:
 *
 * I1  No chunk is empty.
 * I2  Keys rise within a chunk and from chunk to chunk.
 */
export class SortedMap<V> {
  readonly #chunks: Chunk<V>[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkFor(key)];
    if (chunk === undefined) return undefined;
    const at = lowerBound(chunk.keys, key);
    return chunk.keys[at] === key ? chunk.values[at] : undefined;
  }

  /** Returns what was there before. */
  set(key: string, value: V): V | undefined {
    const index = this.#chunkFor(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], values: [value] });
      this.#size++;
      return undefined;
    }
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] === key) {
      const before = chunk.values[at];
      chunk.values[at] = value;
      return before;
    }
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    this.#size++;
    if (chunk.keys.length > chunkEntriesMax) this.#split(index, chunk);
    return undefined;
  }

  /** Returns what was there before. */
  delete(key: string): V | undefined {
    const index = this.#chunkFor(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return undefined;
    const at = lowerBound(chunk.keys, key);
    if (chunk.keys[at] !== key) return undefined;
    const before = chunk.values[at];
    chunk.keys.splice(at, 1);
    chunk.values.splice(at, 1);
    this.#size--;
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1); // I1
    return before;
  }

  /** Calls `visit` for keys in `[from, to)`, ascending, until it returns false. */
  ascend(from: string, to: string, visit: (key: string, value: V) => boolean): void {
    const first = this.#chunkFor(from);
    for (let index = first; index < this.#chunks.length; index++) {
      const { keys, values } = this.#chunk(index);
      for (let at = index === first ? lowerBound(keys, from) : 0; at < keys.length; at++) {
        const key = keys[at] as string;
        if (key >= to || !visit(key, values[at] as V)) return;
      }
    }
  }

  /** Calls `visit` for keys in `[from, to)`, descending, until it returns false. */
  descend(from: string, to: string, visit: (key: string, value: V) => boolean): void {
    const first = this.#chunkFor(to);
    for (let index = Math.min(first, this.#chunks.length - 1); index >= 0; index--) {
      const { keys, values } = this.#chunk(index);
      for (let at = (index === first ? lowerBound(keys, to) : keys.length) - 1; at >= 0; at--) {
        const key = keys[at] as string;
        if (key < from || !visit(key, values[at] as V)) return;
      }
    }
  }

  /** The last chunk whose first key is not above `key`; the first chunk when there is none. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#chunk(middle).keys[0] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #chunk(index: number): Chunk<V> {
    return this.#chunks[index] as Chunk<V>;
  }

  #split(index: number, chunk: Chunk<V>): void {
    // Keys mostly arrive in rising order: an append leaves the full chunk behind instead of two halves.
    const isAppend = index === this.#chunks.length - 1;
    const from = isAppend ? chunk.keys.length - 1 : chunk.keys.length >>> 1;
    this.#chunks.splice(index + 1, 0, { keys: chunk.keys.splice(from), values: chunk.values.splice(from) });
  }
}

/** The first position whose key is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
