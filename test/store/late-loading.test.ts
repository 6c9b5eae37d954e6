import { describe, expect, it } from 'vitest';
import { within } from '../../src/store/key.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store, Transaction } from '../../src/store/store.js';
import { createLateLoadingStore } from './late-loading.js';

const scope = Buffer.from('q/');
const first = Buffer.from('q/1');
const second = Buffer.from('q/2');

async function filled(): Promise<{ readonly store: Store; readonly commits: number[] }> {
  const commits: number[] = [];
  const inner = createMemoryStore({ observer: { committed: (transactions) => commits.push(transactions) } });
  await inner.transact([scope], (tx) => {
    tx.put(first, Buffer.from('one'));
    tx.put(second, Buffer.from('two'));
  });
  return { store: createLateLoadingStore(inner), commits };
}

describe('the late-loading store', () => {
  it('runs a body again for each thing that it finds is not loaded', async () => {
    const { store } = await filled();
    let runs = 0;
    const readBoth = (tx: Transaction): string => {
      runs++;
      return `${tx.get(first)} ${tx.get(second)} ${tx.range(within(scope, 1, true)).length}`;
    };
    expect(await store.transact([scope], readBoth)).toBe('one two 1');
    expect(runs).toBe(4); // three times short of something, then to its end
  });

  it('runs it once when all that it reads was named for prefetching', async () => {
    const { store } = await filled();
    let runs = 0;
    const body = (tx: Transaction): number => {
      runs++;
      return tx.range(within(scope, 2)).length + (tx.get(second)?.length ?? 0);
    };
    expect(await store.transact([scope], body, [{ kind: 'range', range: within(scope, 2) }])).toBe(5);
    expect(runs).toBe(1);
  });

  it('writes what bodies that waited together wrote in one transaction', async () => {
    const { store, commits } = await filled();
    commits.length = 0;
    const add = (): Promise<void> => store.transact([scope], (tx) => tx.put(first, Buffer.from(`${tx.get(first)}+`)));
    await Promise.all([add(), add(), add()]);
    expect(commits.filter((transactions) => transactions > 0)).toEqual([1]);
    expect(await store.read([scope], (tx) => tx.get(first)?.toString())).toBe('one+++');
  });
});
