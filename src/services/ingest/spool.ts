import { createHash } from 'node:crypto';
import { close, fdatasync, fsync, open, unlink, writev } from 'node:fs';
import { mkdir, opendir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Payloads as files, from the first byte until the archive is verified. A file has its name from the beginning: what makes it a payload is the record
 * that names it.
 *
 * F1  When `finish` resolves, the bytes of the file and its name in the folder are on the disk. Only then may a record name it.
 * F2  A file that no record names, and that nobody in this process is writing, is left over, and goes at the next start.
 * F3  Of an upload at most `pendingBytesMax` are in memory, however large it is and however slow the disk.
 */
export interface Spool {
  /** An empty file. `key` is the record's id. */
  create(pipeline: string, key: string): SpoolWriter;
  path(pipeline: string, key: string): string;
  /** Once the archive is verified. Doing it twice changes nothing. */
  remove(pipeline: string, key: string): Promise<void>;
  close(): Promise<void>;
  /** Removes what is left over; `isNamed` tells whether a record names a file (F2). Resolves to how many files went. */
  sweep(pipeline: string, isNamed: (key: string) => Promise<boolean>): Promise<number>;
}

export interface Spooled {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export interface SpoolWriter {
  readonly bytes: number;
  /** Why nothing more can be written. */
  readonly fault: Error | undefined;
  /** False: more should wait until `onRoom` calls back. The chunk must not be changed afterwards. */
  write(chunk: Buffer): boolean;
  /** Called once: there is room again, or a fault. */
  onRoom(callback: () => void): void;
  /** F1. Rejects with the fault of the file system. */
  finish(): Promise<Spooled>;
  /** The file is named by a record now: the spool forgets that it is being written. */
  keep(): void;
  /** The file is not wanted. */
  discard(): Promise<void>;
}

/** Small enough for hundreds of uploads, large enough to keep a disk busy. */
const pendingBytesMax = 256 * 1024;

export interface SpoolOptions {
  readonly folder: string;
  readonly pipelines: readonly string[];
  /** False: for what need not outlive the machine. */
  readonly durable: boolean;
}

export async function openSpool({ folder, pipelines, durable }: SpoolOptions): Promise<Spool> {
  const folders = new Map(
    await Promise.all(pipelines.map(async (name) => [name, await SpoolFolder.open(join(folder, name), durable)] as const)),
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
    remove: (pipeline, key) => rm(of(pipeline).path(key), { force: true }),
    sweep: (pipeline, isNamed) => of(pipeline).sweep(isNamed),
    close: async () => {
      for (const each of folders.values()) await each.close();
    },
  };
}

async function flushFolder(path: string): Promise<void> {
  const folder = await opened(path, 'r');
  await call((done) => fsync(folder, done)).finally(() => close(folder));
}

class SpoolFolder {
  /** Keys that are being written, or whose records are. */
  readonly writing = new Set<string>();
  /** Those who need the folder flushed as it is now. */
  #next: Promise<void> | undefined;
  #running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly descriptor: number,
    readonly durable: boolean,
  ) {}

  static async open(folder: string, durable: boolean): Promise<SpoolFolder> {
    await mkdir(folder, { recursive: true });
    return new SpoolFolder(folder, await opened(folder, 'r'), durable);
  }

  path(key: string): string {
    return join(this.folder, key);
  }

  /** Resolves when all names that are in the folder now are on the disk. Those who wait together share one flush. */
  flush(): Promise<void> {
    if (!this.durable) return Promise.resolve();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const flushed = call((done) => fsync(this.descriptor, done));
      this.#running = flushed.catch(() => {});
      return flushed;
    });
    return this.#next;
  }

  async close(): Promise<void> {
    await this.#running;
    close(this.descriptor);
  }

  async sweep(isNamed: (key: string) => Promise<boolean>): Promise<number> {
    let swept = 0;
    for await (const { name } of await opendir(this.folder)) {
      // Looked at first: one that nobody writes any more has its record by now, or never will.
      if (this.writing.has(name) || (await isNamed(name))) continue;
      await rm(this.path(name), { force: true });
      swept++;
    }
    return swept;
  }
}

type Done = (fault: Error | null) => void;

