import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js';
import type { Transaction } from '../../src/store/store.js';

/**
 * Writes without end until it is killed, and says on stdout, at once, what was acknowledged: lines `<writer> <count>`.
 * Writer `w` keeps its count in `w<w>/n` and a window of records behind it, as a queue does. `crash.test.ts` knows this layout.
 */
export const writers = 24;
export const windowSize = 200;

export function scopeOf(writer: number): Buffer {
  return Buffer.from(`w${String(writer).padStart(2, '0')}/`);
}

export function countKey(writer: number): Buffer {
  return Buffer.concat([scopeOf(writer), Buffer.from('n')]);
}

export function recordKey(writer: number, count: number): Buffer {
  return Buffer.concat([scopeOf(writer), Buffer.from(`r${String(count).padStart(10, '0')}`)]);
}

/** Sizes from nothing to several pages, known from the count alone. */
export function recordOf(writer: number, count: number): Buffer {
  const size = count % 97 === 0 ? 40_000 : (count * 7_919) % 2_500;
  return Buffer.alloc(size, `${writer}:${count};`);
}

function next(tx: Transaction, writer: number): number {
  const count = Number(tx.get(countKey(writer)) ?? 0) + 1;
  tx.put(recordKey(writer, count), recordOf(writer, count));
  tx.put(countKey(writer), Buffer.from(String(count)));
  tx.delete(recordKey(writer, count - windowSize));
  return count;
}

async function write(path: string): Promise<void> {
  const store = await openLmdbStore({ path, durability: 'strict' });
  writeSync(1, 'ready\n');
  const loop = async (writer: number): Promise<never> => {
    for (;;) {
      const count = await store.transact([scopeOf(writer)], (tx) => next(tx, writer));
      writeSync(1, `${writer} ${count}\n`);
      if (count % 50 === 0) await store.transact([scopeOf(writer)], (tx) => failAfter(next(tx, writer))).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => loop(writer)));
}

function failAfter(count: number): never {
  throw new Error(`${count} is rolled back`);
}

const path = process.argv[2];
if (process.argv[1]?.endsWith('crash-writer.js') === true && path !== undefined) await write(path);
