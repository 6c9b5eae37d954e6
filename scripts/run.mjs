import { runNode } from './child.mjs';
import { buildIfStale, installIfMissing } from './prepare.mjs';

/** Runs a TypeScript program of this repository, such as bench/run.ts: `node scripts/run.mjs FILE [ARGUMENT...]`. */
const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('usage: node scripts/run.mjs FILE [ARGUMENT...]');

installIfMissing();
buildIfStale();
runNode(['--import', 'tsx', program, ...args]);
