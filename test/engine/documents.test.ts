import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreDocuments } from '../../src/engine/documents.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { TestStore } from './engine-suite.js';
import { storeCases } from './stores.js';

describe.each(storeCases)('documents over %s', (_name, make) => {
  let opened: TestStore;
  let documents: StoreDocuments;

  beforeEach(async () => {
    opened = await make();
    documents = new StoreDocuments(opened.store);
  });
  afterEach(() => opened.dispose());

  const fill = (...names: readonly string[]) =>
    documents.transact('', (all) => {
      for (const name of names) all.write(name, `of ${name}`);
    });
  const namesOf = async (page: Parameters<StoreDocuments['list']>[0]) => (await documents.list(page)).map(({ name }) => name);

  test('are read by name, and absent until they are written', async () => {
    expect(await documents.read('a/1')).toBeUndefined();
    await fill('a/1');
    expect(await documents.read('a/1')).toBe('of a/1');
    expect(await documents.read('a/')).toBeUndefined();
  });

  test('are created once: the first content stays', async () => {
    expect(await documents.createOnce('a', 'first')).toBe('first');
    expect(await documents.createOnce('a', 'second')).toBe('first');
    expect(await documents.read('a')).toBe('first');
  });

  test('are listed by prefix in order of their bytes, page by page', async () => {
    await fill('b/1', 'a/2', 'a/10', 'a/ü', 'a/1', 'a', 'a/1/x');
    expect(await namesOf({ prefix: 'a/', limit: 10 })).toEqual(['a/1', 'a/1/x', 'a/10', 'a/2', 'a/ü']);
    expect(await namesOf({ prefix: 'a/', limit: 2 })).toEqual(['a/1', 'a/1/x']);
    expect(await namesOf({ prefix: 'a/', after: 'a/1', limit: 2 })).toEqual(['a/1/x', 'a/10']);
    expect(await namesOf({ prefix: 'a/', after: 'a/15', limit: 10 })).toEqual(['a/2', 'a/ü']);
    expect(await namesOf({ prefix: 'a/', after: 'a/ü', limit: 10 })).toEqual([]);
    expect(await namesOf({ prefix: 'c', limit: 10 })).toEqual([]);
  });

  test('of a collection change together, or not at all', async () => {
    await fill('a/1', 'a/2');
    const moved = await documents.transact('a/', (all) => {
      all.delete('a/1');
      all.write('a/3', all.read('a/2') ?? '');
      return all.list({ prefix: 'a/', limit: 10 }).map(({ name }) => name);
    });
    expect(moved).toEqual(['a/2', 'a/3']);
    const fault = documents.transact('a/', (all) => {
      all.delete('a/2');
      throw new Error('not today');
    });
    await expect(fault).rejects.toThrow('not today');
    expect(await namesOf({ prefix: 'a/', limit: 10 })).toEqual(['a/2', 'a/3']);
    expect(await documents.read('a/3')).toBe('of a/2');
  });

  test('that change at once are changed one after the other', async () => {
    await fill('count');
    const increment = () => documents.transact('count', (all) => all.write('count', String((Number(all.read('count')) || 0) + 1)));
    await Promise.all(Array.from({ length: 50 }, increment));
    expect(await documents.read('count')).toBe('50');
  });
});

test('documents have no room while the disk is nearly full', () => {
  expect(new StoreDocuments(createMemoryStore({ space: () => 'low' })).hasRoom()).toBe(false);
  expect(new StoreDocuments(createMemoryStore()).hasRoom()).toBe(true);
});
