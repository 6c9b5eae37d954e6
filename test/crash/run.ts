import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runCampaigns, type Totals } from './campaigns.js';

/** `npm run crash`: an hour of kills, or as many seconds as SIGNALBOX_CRASH_SECONDS says. */
const seconds = Number(process.env.SIGNALBOX_CRASH_SECONDS ?? 3_600);
if (!(seconds > 0)) throw new Error('SIGNALBOX_CRASH_SECONDS must be a number of seconds above 0');

const folder = await mkdtemp(join(tmpdir(), 'signalbox-killed-'));
process.stdout.write(`kills a broker on ${folder} for ${seconds} s\n`);
const { violations } = await runCampaigns(folder, seconds, (totals) => process.stdout.write(`${line(totals)}\n`));
for (const violation of violations) process.stdout.write(`${violation}\n`);
if (violations.length === 0) await rm(folder, { recursive: true });
else process.stdout.write(`${violations.length} violations; the data is left in ${folder}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;

function line({ seconds, kills, acknowledged, refused, unknown, messages, slowestReadyMs, violations }: Totals): string {
  return (
    `${seconds} s: ${kills} kills, ${acknowledged} calls acknowledged, ${refused} refused, ${unknown} cut off, ` +
    `${messages} messages, ready in ${slowestReadyMs} ms at the slowest, ${violations.length} violations`
  );
}
