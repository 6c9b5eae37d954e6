import type { Clock } from '../../../base/clock.js';

/** A signal that fires with another one, or at a time. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Ends an attempt after so many milliseconds, or with its worker. By hand: `AbortSignal.any` leaves some bytes with the signal of the worker for each
 * attempt (seen in Node 20), and a worker lives as long as its subscription.
 */
export function deadlineOf(signal: AbortSignal, clock: Clock, ms: number): Deadline {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const timer = clock.timer(clock.now() + ms, end);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  return {
    signal: ended.signal,
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', end);
    },
  };
}
