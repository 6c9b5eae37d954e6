import type { Clock } from './clock.js';

/** A clock that a test can move. */
export interface SettableClock extends Clock {
  /** Jumps ahead by `ms` and calls every timer that is due by then, in order of their times. */
  advance(ms: number): void;
}

export interface SettableClockOptions {
  /** Epoch milliseconds. Default: the time it is. */
  readonly startAt?: number;
  /** Time stands still between jumps. Default false: real time flows, and jumps come on top. */
  readonly frozen?: boolean;
  /** The flow of time when not frozen. */
  readonly base: Clock;
}

/** Builds on a base clock for the flow of time, so that it reads no time of its own. */
export function settableClockOn({ base, startAt = base.now(), frozen = false }: SettableClockOptions): SettableClock {
  return new OffsetClock(base, startAt, frozen);
}

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  real: Disposable | undefined;
}

class OffsetClock implements SettableClock {
  readonly #pending = new Set<Pending>();
  readonly #startedAt: number;
  #offset = 0;
  #order = 0;

  constructor(
    private readonly base: Clock,
    private readonly startAt: number,
    private readonly frozen: boolean,
  ) {
    this.#startedAt = base.now();
  }

  now(): number {
    return this.startAt + this.#offset + (this.frozen ? 0 : this.base.now() - this.#startedAt);
  }

  timer(atMs: number, callback: () => void): Disposable {
    const pending: Pending = { at: atMs, order: this.#order++, callback, real: undefined };
    this.#pending.add(pending);
    if (!this.frozen || atMs <= this.now()) this.#arm(pending);
    return {
      [Symbol.dispose]: () => {
        this.#pending.delete(pending);
        pending.real?.[Symbol.dispose]();
      },
    };
  }

  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`a clock cannot be advanced by ${ms} ms: give a number from 0 up`);
    this.#offset += ms;
    const now = this.now();
    const due = [...this.#pending].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at || a.order - b.order);
    for (const pending of due) this.#fire(pending);
    if (!this.frozen) for (const pending of this.#pending) this.#arm(pending);
  }

  #arm(pending: Pending): void {
    pending.real?.[Symbol.dispose]();
    const wait = Math.max(0, pending.at - this.now());
    pending.real = this.base.timer(this.base.now() + wait, () => this.#fire(pending));
  }

  #fire(pending: Pending): void {
    if (!this.#pending.delete(pending)) return;
    pending.real?.[Symbol.dispose]();
    pending.callback();
  }
}
