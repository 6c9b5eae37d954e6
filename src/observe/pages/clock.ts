import type { SettableClock } from '../../base/settable-clock.js';
import { jsonReply, type Route } from '../../http/ports.js';

/** A hundred years: further, and times no longer fit their keys. */
const advanceMsMax = 100 * 365 * 86_400_000;

/**
 * POST /_signalbox/clock {"advanceMs": 30000}: jumps ahead, as if that much time had passed. Only where the broker was started
 * with a test clock; otherwise the page says how to get one.
 */
export function clockPage(clock: SettableClock | undefined): Route {
  return {
    method: 'POST',
    path: /^\/_signalbox\/clock$/,
    handle: async ({ body }) => {
      if (clock === undefined) return jsonReply(404, { error: 'the clock cannot be set: start the broker with --test-clock' });
      const advanceMs = advanceOf(body);
      if (advanceMs === undefined) {
        return jsonReply(400, {
          error: `the body must be {"advanceMs": N} with a whole number N of milliseconds from 0 to ${advanceMsMax}`,
        });
      }
      if (clock.now() + advanceMs > timeMax) return jsonReply(400, { error: 'the clock cannot go beyond the year 5000' });
      clock.advance(advanceMs);
      return jsonReply(200, { now: new Date(clock.now()).toISOString() });
    },
  };
}

/** The year 5000, as far as jumps can lead together. */
const timeMax = Date.UTC(5000, 0, 1);

function advanceOf(body: Buffer): number | undefined {
  const { advanceMs, ...others } = objectOf(body);
  const isValid = typeof advanceMs === 'number' && Number.isInteger(advanceMs) && advanceMs >= 0 && advanceMs <= advanceMsMax;
  return isValid && Object.keys(others).length === 0 ? advanceMs : undefined;
}

function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
