import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runIngestKills } from './ingest-kills.js';

/**
 * `npm run crash:ingest`: 300 kills, or as many as SIGNALBOX_CRASH_KILLS says. `npm run crash:ingest -- --faults`: while archive, metadata and topic fail now
 * and then.
 */
const kills = Number(process.env.SIGNALBOX_CRASH_KILLS ?? 300);
if (!(kills > 0)) throw new Error('SIGNALBOX_CRASH_KILLS must be a number above 0');

const faults = process.argv.includes('--faults');

const folder = await mkdtemp(join(tmpdir(), 'signalbox-ingest-killed-'));
process.stdout.write(`kills a broker on ${folder} ${kills} times${faults ? ', with faults' : ''}\n`);
const { violations } = await runIngestKills(folder, kills, faults, (totals) => process.stdout.write(`${JSON.stringify(totals)}\n`));
for (const violation of violations) process.stdout.write(`${violation}\n`);
if (violations.length === 0) await rm(folder, { recursive: true });
else process.stdout.write(`${violations.length} violations; the data is left in ${folder}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
