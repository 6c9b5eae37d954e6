import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/store.js';
import { createLateLoadingStore } from '../store/late-loading.js';
import type { TestStore } from './engine-suite.js';

const kept = (store: Store): TestStore => ({ store, dispose: () => store.close() });

/** Every third body is rolled back and run again. */
function everyThird(): () => boolean {
  let run = 0;
  return () => ++run % 3 === 0;
}

/** The stores that the engine's suites run over. */
export const storeCases: readonly (readonly [name: string, make: () => Promise<TestStore>])[] = [
  ['memory', async () => kept(createMemoryStore())],
  ['memory with every body run twice', async () => kept(createMemoryStore({ rerun: true }))],
  ['memory with aborted bodies', async () => kept(createMemoryStore({ abort: everyThird() }))],
  ['a store that loads late', async () => kept(createLateLoadingStore(createMemoryStore()))],
  [
    'LMDB',
    async () => {
      const path = await mkdtemp(join(tmpdir(), 'signalbox-engine-'));
      const store = await openLmdbStore({ path, durability: 'relaxed' });
      return {
        store,
        dispose: async () => {
          await store.close();
          await rm(path, { recursive: true });
        },
      };
    },
  ],
];
