import { createSettableClock } from './base/real-clock.js';
import type { SettableClock } from './base/settable-clock.js';
import { type Options, resolveOptions } from './config/resolve.js';
import { startBroker } from './main.js';

/** The public API for programs and tests that run a broker within themselves. */

export interface SignalboxOptions extends Options {
  /** A clock from `createSettableClock`, for instance one that starts at a given time or stands still between jumps. */
  readonly clock?: SettableClock | undefined;
}

/** A running broker. */
export interface Signalbox extends AsyncDisposable {
  /** What AWS clients take as their endpoint: `http://127.0.0.1:34567`. */
  readonly url: string;
  readonly port: number;
  /** The broker's time: `clock.advance(30_000)` jumps past a visibility timeout without waiting. */
  readonly clock: SettableClock;
  /** Answers waiting long polls, finishes what is in hand and closes the data folder. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a broker. Options are those of `signalbox start`, with defaults for tests: a free port, everything in memory
 * unless `data` names a folder or `durability` is given (then `./signalbox-data`), and logs from `warn` up. The environment is not read. Several brokers can run in one process.
 * Rejects with an error that names the option that cannot be used, or says why the port or the folder cannot.
 */
export async function startSignalbox(options: SignalboxOptions = {}): Promise<Signalbox> {
  const { clock = createSettableClock(), ...settings } = options;
  const broker = await startBroker(await resolveOptions(settings), { clock });
  return {
    url: broker.url,
    port: broker.port,
    clock,
    stop: () => broker.stop(),
    [Symbol.asyncDispose]: () => broker.stop(),
  };
}

export type { SettableClock };
export { createSettableClock };
