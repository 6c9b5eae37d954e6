import { constants, type Dirent } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { digestOfFile } from './digest.js';
import type { ByteRange, FileContent, ObjectStore, OpenObject } from './object-store.js';
import { openFile } from './open-file.js';
import { SharedFlush } from './shared-flush.js';

/** Where files are before they have their names. */
const writingFolder = '.writing';

export interface FolderStoreOptions {
  readonly folder: string;
  /** What references name it by: the folder may move. */
  readonly bucket: string;
}

/**
 * Objects as files. One process writes to the folder, which is made when it is first written to.
 *
 * A file is copied to a temporary name, flushed, read back, and linked to its own name, which fails when that is taken (O2). What a process that was
 * killed left under temporary names goes when the next one writes for the first time.
 */
export class FolderStore implements ObjectStore {
  readonly bucket: string;
  readonly #folder: string;
  #prepared: Promise<void> | undefined;
  #isCleared = false;
  #temporary = 0;
  /** The folder that is known to be on the disk, and its parents too: objects of one minute share it. */
  #flushedFolder = '';
  readonly #flushes = new SharedFlush(flush);

  constructor({ folder, bucket }: FolderStoreOptions) {
    this.#folder = resolve(folder);
    this.bucket = bucket;
  }

  async put(key: string, content: FileContent, signal: AbortSignal): Promise<'stored' | 'taken'> {
    try {
      return await this.#put(key, content, signal);
    } catch (fault) {
      // O3: the disk of the folder may have gone, and have come back without what was made on it.
      this.#prepared = undefined;
      this.#flushedFolder = '';
      throw fault;
    }
  }

  async #put(key: string, content: FileContent, signal: AbortSignal): Promise<'stored' | 'taken'> {
    await this.#ready();
    const file = join(this.#folder, key);
    const temporary = join(this.#writing, String(this.#temporary++));
    try {
      await copyFile(content.path, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await flushAndCheck(temporary, content, signal);
      await this.#makeFolder(dirname(file));
      const stored = await linkUnlessThere(temporary, file);
      await this.#flushes.run(dirname(file)); // also when it is taken: the process that took it may have died before this
      return stored;
    } finally {
      await unlink(temporary).catch(unlessMissing);
    }
  }

  open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    return openFile(join(this.#folder, key), range);
  }

  async list(after: string | undefined, limit: number): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const key of keysIn(this.#folder, '', after?.split('/') ?? [])) {
      if (!key.startsWith(`${writingFolder}/`)) keys.push(key);
      if (keys.length === limit) break;
    }
    return keys;
  }

  get #writing(): string {
    return join(this.#folder, writingFolder);
  }

  #ready(): Promise<void> {
    this.#prepared ??= this.#prepare();
    return this.#prepared;
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#writing, { recursive: true });
    if (!this.#isCleared) for (const name of await readdir(this.#writing)) await rm(join(this.#writing, name), { force: true });
    this.#isCleared = true; // from now on there are files that others write
    for (const made of [this.#folder, dirname(this.#folder)]) await flush(made);
  }

  async #makeFolder(folder: string): Promise<void> {
    if (folder === this.#flushedFolder) return;
    await mkdir(folder, { recursive: true });
    // Those that were there may be of a process that died before it flushed them.
    for (let made = folder; made !== this.#folder; made = dirname(made)) await flush(dirname(made));
    this.#flushedFolder = folder;
  }
}

/** In the order of their names, level by level; `after`: the names on the way to the one that was told last. */
async function* keysIn(folder: string, prefix: string, [reached = '', ...deeper]: readonly string[]): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(noneWhereMissing);
  const left = entries.filter(({ name }) => name >= reached).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of left) {
    const key = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* keysIn(join(folder, entry.name), `${key}/`, entry.name === reached ? deeper : []);
    else if (entry.name !== reached) yield key;
  }
}

function noneWhereMissing(fault: unknown): readonly Dirent[] {
  if (codeOf(fault) === 'ENOENT') return [];
  throw fault;
}

async function linkUnlessThere(from: string, to: string): Promise<'stored' | 'taken'> {
  try {
    await link(from, to);
    return 'stored';
  } catch (fault) {
    if (codeOf(fault) === 'EEXIST') return 'taken';
    throw fault;
  }
}

/** O1: before it has its name, so that what is not as it should be keeps nobody's place. */
async function flushAndCheck(path: string, { bytes, sha256 }: FileContent, signal: AbortSignal): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
    const found = await digestOfFile(file, bytes, signal);
    if (found !== sha256) throw new Error(`what was written has the checksum ${found} instead of ${sha256}`);
  } finally {
    await file.close();
  }
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file that was never copied is not there. */
function unlessMissing(fault: unknown): void {
  if (codeOf(fault) !== 'ENOENT') throw fault;
}

function codeOf(fault: unknown): unknown {
  return fault instanceof Error && 'code' in fault ? fault.code : undefined;
}
