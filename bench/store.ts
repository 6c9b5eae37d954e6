import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '../src/store/key.js';
import { openLmdbStore } from '../src/store/lmdb/lmdb-store.js';
import { createMemoryStore } from '../src/store/memory/memory-store.js';
import type { Store, StoreObserver, Transaction } from '../src/store/store.js';

/** What one send writes: five records, one of them a body of 1 KB. And what reads cost inside a body. */
const scope = Buffer.from('q');
const small = Buffer.alloc(40, 3);
const body = Buffer.alloc(1_024, 7);
const secondsPerRun = 3;

function keyOf(family: number, sequence: number): Buffer {
  const key = Buffer.alloc(24, 0x41);
  key[0] = 0x71;
  key[10] = family;
  key.writeUIntBE(sequence, 18, 6);
  return key;
}

class GroupSizes implements StoreObserver {
  #transactions = 0;
  #groups = 0;
  #flushMs = 0;

  committed(transactions: number, flushMs: number): void {
    this.#transactions += transactions;
    this.#groups++;
    this.#flushMs += flushMs;
  }

  take(): string {
    const text = `${(this.#transactions / this.#groups).toFixed(1)} a flush, ${(this.#flushMs / this.#groups).toFixed(2)} ms each`;
    this.#transactions = this.#groups = this.#flushMs = 0;
    return text;
  }
}

async function writes(store: Store, sizes: GroupSizes, inFlight: number): Promise<void> {
  let sequence = 0;
  const send = (tx: Transaction): void => {
    const next = sequence++;
    tx.put(keyOf(1, next), small);
    tx.put(keyOf(2, next), body);
    tx.put(keyOf(3, next), small);
    tx.put(keyOf(4, next), small);
    tx.put(keyOf(5, 0), small);
  };
  const until = performance.now() + secondsPerRun * 1_000;
  let done = 0;
  const caller = async (): Promise<void> => {
    for (; performance.now() < until; done++) await store.transact([scope], send);
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  console.log(
    `  ${String(inFlight).padStart(3)} in flight: ${String(Math.round(done / secondsPerRun)).padStart(7)} transactions/s, ${sizes.take()}`,
  );
}

async function reads(store: Store): Promise<void> {
  const count = 2_000;
  const measured: readonly { readonly title: string; readonly read: (tx: Transaction, at: number) => unknown }[] = [
    { title: 'get 40 B', read: (tx, at) => tx.get(keyOf(1, at)) },
    { title: 'get 1 KB', read: (tx, at) => tx.get(keyOf(2, at)) },
    { title: 'get, absent', read: (tx, at) => tx.get(keyOf(9, at)) },
    { title: 'range, limit 1', read: (tx, at) => tx.range({ from: keyOf(1, at), to: keyOf(2, 0), limit: 1 }) },
    { title: 'range, limit 1, reverse', read: (tx, at) => tx.range({ from: keyOf(1, 0), to: keyOf(1, at), limit: 1, reverse: true }) },
    { title: 'range, limit 10', read: (tx, at) => tx.range({ from: keyOf(1, at), to: keyOf(2, 0), limit: 10 }) },
    { title: 'range, nothing there', read: (tx) => tx.range(within(Buffer.from('qz'), 10)) },
  ];
  for (const { title, read } of measured) {
    let ms = 0;
    const rounds = 10;
    for (let round = 0; round < rounds; round++) {
      ms += await store.transact([scope], (tx) => {
        tx.put(keyOf(5, 0), small); // so that it reads through a transaction that has written
        const start = performance.now();
        for (let at = 0; at < count; at++) read(tx, at);
        return performance.now() - start;
      });
    }
    console.log(`  ${title.padEnd(24)} ${((ms * 1e6) / count / rounds).toFixed(0).padStart(6)} ns`);
  }
}

async function measure(title: string, open: (observer: StoreObserver) => Promise<Store> | Store): Promise<void> {
  console.log(title);
  const sizes = new GroupSizes();
  const store = await open(sizes);
  for (const inFlight of [1, 64, 256]) await writes(store, sizes, inFlight);
  await reads(store);
  await store.close();
}

const path = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
await measure('lmdb, strict', (observer) => openLmdbStore({ path: join(path, 'strict'), durability: 'strict', observer }));
await measure('lmdb, relaxed', (observer) => openLmdbStore({ path: join(path, 'relaxed'), durability: 'relaxed', observer }));
await measure('memory', (observer) => createMemoryStore({ observer }));
await rm(path, { recursive: true });
