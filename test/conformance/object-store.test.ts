import '../sdk/no-notices.js';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archive, archiveKey } from '../../src/services/ingest/archive/archive.js';
import { FolderStore } from '../../src/services/ingest/archive/folder-store.js';
import type { FileContent, ObjectStore } from '../../src/services/ingest/archive/object-store.js';
import { openS3Object, S3Store } from '../../src/services/ingest/archive/s3-store.js';
import { createS3Client } from '../../src/wiring/aws-clients.js';
import { startS3Server } from '../aws/s3-server.js';

interface Subject {
  readonly store: ObjectStore;
  /** Changes what is stored behind the store's back. */
  alter(key: string, content: Buffer): Promise<void>;
  /** What is there, whole objects and others. */
  names(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

async function folder(): Promise<Subject> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-archive-'));
  return {
    store: new FolderStore({ folder: path, bucket: 'records' }),
    alter: (key, content) => writeFile(join(path, key), content),
    names: () => readdir(path, { recursive: true }),
    dispose: () => rm(path, { recursive: true }),
  };
}

function s3(knowsConditions: boolean): () => Promise<Subject> {
  return async () => {
    const server = await startS3Server('records');
    server.knowsConditions = knowsConditions;
    const client = await createS3Client(endpointOf(server.url));
    return {
      store: new S3Store(async () => client, 'records'),
      alter: async (key, content) => void server.objects.set(`records/${key}`, content),
      names: async () => [...server.objects.keys()].map((name) => name.slice('records/'.length)),
      dispose: async () => {
        client.destroy();
        await server.close();
      },
    };
  };
}

function endpointOf(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: undefined };
  return { endpoint, region: 'us-east-1', credentials, pathStyle: true };
}

const { signal } = new AbortController();
const megabyte = 1_048_576;
let files: string;

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'signalbox-payloads-'));
});
afterAll(() => rm(files, { recursive: true }));

test('a folder that was away with its disk is used again', async () => {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-archive-'));
  const store = new FolderStore({ folder: path, bucket: 'records' });
  const put = async (name: string) => store.put(`2026/11/26/10/00/${name}`, await fileOf(Buffer.from(name)), signal);
  expect(await put('one')).toBe('stored');
  await rm(path, { recursive: true });
  await expect(put('two')).rejects.toThrow('ENOENT');
  expect(await put('two')).toBe('stored');
  await rm(path, { recursive: true });
});

async function fileOf(content: Buffer): Promise<FileContent> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const path = join(files, sha256);
  await writeFile(path, content);
  return { path, bytes: content.length, sha256 };
}

