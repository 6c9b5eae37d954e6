import type { Clock } from './clock.js';

/** Resolves at a time, or when the signal fires if that is earlier. */
export function untilOrAborted(clock: Clock, at: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || at <= clock.now()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.timer(at, done);
    signal.addEventListener('abort', done);
  });
}
