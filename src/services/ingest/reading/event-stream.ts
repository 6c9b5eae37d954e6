import { Readable } from 'node:stream';
import type { Clock } from '../../../base/clock.js';
import type { Change } from '../change-log.js';

export interface EventStreamParts {
  readonly first: object;
  /** The number of the change behind which it begins. */
  readonly start: number;
  /** A page of them, in order; empty: there are no more yet. */
  readonly changesAfter: (sequence: number) => Promise<readonly Change[]>;
  /** Undefined: it is not wanted. */
  readonly eventOf: (change: Change) => Promise<object | undefined>;
  readonly clock: Clock;
}

/** Answers in which nothing moves are broken off after a minute. */
const stillThereMs = 15_000;
/** What waits for a client that reads slowly. The rest waits in the store. */
const waitingBytesMax = 64 * 1024;

/** Lines of JSON, read from the log of changes as fast as the client takes them. It need only be woken when there may be more. */
export class EventStream extends Readable {
  #reached: number;
  #isBegun = false;
  #isEnded = false;
  /** Whether something may have come since the last look. */
  #isWoken = false;
  #wake: () => void = () => {};
  #makeRoom: () => void = () => {};
  #timer: Disposable | undefined;

  constructor(private readonly parts: EventStreamParts) {
    super({ highWaterMark: waitingBytesMax });
    this.#reached = parts.start;
    this.#line(parts.first);
    this.#showLife();
  }

  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** What is in the store is not told any more. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#timer?.[Symbol.dispose]();
    this.wake();
    this.#makeRoom();
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    if (this.#isBegun) this.#makeRoom();
    else {
      this.#isBegun = true;
      this.#tell().catch((fault: Error) => this.destroy(fault));
    }
  }

  override _destroy(fault: Error | null, done: (fault: Error | null) => void): void {
    this.end();
    done(fault);
  }

  async #tell(): Promise<void> {
    while (!this.#isEnded) {
      this.#isWoken = false;
      const page = await this.parts.changesAfter(this.#reached);
      if (page.length === 0) await this.#untilWoken();
      for (const change of page) await this.#told(change);
    }
  }

  async #told(change: Change): Promise<void> {
    const event = await this.parts.eventOf(change);
    const missed = change.sequence - this.#reached - 1;
    this.#reached = change.sequence;
    if (this.#isEnded) return;
    if (missed > 0) this.#line({ missed });
    if (event === undefined || this.#line(event)) return;
    await new Promise<void>((resolve) => {
      this.#makeRoom = resolve;
    });
  }

  async #untilWoken(): Promise<void> {
    if (this.#isWoken) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #showLife(): void {
    if (this.#isEnded) return;
    const { clock } = this.parts;
    this.#timer = clock.timer(clock.now() + stillThereMs, () => {
      if (!this.#isEnded && this.readableLength === 0) this.push('\n');
      this.#showLife();
    });
  }

  #line(value: object): boolean {
    return this.push(`${JSON.stringify(value)}\n`);
  }
}