class FileWriter implements SpoolWriter {
  bytes = 0;
  fault: Error | undefined;
  readonly #digest = createHash('sha256');
  readonly #opened: Promise<void>;
  #descriptor: number | undefined;
  #named: Promise<void> = Promise.resolve();
  #pending: Buffer[] = [];
  /** Of what is pending and what is being written. */
  #pendingBytes = 0;
  #isWriting = true;
  #room: (() => void) | undefined;
  #idle: (() => void) | undefined;

  constructor(
    private readonly folder: SpoolFolder,
    private readonly key: string,
  ) {
    folder.writing.add(key);
    this.#opened = this.#open();
  }

  write(chunk: Buffer): boolean {
    this.#digest.update(chunk);
    this.bytes += chunk.length;
    this.#pendingBytes += chunk.length;
    this.#pending.push(chunk);
    if (!this.#isWriting) this.#writePending();
    return this.#pendingBytes < pendingBytesMax; // F3
  }

  onRoom(callback: () => void): void {
    this.#room = callback;
    if (!this.#isWriting) setImmediate(() => this.#tellRoom()); // nothing under way will do it
  }

  async finish(): Promise<Spooled> {
    await this.#written();
    if (this.folder.durable) await call((done) => fdatasync(this.#file, done));
    await this.#named; // F1
    this.#close();
    return { bytes: this.bytes, sha256: this.#digest.digest('hex') };
  }

  keep(): void {
    this.folder.writing.delete(this.key);
  }

  async discard(): Promise<void> {
    this.#pending = [];
    await this.#written().catch(() => {}); // whatever it was, the file goes
    await this.#named.catch(() => {});
    this.#close();
    await call((done) => unlink(this.folder.path(this.key), done)).catch(ignoreMissing);
    this.folder.writing.delete(this.key);
  }

  get #file(): number {
    if (this.#descriptor === undefined) throw new Error('the file is not open');
    return this.#descriptor;
  }

  async #open(): Promise<void> {
    try {
      this.#descriptor = await opened(this.folder.path(this.key), 'wx');
      this.#named = this.folder.flush(); // while the body arrives
      this.#named.catch(() => {}); // `finish` sees it
    } catch (fault) {
      this.fault = fault as Error;
    }
    this.#writePending();
  }

  #close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) close(descriptor);
  }

  /** Resolves when nothing is left to be written. */
  async #written(): Promise<void> {
    await this.#opened;
    if (this.#isWriting) await new Promise<void>((resolve) => (this.#idle = resolve));
    if (this.fault !== undefined) throw this.fault;
  }

  #writePending(): void {
    const chunks = this.#pending;
    this.#pending = [];
    this.#isWriting = chunks.length > 0 && this.fault === undefined;
    if (!this.#isWriting) {
      this.#idle?.();
      return;
    }
    this.#write(chunks, (fault) => {
      if (fault !== null) this.fault = fault;
      for (const { length } of chunks) this.#pendingBytes -= length;
      if (this.#pendingBytes < pendingBytesMax || fault !== null) this.#tellRoom();
      this.#writePending();
    });
  }

  #tellRoom(): void {
    const room = this.#room;
    this.#room = undefined;
    room?.();
  }

  /** The system may write less than it was given. */
  #write(chunks: readonly Buffer[], done: Done): void {
    writev(this.#file, chunks, (fault, written) => {
      if (fault !== null) done(fault);
      else {
        const rest = after(chunks, written);
        if (rest.length === 0) done(null);
        else this.#write(rest, done);
      }
    });
  }
}

function after(chunks: readonly Buffer[], written: number): readonly Buffer[] {
  let left = written;
  for (const [at, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(at + 1)];
    left -= chunk.length;
  }
  return [];
}

function opened(path: string, flags: string): Promise<number> {
  return new Promise((resolve, reject) =>
    open(path, flags, 0o600, (fault, descriptor) => (fault === null ? resolve(descriptor) : reject(fault))),
  );
}

function call(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => start((fault) => (fault === null ? resolve() : reject(fault))));
}

function ignoreMissing(fault: NodeJS.ErrnoException): void {
  if (fault.code !== 'ENOENT') throw fault;
}
