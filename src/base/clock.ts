/** The only source of time below `main`. Times are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Calls back once, when `now() >= atMs` (at once, but never synchronously, when that is already so). Dispose to cancel. */
  timer(atMs: number, callback: () => void): Disposable;
}
