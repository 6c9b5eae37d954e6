import fc from 'fast-check';
import { createRealClock } from '../../src/base/real-clock.js';
import { type SettableClock, settableClockOn } from '../../src/base/settable-clock.js';
import { scenario } from './operations.js';
import { Session } from './session.js';
import type { Subject } from './subject.js';

/**
 * `MODEL_RUNS` multiplies the number of runs; `MODEL_SEED` (and `MODEL_PATH`) repeat a failure that was printed.
 */
const factor = Number(process.env.MODEL_RUNS ?? 1);
const seed = process.env.MODEL_SEED;
const path = process.env.MODEL_PATH;

export const startedAt = Date.UTC(2025, 0, 1);
/** Long enough for a machine that does other things too. */
export const modelMsMax = 120_000 * Math.max(1, factor);

/** Plays `runs` random scenarios, each against a broker of its own. */
export async function followsTheModel(runs: number, open: (clock: SettableClock, seed: number) => Promise<Subject>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scenario, fc.nat(), async (script, chance) => {
      const clock = settableClockOn({ base: createRealClock(), startAt: startedAt, frozen: true });
      const subject = await open(clock, chance);
      try {
        await new Session(subject, clock).play(script);
      } finally {
        await subject.close();
      }
    }),
    {
      numRuns: Math.ceil(runs * factor),
      interruptAfterTimeLimit: modelMsMax * 0.8, // a failure that takes long to shrink is reported as far as it is shrunk
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      ...(path === undefined ? {} : { path }),
    },
  );
}
