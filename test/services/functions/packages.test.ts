import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PackageStore, type StoredPackage } from '../../../src/services/functions/code/package-store.js';
import { unzip } from '../../../src/services/functions/code/unzip.js';
import { isRefusal } from '../../../src/wire/refusal.js';
import { packageOf, type ZipEntry, zipOf } from './zip.js';

let outer = '';
let folder = '';
beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'signalbox-zip-'));
  folder = await mkdtemp(join(outer, 'inner-'));
});
afterEach(() => rm(outer, { recursive: true, force: true }));

describe('unpacking', () => {
  test('keeps folders, what can be run, and links within the package', async () => {
    const entries: ZipEntry[] = [
      { name: 'lib/', content: '', mode: 0o040755 },
      { name: 'lib/a.js', content: 'a' },
      { name: 'bootstrap', content: '#!/bin/sh', mode: 0o100755 },
      { name: 'bin/a', content: '../lib/a.js', mode: 0o120777 },
      { name: './', content: '', mode: 0o040755 },
      { name: './modules', content: 'lib', mode: 0o120777 },
      { name: './bin/b', content: '../modules/a.js', mode: 0o120777 },
    ];
    expect(await unzip(zipOf(entries), folder)).toBeUndefined();
    expect(await readFile(join(folder, 'bin/a'), 'utf8')).toBe('a');
    expect(await readlink(join(folder, 'bin/a'))).toBe('../lib/a.js');
    expect(await readFile(join(folder, 'bin/b'), 'utf8')).toBe('a');
    expect((await stat(join(folder, 'bootstrap'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, 'lib/a.js'))).mode & 0o777).toBe(0o644);
  });

  const unreadable = 'Could not unzip uploaded file. Please check your file, then try to upload again.';
  test.each<[string, Buffer, string | RegExp]>([
    ['no zip file', Buffer.from('PK\x03\x04 and then nothing'), unreadable],
    ['one that is cut off', packageOf({ 'a.js': 'x'.repeat(1_000) }).subarray(0, 100), unreadable],
    ['a name that leads upwards', zipOf([{ name: '../out', content: 'x' }]), unreadable],
    ['one that does so further in', zipOf([{ name: 'a/../../out', content: 'x' }]), unreadable],
    ['an absolute name', zipOf([{ name: '/tmp/out', content: 'x' }]), unreadable],
    ['a name of Windows', zipOf([{ name: 'a\\..\\..\\out', content: 'x' }]), unreadable],
    [
      'a name that is there twice',
      zipOf([
        { name: 'a', content: '1' },
        { name: 'a', content: '2' },
      ]),
      unreadable,
    ],
    [
      'a file that is a folder too',
      zipOf([
        { name: 'a', content: '1' },
        { name: 'a/b', content: '2' },
      ]),
      unreadable,
    ],
    ['more bytes than it says', zipOf([{ name: 'a', content: 'x'.repeat(1_000), statedBytes: 10 }]), unreadable],
    ['a link to elsewhere', zipOf([{ name: 'a', content: '/etc', mode: 0o120777 }]), /symbolic link that leads out of it: a$/],
    ['a link upwards', zipOf([{ name: 'b/a', content: '../../x', mode: 0o120777 }]), /leads out of it: b\/a$/],
    [
      'a link that leads out through another',
      zipOf([
        { name: 'a/b/up', content: '../..', mode: 0o120777 },
        { name: 'c', content: 'a/b/up/../x', mode: 0o120777 },
      ]),
      /leads out of it: c$/,
    ],
    [
      'links in a circle',
      zipOf([
        { name: 'a', content: 'b', mode: 0o120777 },
        { name: 'b', content: 'a', mode: 0o120777 },
      ]),
      /leads out of it: a$/,
    ],
    [
      'a link to be written through',
      zipOf([
        { name: 'a', content: '..', mode: 0o120777 },
        { name: 'a/out', content: 'x' },
      ]),
      /./,
    ],
    [
      '251 MB, packed small',
      zipOf([{ name: 'a', content: Buffer.alloc(251 * 1024 * 1024) }]),
      /^Unzipped size must be smaller than 262144000 bytes$/,
    ],
  ])('%s is refused, and nothing is written outside', async (_what, zip, text) => {
    const refusal = await unzip(zip, folder);
    expect(refusal?.code.type).toBe('InvalidParameterValueException');
    expect(refusal?.message).toMatch(text);
    expect(await readdir(outer)).toHaveLength(1);
  });
});

describe('packages', () => {
  const zip = packageOf({ 'a.js': 'a' });
  const stored = async (store: PackageStore, bytes = zip): Promise<StoredPackage> => {
    const outcome = await store.store(bytes);
    if (isRefusal(outcome)) throw outcome;
    return outcome;
  };
  const released = async (store: PackageStore, bytes = zip): Promise<string> => {
    using outcome = await stored(store, bytes);
    return outcome.sha256;
  };
  const runs = () => false;

  test('are kept once, however often they come, and unpacked by another process again', async () => {
    const store = new PackageStore(folder);
    const [first, second] = await Promise.all([released(store), released(store)]);
    expect(first).toBe(second);
    await writeFile(join((await store.unpacked(first)).folder, 'a.js'), 'changed by a handler');
    const next = new PackageStore(folder);
    expect((await next.read(first))?.equals(zip)).toBe(true);
    expect(await readFile(join((await next.unpacked(first)).folder, 'a.js'), 'utf8')).toBe('a');
    expect(await readdir(join(folder, 'temporary'))).toEqual([]);
  });

  test('are removed when no version has them, nobody holds them and nothing runs in them', async () => {
    const before = new PackageStore(folder);
    const used = await released(before);
    const unused = await released(before, packageOf({ 'a.js': 'unused' }));
    const store = new PackageStore(folder);
    const held = await stored(store, packageOf({ 'a.js': 'held' }));
    const run = await released(store, packageOf({ 'a.js': 'run' }));
    const usedNow = async () => new Set([used]);
    const isRunIn = (path: string) => path === join(folder, 'unpacked', run);
    expect(await store.sweep(usedNow, isRunIn)).toBe(true);
    expect([...(await store.list())].sort()).toEqual([used, held.sha256, run].sort());
    expect(await store.read(unused)).toBeUndefined();
    expect(await store.read('../../etc/passwd')).toBeUndefined();
    held[Symbol.dispose]();
    expect(await store.sweep(usedNow, runs)).toBe(false);
    expect(await store.list()).toEqual([used]);
    expect(await readdir(join(folder, 'unpacked'))).toEqual([]);
  });

  test('stay when they came again while it was found out which are used', async () => {
    const store = new PackageStore(folder);
    const sha256 = await released(store);
    const left = await store.sweep(async () => {
      await released(store);
      return new Set();
    }, runs);
    expect([left, await store.list()]).toEqual([true, [sha256]]);
  });

  test('are whole for who stores them while they are removed', async () => {
    const store = new PackageStore(folder);
    const sha256 = await released(store);
    const sweeping = store.sweep(async () => new Set(), runs);
    using again = await stored(store);
    await sweeping;
    expect((await store.read(again.sha256))?.equals(zip)).toBe(true);
    expect(await readFile(join((await store.unpacked(sha256)).folder, 'a.js'), 'utf8')).toBe('a');
  });

  test('a refused one leaves nothing', async () => {
    const store = new PackageStore(folder);
    expect(isRefusal(await store.store(Buffer.from('no')))).toBe(true);
    expect(await store.list()).toEqual([]);
    expect(await readdir(join(folder, 'unpacked'))).toEqual([]);
  });
});
