import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../base/clock.js';
import { lineBytesMax, outputEndMsMax, outputSliceBytesMax, outputSliceLinesMax, outputSliceMs } from './limits.js';

const lineBreak = 0x0a;

/**
 * Reads what a process prints, line by line and always, since a full pipe would hang the process; but only so much in a slice of
 * time: a process that prints without end waits at its pipe, and costs neither memory nor much of the machine.
 */
export class ProcessOutput {
  readonly #ended: Promise<unknown>;
  #waiting = 0;

  constructor(
    private readonly clock: Clock,
    private readonly streams: readonly Readable[],
    private readonly onLine: (line: Buffer) => void,
  ) {
    this.#ended = Promise.all(streams.map((stream) => this.#read(stream).catch(() => {}))); // a pipe that broke has ended
  }

  /** All that was printed before now has been read, unless more is printed than that waiting for it would have an end. */
  async caughtUp(): Promise<void> {
    // What the process printed can be read in the same round of the event loop as what it did next.
    await setImmediate();
    for (let waited = 0; this.#waiting > 0 && waited < outputEndMsMax; waited += outputSliceMs) await this.#after(outputSliceMs);
  }

  /** After the end of the process. Its descendants may hold the pipe open: they are not waited for. */
  async drain(): Promise<void> {
    await Promise.race([this.#ended, this.#after(outputEndMsMax)]);
    for (const stream of this.streams) stream.destroy();
  }

  async #read(stream: Readable): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    let slice = { endsAt: 0, bytes: 0, lines: 0 };
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (this.clock.now() >= slice.endsAt) slice = { endsAt: this.clock.now() + outputSliceMs, bytes: 0, lines: 0 };
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      slice.bytes += chunk.length;
      for (let line = nextLine(rest); line !== undefined; line = nextLine(rest)) {
        this.onLine(line.bytes);
        rest = line.rest;
        slice.lines += 1;
        if (slice.bytes < outputSliceBytesMax && slice.lines < outputSliceLinesMax) continue;
        await this.#pause();
        slice = { endsAt: this.clock.now() + outputSliceMs, bytes: 0, lines: 0 };
      }
    }
    if (rest.length > 0) this.onLine(rest);
  }

  async #pause(): Promise<void> {
    this.#waiting += 1;
    await this.#after(outputSliceMs);
    this.#waiting -= 1;
  }

  #after(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.timer(this.clock.now() + ms, resolve));
  }
}

function nextLine(from: Buffer): { readonly bytes: Buffer; readonly rest: Buffer } | undefined {
  const end = from.indexOf(lineBreak);
  if (end !== -1 && end <= lineBytesMax) return { bytes: from.subarray(0, end), rest: from.subarray(end + 1) };
  return from.length > lineBytesMax ? { bytes: from.subarray(0, lineBytesMax), rest: from.subarray(lineBytesMax) } : undefined;
}
