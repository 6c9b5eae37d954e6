import { describe, expect, it } from 'vitest';
import { within } from '../../../src/store/key.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';

const a = Buffer.from('a/');
const b = Buffer.from('b/');
const n = Buffer.from('a/n');

describe('the memory store', () => {
  it('runs every body twice when asked, and keeps the writes of one run', async () => {
    const store = createMemoryStore({ rerun: true });
    let runs = 0;
    await store.transact([a], (tx) => {
      runs++;
      tx.put(n, Buffer.from(`${tx.get(n) ?? ''}x`));
    });
    expect(runs).toBe(2);
    expect(await store.read([a], (tx) => tx.get(n)?.toString())).toBe('x');
  });

  it('runs an aborted body again, after others of other scopes but before those of its own', async () => {
    const answers = [true]; // the first attempt only
    const store = createMemoryStore({ abort: () => answers.pop() ?? false });
    const order: string[] = [];
    const note = (name: string, scope: Buffer): Promise<void> => store.transact([scope], () => void order.push(name));
    await Promise.all([note('first in a', a), note('second in a', a), note('first in b', b)]);
    expect(order).toEqual(['first in a', 'first in b', 'first in a', 'second in a']);
  });

  it('says what was touched outside the scopes', async () => {
    const store = createMemoryStore();
    await expect(store.transact([a], (tx) => tx.get(Buffer.from('b/1')))).rejects.toThrow(
      'touched "b/1", which is outside the scopes ["a/"]',
    );
  });

  it('counts the transactions of a commit, not its reads', async () => {
    const groups: number[] = [];
    const store = createMemoryStore({ observer: { committed: (transactions) => groups.push(transactions) } });
    await Promise.all([store.transact([a], () => 1), store.read([a], () => 2), store.transact([b], () => 3)]);
    expect(groups).toEqual([2]);
  });

  it('says that space is low when it is told so', () => {
    expect(createMemoryStore({ space: () => 'low' }).space()).toBe('low');
  });

  it('stays quick with a hundred thousand entries, put in any order', async () => {
    const store = createMemoryStore();
    const count = 100_000;
    const keyAt = (index: number): Buffer => {
      const key = Buffer.from('a/\0\0\0\0');
      key.writeUInt32BE((index * 48_271) % count, 2); // a permutation: 48,271 is prime
      return key;
    };
    for (let from = 0; from < count; from += 1_000) {
      await store.transact([a], (tx) => {
        for (let index = from; index < from + 1_000; index++) tx.put(keyAt(index), Buffer.from(String(index)));
      });
    }
    const first = await store.read([a], (tx) => tx.range(within(a, 3)).map((entry) => entry.key.readUInt32BE(2)));
    const last = await store.read([a], (tx) => tx.range(within(a, 3, true)).map((entry) => entry.key.readUInt32BE(2)));
    expect([first, last]).toEqual([
      [0, 1, 2],
      [count - 1, count - 2, count - 3],
    ]);
    for (let round = 0; round < 100; round++) {
      await store.transact([a], (tx) => {
        for (const { key } of tx.range(within(a, 1_000, round % 2 === 0))) tx.delete(key);
      });
    }
    expect(await store.read([a], (tx) => tx.range(within(a, 1)))).toEqual([]);
  });

  it('lets timers have their turn, however many transactions follow each other', async () => {
    const store = createMemoryStore();
    let turned = false;
    setTimeout(() => {
      turned = true;
    }, 0);
    const startedAt = performance.now();
    while (!turned && performance.now() - startedAt < 5_000) await store.transact([a], (tx) => tx.put(n, n));
    expect(turned).toBe(true);
    const last = store.transact([a], (tx) => tx.get(n)?.toString());
    await store.close();
    expect(await last).toBe('a/n');
  });
});
