import { fdatasync, fsync } from 'node:fs';
import { mkdir, open, opendir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOfFile } from './archive/digest.js';
import type { ByteRange, OpenObject } from './archive/object-store.js';
import { openFile } from './archive/open-file.js';
import { SharedFlush } from './archive/shared-flush.js';
import { closed, opened, settled } from './file-calls.js';
import { readTrailer, type SpooledRecord } from './spool-trailer.js';
import { FileWriter, type SpoolWriter } from './spool-writer.js';

/**
 * Payloads as files, from the first byte until the archive is verified. A file has its name from the beginning, which is the record's id. It ends with a
 * trailer that holds the record, so that one flush makes both durable: the store learns of the record later.
 *
 * F1  When `seal` resolves, payload, trailer and the name of the file are on the disk. Only then may there be a receipt.
 * F2  A file that no record of the store names, and that does not hold a whole record either, is left over, and goes at the next start. What has not
 *     the name of a record is somebody else's: it stays, and is not opened.
 * F3  Of an upload at most `pendingBytesMax` are in memory, however large it is and however slow the disk.
 */
export interface Spool {
  /** An empty file. `key` is the record's id. */
  create(pipeline: string, key: string): SpoolWriter;
  path(pipeline: string, key: string): string;
  /** The payload of that length, without the trailer. Undefined: there is no such file. */
  open(pipeline: string, key: string, bytes: number, range?: ByteRange): Promise<OpenObject | undefined>;
  /** Once the archive is verified. Doing it twice changes nothing. */
  remove(pipeline: string, key: string): Promise<void>;
  close(): Promise<void>;
  /**
   * What a process that was killed has left: called before anything is created. Resolves to the records that the store does not know, oldest first, once
   * they are durable. What is left over goes (F2).
   */
  recover(pipeline: string, inStore: (key: string) => Promise<KnownFile>): Promise<readonly SpooledRecord[]>;
}

/** What the store knows of the record of a file. `released`: it does not name the file any more. */
export type KnownFile = 'named' | 'released' | 'unknown';

const recordId = /^[0-9a-f-]{36}$/;
/** Files that are looked at together at the start. */
const recoveredTogether = 64;

export interface SpoolOptions {
  readonly folder: string;
  readonly pipelines: readonly string[];
  /** False: for what need not outlive the machine. */
  readonly durable: boolean;
}

export async function openSpool({ folder, pipelines, durable }: SpoolOptions): Promise<Spool> {
  const folders = new Map(
    await Promise.all(pipelines.map(async (name) => [name, await SpoolFolder.open(join(folder, name), name, durable)] as const)),
  );
  if (durable) for (const made of [folder, dirname(folder)]) await flushFolder(made);
  const of = (pipeline: string): SpoolFolder => {
    const found = folders.get(pipeline);
    if (found === undefined) throw new Error(`there is no spool of a pipeline ${pipeline}`);
    return found;
  };
  return {
    create: (pipeline, key) => new FileWriter(of(pipeline), key),
    path: (pipeline, key) => of(pipeline).path(key),
    open: (pipeline, key, bytes, range) => openPayload(of(pipeline).path(key), bytes, range),
    remove: (pipeline, key) => rm(of(pipeline).path(key), { force: true }),
    recover: (pipeline, inStore) => of(pipeline).recover(inStore),
    close: async () => {
      for (const each of folders.values()) await each.close();
    },
  };
}

async function flushFolder(path: string): Promise<void> {
  const folder = await opened(path, 'r');
  await settled((done) => fsync(folder, done)).finally(() => closed(folder));
}

/** A file that is too short for its payload is told as such. */
async function openPayload(path: string, bytes: number, range: ByteRange = { first: 0, last: bytes - 1 }): Promise<OpenObject | undefined> {
  const file = await openFile(path, range);
  return file && { ...file, bytes: Math.min(file.bytes, bytes) };
}

class SpoolFolder {
  readonly #flushes = new SharedFlush(() => settled((done) => fsync(this.descriptor, done)));

  private constructor(
    private readonly folder: string,
    private readonly pipeline: string,
    private readonly descriptor: number,
    readonly durable: boolean,
  ) {}

  static async open(folder: string, pipeline: string, durable: boolean): Promise<SpoolFolder> {
    await mkdir(folder, { recursive: true });
    return new SpoolFolder(folder, pipeline, await opened(folder, 'r'), durable);
  }

  path(key: string): string {
    return join(this.folder, key);
  }

  /** Resolves when all names that are in the folder now are on the disk. Those who wait together share one flush. */
  async flush(): Promise<void> {
    if (this.durable) await this.#flushes.run(this.folder);
  }

  async close(): Promise<void> {
    await this.#flushes.ended(this.folder);
    closed(this.descriptor);
  }

  async recover(inStore: (key: string) => Promise<KnownFile>): Promise<readonly SpooledRecord[]> {
    const names: string[] = [];
    for await (const entry of await opendir(this.folder)) if (entry.isFile() && recordId.test(entry.name)) names.push(entry.name);
    const found: SpooledRecord[] = [];
    for (let at = 0; at < names.length; at += recoveredTogether) {
      const looked = names.slice(at, at + recoveredTogether).map((name) => this.#recovered(name, inStore));
      for (const spooled of await Promise.all(looked)) if (spooled !== undefined) found.push(spooled);
    }
    if (found.length > 0) await this.flush(); // F1: the process that wrote it may have died before this
    return found.toSorted((one, other) => one.record.receivedAt - other.record.receivedAt);
  }

  async #recovered(key: string, inStore: (key: string) => Promise<KnownFile>): Promise<SpooledRecord | undefined> {
    const known = await inStore(key);
    if (known === 'named') return undefined;
    const spooled = known === 'unknown' ? await this.#read(key) : undefined;
    if (spooled === undefined) await rm(this.path(key), { force: true });
    return spooled;
  }

  /** The record of a file that is whole. Payloads may hold what looks like a trailer: nobody but this program knows the id of a record beforehand. */
  async #read(key: string): Promise<SpooledRecord | undefined> {
    const file = await open(this.path(key), 'r');
    try {
      const spooled = await readTrailer(file);
      if (spooled === undefined || spooled.record.messageID !== key || spooled.record.pipeline !== this.pipeline) return undefined;
      const { bytes, sha256 } = spooled.record;
      const found = await digestOfFile(file, bytes, new AbortController().signal);
      if (found !== sha256) return undefined;
      if (this.durable) await settled((done) => fdatasync(file.fd, done)); // F1
      return spooled;
    } finally {
      await file.close();
    }
  }
}
