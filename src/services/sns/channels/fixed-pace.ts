import type { Pace } from './channel.js';

/**
 * The retry policies that nobody can change; developer guide, "Message delivery retries": attempts at once, before, during and after the
 * back-off. Delays in seconds; within the back-off they double.
 */
interface FixedPolicy {
  readonly immediate: number;
  readonly before: { readonly attempts: number; readonly seconds: number };
  readonly backoff: { readonly attempts: number; readonly secondsMin: number; readonly secondsMax: number };
  readonly after: { readonly attempts: number; readonly seconds: number };
}

/** To functions: 100,015 attempts over 23 days. */
export const managedPace: Pace = fixedPace({
  immediate: 3,
  before: { attempts: 2, seconds: 1 },
  backoff: { attempts: 10, secondsMin: 1, secondsMax: 20 },
  after: { attempts: 100_000, seconds: 20 },
});

/** To mailboxes, phones and mobile apps: 50 attempts over 6 hours. */
export const personalPace: Pace = fixedPace({
  immediate: 0,
  before: { attempts: 2, seconds: 10 },
  backoff: { attempts: 10, secondsMin: 10, secondsMax: 600 },
  after: { attempts: 38, seconds: 600 },
});

function fixedPace({ immediate, before, backoff, after }: FixedPolicy): Pace {
  const backoffFrom = immediate + before.attempts;
  const afterFrom = backoffFrom + backoff.attempts;
  return {
    perSecond: undefined,
    retryDelayMs(attempts) {
      if (attempts <= immediate) return 0;
      if (attempts <= backoffFrom) return before.seconds * 1_000;
      if (attempts <= afterFrom) {
        return Math.min(backoff.secondsMax, backoff.secondsMin * 2 ** (attempts - backoffFrom - 1)) * 1_000;
      }
      return attempts <= afterFrom + after.attempts ? after.seconds * 1_000 : undefined;
    },
  };
}
