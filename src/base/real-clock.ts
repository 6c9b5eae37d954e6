import type { Clock } from './clock.js';
import { type SettableClock, settableClockOn } from './settable-clock.js';

/** `setTimeout` takes no more; longer waits are made of several. */
const timeoutMsMax = 2 ** 31 - 1;

/** The machine's time. Its timers do not keep the process alive. */
export function createRealClock(): Clock {
  return { now: () => Date.now(), timer: (atMs, callback) => new RealTimer(atMs, callback) };
}

/** A clock for tests: starts at the machine's time unless told otherwise. */
export function createSettableClock(options: { readonly startAt?: number; readonly frozen?: boolean } = {}): SettableClock {
  return settableClockOn({ ...options, base: createRealClock() });
}

class RealTimer implements Disposable {
  #timeout: NodeJS.Timeout | undefined;

  constructor(
    private readonly atMs: number,
    private readonly callback: () => void,
  ) {
    this.#wait();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timeout);
  }

  #wait(): void {
    const left = Math.max(0, this.atMs - Date.now());
    this.#timeout = setTimeout(() => (left > timeoutMsMax ? this.#wait() : this.callback()), Math.min(left, timeoutMsMax));
    this.#timeout.unref();
  }
}
