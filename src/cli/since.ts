import { createRealClock } from '../base/real-clock.js';
import { ConfigError } from '../config/config-error.js';

/** What `--since` takes. */
export const sinceHelp = '30s, 10m, 2h or 1d ago, or a time such as 2026-01-01T12:00:00Z';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** As ISO 8601. */
export function sinceOf(text: string): string {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const at = amount === undefined ? Date.parse(text) : createRealClock().now() - Number(amount) * (unitMs[unit] ?? 0);
  if (Number.isNaN(new Date(at).getTime()))
    throw new ConfigError(`--since is ${JSON.stringify(text)}: expected a length such as 10m, or a time such as 2026-01-01T12:00:00Z`);
  return new Date(at).toISOString();
}
