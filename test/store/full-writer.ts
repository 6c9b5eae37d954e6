import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { prefixEnd } from '../../src/store/key.js';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.js';
import { StoreError } from '../../src/store/store.js';

/**
 * Writes until writing fails, under a limit on the size of files that stands for the end of the disk, and prints as JSON
 * what happened. `lmdb-store.test.ts` starts it.
 */
const [path = '', limit = '0'] = process.argv.slice(2);
const scope = Buffer.from('q/');
const freeBytes = async (): Promise<number> => {
  const { size } = await stat(join(path, 'signalbox.mdb'));
  return Number(limit) - size;
};
const store = await openLmdbStore({ path, durability: 'strict', reserveBytes: 1_000_000, freeBytes });

const put = (sequence: number): Promise<void> =>
  store.transact([scope], (tx) =>
    tx.put(Buffer.concat([scope, Buffer.from(String(sequence).padStart(6, '0'))]), Buffer.alloc(50_000, sequence)),
  );
const count = (): Promise<number> => store.read([scope], (tx) => tx.range({ from: scope, to: prefixEnd(scope), limit: 10_000 }).length);

let written = 0;
let faults: readonly unknown[] = [];
while (faults.length === 0) {
  const group = await Promise.allSettled([put(written), put(written + 1), put(written + 2)]);
  faults = group.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (faults.length === 0) written += 3;
}
const spaceAfter = store.space();
const kept = await count();
const deleteSome = (): Promise<number> =>
  store.transact([scope], (tx) => {
    const oldest = tx.range({ from: scope, to: prefixEnd(scope), limit: 5 });
    for (const { key } of oldest) tx.delete(key);
    return oldest.length;
  });
// LMDB gives pages free again one commit after the one that deleted what was on them.
const deleted = (await deleteSome()) + (await deleteSome()) + (await deleteSome());
await put(999_999);
const left = await count();
await store.close();
console.log(
  JSON.stringify({
    written,
    kept,
    faults: faults.map((fault) => (fault instanceof StoreError ? fault.fault : String(fault))),
    spaceAfter,
    deleted,
    left,
  }),
);
