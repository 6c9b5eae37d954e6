import { appendFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { untilOrAborted } from '../../base/waiting.js';
import { fileBytesMax, gatherMs, groupBytesMax, groupFilesMax, pendingBytesMax } from './limits.js';

export interface LogLine {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly stream: string;
  /** Without a line break. */
  readonly text: string;
}

/** Where a line begins. */
export interface Position {
  /** Number of the file: that of a later one is higher, of a log too that was removed in between. */
  readonly file: number;
  /** Bytes. */
  readonly offset: number;
}

export interface KeptLine extends LogLine {
  readonly position: Position;
  /** Of the line that follows. */
  readonly next: Position;
}

interface LogFile {
  readonly number: number;
  bytes: number;
  /** Of its first line; undefined while it has none. */
  firstAt: number | undefined;
}

/**
 * The log of one function: lines in files, which are read from the oldest on and of which the oldest goes when all have too much.
 *
 * L1  Lines are kept in the order of `append`, with times that do not decrease within a process.
 * L2  Lines wait a moment for others, so that a busy function costs few writes: the end of the broker by force costs what waits, a power loss some more,
 *     and a torn line is not shown. Who reads waits for nothing.
 * L3  Logging neither fails nor holds up a function: what the disk does not take is dropped, and counted in the log. A line that it took in part is
 *     the last of its file.
 */
export class LogGroup {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #dropped = 0;
  #latestAt = 0;
  #writing: Promise<void> | undefined;
  /** Ends the wait for more lines. */
  #hurry = new AbortController();
  #opened: Promise<LogFile[]> | undefined;

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly report: (fault: unknown) => void,
  ) {}

  append({ at, stream, text }: LogLine): void {
    this.#latestAt = Math.max(this.#latestAt, at); // L1
    const line = encode({ at: this.#latestAt, stream, text });
    if (this.#pendingBytes + line.length > pendingBytesMax) {
      this.#dropped++; // L3
      return;
    }
    if (this.#dropped > 0) this.#push(encode({ at: this.#latestAt, stream, text: droppedText(this.#dropped) }));
    this.#dropped = 0;
    this.#push(line);
    this.#writing ??= this.#write();
  }

  /** All that was appended before now has been written. */
  async flushed(): Promise<void> {
    if (this.#writing === undefined) return;
    this.#hurry.abort();
    await this.#writing;
  }

  /** Lines from a position or a time on, the oldest first. A position whose file is gone means the oldest line. */
  async *lines(from: Position | undefined, since: number): AsyncGenerator<KeptLine> {
    await this.flushed();
    const files = [...(await this.#files())];
    for (const [index, { number }] of files.entries()) {
      const next = files[index + 1];
      if (from !== undefined && number < from.file) continue;
      if (next?.firstAt !== undefined && next.firstAt < since) continue;
      const bytes = await readFile(this.#pathOf(number)).catch(nothingWhereGone);
      yield* linesOf(bytes, number, number === from?.file ? from.offset : 0, since);
    }
  }

  /** Where the next line will begin, or before that. */
  async end(): Promise<Position> {
    await this.flushed();
    const last = (await this.#files()).at(-1);
    return { file: last?.number ?? 0, offset: last?.bytes ?? 0 };
  }

  async bytes(): Promise<number> {
    return bytesOf(await this.#files());
  }

  #push(line: Buffer): void {
    this.#pending.push(line);
    this.#pendingBytes += line.length;
  }

  async #write(): Promise<void> {
    try {
      await untilOrAborted(this.clock, this.clock.now() + gatherMs, this.#hurry.signal); // L2
      while (this.#pending.length > 0) await this.#writeSome();
    } catch (fault) {
      this.#opened = undefined; // what has become of the last file is to be found out
      this.#dropped += this.#pending.length; // L3
      this.#pending = [];
      this.#pendingBytes = 0;
      this.report(fault);
    } finally {
      this.#writing = undefined;
      this.#hurry = new AbortController();
    }
  }

  async #writeSome(): Promise<void> {
    const files = await this.#files();
    const last = files.at(-1);
    const file = last === undefined || last.bytes >= fileBytesMax ? this.#begin(files) : last;
    const lines = this.#nextLines(fileBytesMax);
    const some = Buffer.concat(lines);
    await appendFile(this.#pathOf(file.number), some, { mode: 0o600 });
    this.#pending.splice(0, lines.length);
    this.#pendingBytes -= some.length;
    file.firstAt ??= timeOf(some);
    file.bytes += some.length;
    while (bytesOf(files) > groupBytesMax || files.length > groupFilesMax) {
      const [oldest] = files.splice(0, 1);
      if (oldest !== undefined) await rm(this.#pathOf(oldest.number), { force: true });
    }
  }

  /** That wait: up to the one with which it is enough. */
  #nextLines(bytesMax: number): readonly Buffer[] {
    let count = 0;
    for (let bytes = 0; count < this.#pending.length && bytes < bytesMax; count++) bytes += this.#pending[count]?.length ?? 0;
    return this.#pending.slice(0, count);
  }

  #begin(files: LogFile[]): LogFile {
    const number = Math.max((files.at(-1)?.number ?? 0) + 1, this.clock.now());
    const file: LogFile = { number, bytes: 0, firstAt: undefined };
    files.push(file);
    return file;
  }

  #files(): Promise<LogFile[]> {
    this.#opened ??= this.#open().catch((fault: unknown) => {
      this.#opened = undefined;
      throw fault;
    });
    return this.#opened;
  }

  /** A file of an earlier process, or of a failed write, may end in the middle of a line: a new one is begun. */
  async #open(): Promise<LogFile[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const numbers = (await readdir(this.folder)).map((name) => Number(namePattern.exec(name)?.[1])).filter(Number.isInteger);
    const files: LogFile[] = [];
    for (const number of numbers.sort((a, b) => a - b)) {
      const path = this.#pathOf(number);
      files.push({ number, bytes: (await stat(path)).size, firstAt: timeOf(await headOf(path)) });
    }
    const last = files.at(-1);
    if (last !== undefined && last.bytes > 0) this.#begin(files);
    return files;
  }

  #pathOf(number: number): string {
    return join(this.folder, `${String(number).padStart(8, '0')}.log`);
  }
}

const namePattern = /^(\d{8,})\.log$/;
const lineBreak = 0x0a;
const headBytes = 32;

/** Time, stream and text, between tabs: a file that people can read. */
function encode({ at, stream, text }: LogLine): Buffer {
  return Buffer.from(`${at}\t${stream}\t${text.replaceAll('\n', ' ')}\n`);
}

function* linesOf(bytes: Buffer, file: number, offset: number, since: number): Generator<KeptLine> {
  for (let start = offset, end = bytes.indexOf(lineBreak, start); end >= 0; start = end + 1, end = bytes.indexOf(lineBreak, start)) {
    const at = timeOf(bytes.subarray(start, end)) ?? 0;
    if (at < since) continue;
    const [, stream = '', ...text] = bytes.toString('utf8', start, end).split('\t');
    yield { at, stream, text: text.join('\t'), position: { file, offset: start }, next: { file, offset: end + 1 } };
  }
}

function timeOf(line: Buffer): number | undefined {
  const [, digits] = /^(\d+)\t/.exec(line.toString('latin1', 0, headBytes)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function nothingWhereGone(fault: unknown): Buffer {
  if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return Buffer.alloc(0);
  throw fault;
}

function bytesOf(parts: readonly { readonly bytes: number }[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function droppedText(lines: number): string {
  return `${lines} lines are not in the log: the disk did not take them`;
}
