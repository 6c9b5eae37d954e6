import type { QuotaPeriod } from './api-key.js';

/** Epoch ms; the end is the beginning of the next. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const dayMs = 86_400_000;

/** The day, the week from Monday on, or the month of a time, UTC. */
export function periodAt(per: QuotaPeriod, now: number): Period {
  const date = new Date(now);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const today = Date.UTC(year, month, date.getUTCDate());
  switch (per) {
    case 'day':
      return { from: today, to: today + dayMs };
    case 'week': {
      const monday = today - ((date.getUTCDay() + 6) % 7) * dayMs;
      return { from: monday, to: monday + 7 * dayMs };
    }
    case 'month':
      return { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + 1, 1) };
  }
}
