import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { within } from '../../src/store/key.js';
import { compactLmdb } from '../../src/store/lmdb/compact.js';
import { type LmdbStoreOptions, openLmdbStore } from '../../src/store/lmdb/lmdb-store.js';
import type { Store } from '../../src/store/store.js';
import { compileProgram } from './compiled.js';

const scope = Buffer.from('q/');
let path: string;
const opened: Store[] = [];

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'signalbox-lmdb-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(path, { recursive: true });
});

async function openStore(options: Partial<LmdbStoreOptions> = {}): Promise<Store> {
  const store = await openLmdbStore({ path, durability: 'strict', ...options });
  opened.push(store);
  return store;
}

function put(store: Store, name: string, value: string | Buffer = name): Promise<void> {
  return store.transact([scope], (tx) => tx.put(Buffer.concat([scope, Buffer.from(name)]), Buffer.from(value)));
}

function names(store: Store): Promise<string[]> {
  return store.read([scope], (tx) => tx.range(within(scope, 10_000)).map((entry) => entry.key.subarray(scope.length).toString()));
}

describe('opening', () => {
  it.each(['strict', 'relaxed'] as const)('finds everything that was there before (%s)', async (durability) => {
    const first = await openStore({ durability });
    await Promise.all(Array.from({ length: 100 }, (_, index) => put(first, String(index).padStart(3, '0'))));
    await first.close();
    expect(await names(await openStore({ durability }))).toEqual(Array.from({ length: 100 }, (_, index) => String(index).padStart(3, '0')));
  });

  it('creates the folder, with its parents, also when its name has a dot in it', async () => {
    const deep = join(path, 'some/data.d');
    await put(await openStore({ path: deep }), 'x');
    expect((await stat(deep)).isDirectory()).toBe(true);
  });

  it('is refused while another has the folder, in words that name the folder and the process', async () => {
    const first = await openStore();
    const refused = openStore();
    await expect(refused).rejects.toMatchObject({ fault: 'locked' });
    await expect(refused).rejects.toThrow(
      `${path} is in use by another process (pid ${process.pid}): stop it first, or name another folder with --data`,
    );
    await put(first, 'x');
    await first.close();
    expect(await names(await openStore())).toEqual(['x']);
  });

  it('is not kept out by a lock file that was left behind', async () => {
    await writeFile(join(path, 'owner.lock'), '1\n');
    await put(await openStore(), 'x');
  });

  it('refuses a path that is not a directory, or goes through one that is not', async () => {
    const file = join(path, 'file');
    await writeFile(file, '');
    await expect(openStore({ path: file })).rejects.toMatchObject({ fault: 'path', message: expect.stringContaining(file) });
    await expect(openStore({ path: join(file, 'deeper') })).rejects.toMatchObject({
      fault: 'path',
      message: expect.stringContaining('not a directory'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('refuses a folder that it may not write to', async () => {
    const closed = join(path, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o500);
    await expect(openStore({ path: closed })).rejects.toMatchObject({ fault: 'path', message: expect.stringContaining('may not write') });
  });

  it('refuses a file that is no database, and leaves it as it is', async () => {
    const file = join(path, 'signalbox.mdb');
    await writeFile(file, Buffer.alloc(20_000, 'not LMDB'));
    await expect(openStore()).rejects.toMatchObject({ fault: 'io', message: expect.stringContaining(file) });
    await expect(openStore()).rejects.toMatchObject({ fault: 'io' });
    expect((await stat(file)).size).toBe(20_000);
  });

  it('refuses a database that another program wrote', async () => {
    const foreign = open({ path: join(path, 'signalbox.mdb'), noSubdir: true, overlappingSync: false });
    await foreign.put('key', 'value');
    await foreign.close();
    await expect(openStore()).rejects.toMatchObject({ fault: 'path', message: expect.stringContaining('did not write') });
  });
});

describe('the schema', () => {
  const key = Buffer.from('q/n');
  const addOne = { to: 2, migrate: vi.fn((tx) => tx.put(key, Buffer.from(`${tx.get(key)}+`))) };

  it('is migrated once, in steps', async () => {
    const first = await openStore();
    await put(first, 'n', 'v');
    await first.close();
    const steps = [addOne, { ...addOne, to: 3 }];
    for (let start = 0; start < 2; start++) {
      const store = await openStore({ migrations: steps });
      expect(await store.read([scope], (tx) => tx.get(key)?.toString())).toBe('v++');
      await store.close();
    }
  });

  it('is left as it was by a migration that fails', async () => {
    const first = await openStore();
    await put(first, 'n', 'v');
    await first.close();
    const failing = {
      to: 2,
      migrate: () => {
        throw new Error('cannot');
      },
    };
    await expect(openStore({ migrations: [failing] })).rejects.toThrow('cannot');
    expect(await names(await openStore())).toEqual(['n']);
  });

  it('of a newer version is refused, and the data stays as it is', async () => {
    const newer = await openStore({ migrations: [addOne] });
    await put(newer, 'x');
    await newer.close();
    const refused = openStore();
    await expect(refused).rejects.toMatchObject({ fault: 'newerVersion' });
    await expect(refused).rejects.toThrow(/written by a newer Signalbox \(schema 2, this one knows 1\)/);
    expect(await names(await openStore({ migrations: [addOne] }))).toEqual(['x']);
  });
});

describe('committing', () => {
  it('tells the observer how many transactions each flush held', async () => {
    const groups: number[] = [];
    const store = await openStore({
      observer: { committed: (transactions, flushMs) => groups.push(flushMs >= 0 ? transactions : Number.NaN) },
    });
    await Promise.all(Array.from({ length: 200 }, (_, index) => put(store, String(index))));
    expect(groups.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(groups.length).toBeLessThan(20);
  });

  it('does not hold the event loop for all that waits, and keeps the order', async () => {
    const groups: number[] = [];
    const store = await openStore({ observer: { committed: (transactions) => groups.push(transactions) } });
    const order: number[] = [];
    const slow = (index: number): Promise<void> =>
      store.transact([scope], () => {
        const until = performance.now() + 3;
        while (performance.now() < until);
        order.push(index);
      });
    await Promise.all(Array.from({ length: 30 }, (_, index) => slow(index)));
    expect(Math.max(...groups)).toBeLessThanOrEqual(4);
    expect(order).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });
});

describe('space', () => {
  it('is low while less than the reserve is free, and looked at again and again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let free = 99;
      const store = await openStore({ reserveBytes: 100, freeBytes: async () => free });
      expect(store.space()).toBe('low');
      await put(store, 'still written'); // refusing what grows is the engine's part
      free = 100;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(store.space()).toBe('ok');
      await store.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it.skipIf(process.platform === 'win32')(
    'that ends rejects the whole group as full, keeps what was acknowledged, and lets deletes go on',
    async () => {
      const program = await compileProgram('full-writer.ts');
      onTestFinished(program.remove);
      const limit = 8 * 1024 * 1024;
      // A limit on file size makes writes fail as a full disk does, without any privileges. 512-byte blocks by POSIX, 1024 in bash.
      const shell = `ulimit -f ${limit / 1024} && exec "${process.execPath}" "${program.file}" "${path}" ${limit}`;
      const { stdout } = await promisify(execFile)('bash', ['-c', shell], { timeout: 30_000 });
      const seen = JSON.parse(stdout) as {
        written: number;
        kept: number;
        faults: string[];
        spaceAfter: string;
        deleted: number;
        left: number;
      };
      expect(seen).toEqual({
        written: seen.written,
        kept: seen.written,
        faults: ['full', 'full', 'full'],
        spaceAfter: 'low',
        deleted: 15,
        left: seen.written - 14,
      });
      expect(seen.written).toBeGreaterThan(50);
      const reopened = await names(await openStore());
      expect(reopened.length).toBe(seen.left);
    },
  );
});

describe('compacting', () => {
  it('gives back the space of what was deleted, and keeps the rest', async () => {
    const store = await openStore();
    for (let index = 0; index < 200; index++) await put(store, String(index), Buffer.alloc(20_000, index));
    await store.transact([scope], (tx) => {
      for (const { key } of tx.range(within(scope, 195))) tx.delete(key);
    });
    const before = await names(store);
    await store.close();
    const { bytesBefore, bytesAfter } = await compactLmdb(path);
    expect(bytesBefore).toBeGreaterThan(4_000_000);
    expect(bytesAfter).toBeLessThan(500_000);
    expect(await names(await openStore())).toEqual(before);
    expect((await readdir(path)).filter((name) => name.includes('compact'))).toEqual([]);
  });

  it('is refused while the store is in use', async () => {
    await openStore();
    await expect(compactLmdb(path)).rejects.toMatchObject({ fault: 'locked' });
  });

  it('refuses a folder without a database', async () => {
    await expect(compactLmdb(path)).rejects.toMatchObject({ fault: 'path' });
    await expect(compactLmdb(join(path, 'none'))).rejects.toMatchObject({ fault: 'path' });
    expect(await readdir(path)).not.toContain('none');
  });
});
