import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runIngestKills } from './ingest-kills.js';

/** `npm run crash:ingest` kills it 300 times. */

it.each([
  ['under load', false, 14],
  ['while archive, metadata and topic fail and what failed is redriven', true, 6],
])(
  'archives every record that has a receipt, once, and tells of it in order, when it is killed again and again %s',
  async (_, faults, kills) => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-ingest-killed-'));
    const { violations, ...totals } = await runIngestKills(folder, kills, faults, () => {});
    console.log(JSON.stringify(totals));
    expect(violations).toEqual([]);
    expect(totals.receipts).toBeGreaterThan(kills);
    await rm(folder, { recursive: true }); // a failure leaves it to be looked at
  },
  300_000,
);
