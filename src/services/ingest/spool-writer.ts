import { createHash } from 'node:crypto';
import { fdatasync, unlink, writev } from 'node:fs';
import { closed, type Done, opened, settled } from './file-calls.js';
import { type SpooledRecord, trailerOf } from './spool-trailer.js';

export interface Spooled {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** A file of the spool that is being written. */
export interface SpoolWriter {
  readonly bytes: number;
  /** Why nothing more can be written. */
  readonly fault: Error | undefined;
  /** False: more should wait until `onRoom` calls back. The chunk must not be changed afterwards. */
  write(chunk: Buffer): boolean;
  /** Called once: there is room again, or a fault. */
  onRoom(callback: () => void): void;
  /** Once the payload is complete: what it is, though it need not be on the disk. */
  end(): Spooled;
  /** Puts the record behind the payload; F1 of the spool. Rejects with the fault of the file system: what is on the disk then is uncertain. */
  seal(spooled: SpooledRecord): Promise<void>;
  /** The file is not wanted. */
  discard(): Promise<void>;
}

/** Small enough for hundreds of uploads, large enough to keep a disk busy. */
const pendingBytesMax = 128 * 1024;
/** Each write costs a turn of a thread, whatever its length. */
const writtenBytesMin = 64 * 1024;

/** The folder of a file. */
export interface WriterFolder {
  readonly durable: boolean;
  path(key: string): string;
  /** Resolves when all names that are in the folder now are on the disk. */
  flush(): Promise<void>;
}

export class FileWriter implements SpoolWriter {
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
  #isComplete = false;
  #room: (() => void) | undefined;
  #idle: (() => void) | undefined;

  constructor(
    private readonly folder: WriterFolder,
    private readonly key: string,
  ) {
    this.#opened = this.#open();
  }

  write(chunk: Buffer): boolean {
    this.#digest.update(chunk);
    this.bytes += chunk.length;
    this.#pendingBytes += chunk.length;
    this.#pending.push(chunk);
    if (!this.#isWriting && this.#pendingBytes >= writtenBytesMin) this.#writePending();
    return this.#pendingBytes < pendingBytesMax; // F3
  }

  onRoom(callback: () => void): void {
    this.#room = callback;
    if (!this.#isWriting) setImmediate(() => this.#tellRoom()); // nothing under way will do it
  }

  end(): Spooled {
    return { bytes: this.bytes, sha256: this.#digest.digest('hex') };
  }

  async seal(spooled: SpooledRecord): Promise<void> {
    this.#pending.push(trailerOf(spooled));
    await this.#written();
    if (this.folder.durable) await settled((done) => fdatasync(this.#file, done));
    await this.#named; // F1
    this.#close();
  }

  async discard(): Promise<void> {
    this.#pending = [];
    await this.#written().catch(() => {}); // whatever it was, the file goes
    await this.#named.catch(() => {});
    this.#close();
    await settled((done) => unlink(this.folder.path(this.key), done)).catch(ignoreMissing);
  }

  get #file(): number {
    if (this.#descriptor === undefined) throw new Error('the file is not open');
    return this.#descriptor;
  }

  async #open(): Promise<void> {
    try {
      this.#descriptor = await opened(this.folder.path(this.key), 'wx');
      this.#named = this.folder.flush(); // while the body arrives
      this.#named.catch(() => {}); // `seal` sees it
    } catch (fault) {
      this.fault = fault as Error;
    }
    this.#writePending();
  }

  #close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closed(descriptor);
  }

  /** Resolves when nothing is left to be written. */
  async #written(): Promise<void> {
    await this.#opened;
    this.#isComplete = true;
    if (!this.#isWriting) this.#writePending();
    if (this.#isWriting) await new Promise<void>((resolve) => (this.#idle = resolve));
    if (this.fault !== undefined) throw this.fault;
  }

  #writePending(): void {
    const isDue = this.#isComplete || this.#pendingBytes >= writtenBytesMin;
    this.#isWriting = isDue && this.#pending.length > 0 && this.fault === undefined;
    if (!this.#isWriting) {
      this.#idle?.();
      return;
    }
    const chunks = this.#pending;
    this.#pending = [];
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

function ignoreMissing(fault: NodeJS.ErrnoException): void {
  if (fault.code !== 'ENOENT') throw fault;
}