describe.each([
  ['a folder', folder],
  ['S3', s3(true)],
  ['a store that overwrites whatever it is asked', s3(false)],
] as const)('the archive in %s', (_, open) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject.dispose());

  const contentOf = async (key: string): Promise<Buffer> => {
    const object = await subject.store.open(key);
    if (object === undefined) throw new Error(`no object ${key}`);
    return buffer(object.stream);
  };

  test.each([
    ['no byte', 0],
    ['one byte', 1],
    ['six megabytes', 6 * megabyte],
  ])('keeps %s and gives the same back', async (name, size) => {
    const content = Buffer.alloc(size, 'signalbox');
    const key = archiveKey(Date.UTC(2026, 1, 3, 4, 5, 59, 999), name.replace(' ', '-'));
    expect(await archive(subject.store, key, await fileOf(content), signal)).toBe('archived');
    const object = await subject.store.open(key);
    expect(object?.bytes).toBe(size);
    object?.stream.destroy();
    expect((await contentOf(key)).equals(content)).toBe(true);
    expect(key).toMatch(/^2026\/02\/03\/04\/05\/[a-z-]+$/);
  });

  test('gives a part of an object, and says how long the whole one is', async () => {
    await subject.store.put('a/part', await fileOf(Buffer.from('0123456789')), signal);
    const object = await subject.store.open('a/part', { first: 2, last: 4 });
    expect(object?.bytes).toBe(10);
    expect(object && (await buffer(object.stream)).toString()).toBe('234');
  });

  test('knows what it does not have', async () => {
    expect(await subject.store.open('a/nothing')).toBeUndefined();
  });

  test('never overwrites', async () => {
    const [first, second] = [await fileOf(Buffer.from('first')), await fileOf(Buffer.from('second'))];
    expect(await subject.store.put('a/kept', first, signal)).toBe('stored');
    expect(await subject.store.put('a/kept', second, signal)).toBe('taken');
    expect((await contentOf('a/kept')).toString()).toBe('first');
    expect(await archive(subject.store, 'a/kept', second, signal)).toBe('conflict');
    expect(await archive(subject.store, 'a/kept', first, signal)).toBe('archived');
  });

  test('finds out when an object was altered, also where its length is the same', async () => {
    const file = await fileOf(Buffer.from('true'));
    expect(await archive(subject.store, 'a/altered', file, signal)).toBe('archived');
    await subject.alter('a/altered', Buffer.from('lies'));
    expect(await archive(subject.store, 'a/altered', file, signal)).toBe('conflict');
  });

  test('leaves nothing of a file that is missing, or is another one than was promised', async () => {
    const file = await fileOf(Buffer.from('whole'));
    await expect(subject.store.put('a/missing', { ...file, path: join(files, 'none') }, signal)).rejects.toThrow();
    await expect(subject.store.put('a/other', { ...file, sha256: '00'.repeat(32) }, signal)).rejects.toThrow();
    expect((await subject.names()).filter((name) => /missing|other|\.writing\//.test(name))).toEqual([]);
    expect(await archive(subject.store, 'a/other', file, signal)).toBe('archived');
  });

  test('lists what it has, in parts', async () => {
    const made = ['l/1', 'l/1-1', 'l/2/a', 'l/2/b', 'l/3'];
    for (const key of made) await subject.store.put(key, await fileOf(Buffer.from(key)), signal);
    const keys: string[] = [];
    for (let page: readonly string[]; ; ) {
      page = await subject.store.list(keys.at(-1), 2);
      keys.push(...page);
      if (page.length < 2) break;
    }
    expect(keys.filter((key) => key.startsWith('l/'))).toEqual(made);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('a/kept');
    expect(keys.filter((key) => key.startsWith('.'))).toEqual([]);
  });

  test('ends when it is told to', async () => {
    const stopped = AbortSignal.abort();
    await expect(subject.store.put('a/stopped', await fileOf(Buffer.from('late')), stopped)).rejects.toThrow();
    expect(await subject.store.open('a/stopped')).toBeUndefined();
  });
});

test('a folder that is not there yet has nothing', async () => {
  expect(await new FolderStore({ folder: join(files, 'not yet'), bucket: 'records' }).list(undefined, 10)).toEqual([]);
});

test('a folder forgets what a process that was killed had begun', async () => {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-archive-'));
  await mkdir(join(path, '.writing'));
  await writeFile(join(path, '.writing', '0'), 'half');
  const store = new FolderStore({ folder: path, bucket: 'records' });
  expect(await archive(store, 'a', await fileOf(Buffer.from('whole')), signal)).toBe('archived');
  expect(await readdir(join(path, '.writing'))).toEqual([]);
  await rm(path, { recursive: true });
});

test('S3: what is wrong with the store is told, and is no missing object', async () => {
  const server = await startS3Server('records');
  const client = await createS3Client(endpointOf(server.url));
  const store = new S3Store(async () => client, 'nowhere');
  const file = await fileOf(Buffer.from('text'));
  await expect(store.put('a', file, signal)).rejects.toThrow('NoSuchBucket');
  await expect(openS3Object(client, { bucket: 'nowhere', key: 'a' })).rejects.toThrow('NoSuchBucket');
  server.fault = 503;
  await expect(new S3Store(async () => client, 'records').put('a', file, signal)).rejects.toThrow();
  server.fault = undefined;
  const lying = { ...file, sha256: '00'.repeat(32) };
  await expect(new S3Store(async () => client, 'records').put('a', lying, signal)).rejects.toThrow('BadDigest');
  expect(server.objects.size).toBe(0);
  client.destroy();
  await server.close();
});
