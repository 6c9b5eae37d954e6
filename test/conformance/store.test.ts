import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js';
import { createMemoryStore, type MemoryStoreOptions } from '../../src/store/memory/memory-store.js';
import { createLateLoadingStore } from '../store/late-loading.js';
import { type StoreUnderTest, storeConformance } from './store.js';

async function memory(options: MemoryStoreOptions): Promise<StoreUnderTest> {
  const store = createMemoryStore(options);
  return { store, enforcesScopes: options.enforceScopes !== false, dispose: () => store.close() };
}

/** A third of the time, repeatably. */
function nowAndThen(): () => boolean {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 3 === 0;
  };
}

async function lmdb(): Promise<StoreUnderTest> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  const store = await openLmdbStore({ path, durability: 'strict' });
  return {
    store,
    enforcesScopes: false,
    dispose: async () => {
      await store.close();
      await rm(path, { recursive: true });
    },
  };
}

async function lateLoading(): Promise<StoreUnderTest> {
  const store = createLateLoadingStore(createMemoryStore());
  return { store, enforcesScopes: true, dispose: () => store.close() };
}

storeConformance('memory', () => memory({}));
storeConformance('memory without scopes', () => memory({ enforceScopes: false }));
storeConformance('memory, every body twice', () => memory({ rerun: true }));
storeConformance('memory, aborting at random', () => memory({ abort: nowAndThen() }));
storeConformance('memory, twice and aborting', () => memory({ rerun: true, abort: nowAndThen() }));
storeConformance('lmdb', lmdb);
storeConformance('late-loading', lateLoading);
