import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PackageStore } from '../../../src/services/functions/code/package-store.js';
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
    ];
    expect(await unzip(zipOf(entries), folder)).toBeUndefined();
    expect(await readFile(join(folder, 'bin/a'), 'utf8')).toBe('a');
    expect(await readlink(join(folder, 'bin/a'))).toBe('../lib/a.js');
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
  const stored = async (store: PackageStore, bytes = zip): Promise<string> => {
    const outcome = await store.store(bytes);
    if (isRefusal(outcome)) throw outcome;
    return outcome.sha256;
  };

  test('are kept once, however often they come, and unpacked by another process again', async () => {
    const store = new PackageStore(folder);
    const [first, second] = await Promise.all([stored(store), stored(store)]);
    expect(first).toBe(second);
    const path = await store.unpacked(first);
    await writeFile(join(path, 'a.js'), 'changed by a handler');
    const next = new PackageStore(folder);
    expect((await next.read(first))?.equals(zip)).toBe(true);
    expect(await readFile(join(await next.unpacked(first), 'a.js'), 'utf8')).toBe('a');
    expect(await readdir(join(folder, 'temporary'))).toEqual([]);
  });

  test('are removed when nobody uses them, but not those that came meanwhile', async () => {
    const before = new PackageStore(folder);
    const used = await stored(before);
    const unused = await stored(before, packageOf({ 'a.js': 'unused' }));
    const store = new PackageStore(folder);
    const candidates = await store.list();
    const again = await stored(store, packageOf({ 'a.js': 'again' }));
    await store.sweep([...candidates, again], new Set([used]));
    expect([...(await store.list())].sort()).toEqual([used, again].sort());
    expect(await store.read(unused)).toBeUndefined();
    expect(await store.read('../../etc/passwd')).toBeUndefined();
  });

  test('a refused one leaves nothing', async () => {
    const store = new PackageStore(folder);
    expect(isRefusal(await store.store(Buffer.from('no')))).toBe(true);
    expect(await store.list()).toEqual([]);
    expect(await readdir(join(folder, 'unpacked'))).toEqual([]);
  });
});
