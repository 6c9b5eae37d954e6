import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCampaigns } from './campaigns.js';

/** Short runs do not show everything: `SIGNALBOX_CRASH_SECONDS=900` for a long one. */
const seconds = Number(process.env.SIGNALBOX_CRASH_SECONDS ?? 120);

it(
  'keeps what it acknowledged, and every order and count, when it is killed under load again and again',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-killed-'));
    const { violations, ...totals } = await runCampaigns(folder, seconds, () => {});
    console.log(JSON.stringify(totals));
    expect(violations).toEqual([]);
    expect(totals.kills).toBeGreaterThan(seconds / 8);
    expect(totals.acknowledged).toBeGreaterThan(seconds);
    await rm(folder, { recursive: true }); // a failure leaves it to be looked at
  },
  (seconds * 1.5 + 120) * 1_000,
);
