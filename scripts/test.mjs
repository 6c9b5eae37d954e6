import { runNode } from './child.mjs';
import { buildIfStale, installIfMissing } from './prepare.mjs';

installIfMissing();
buildIfStale();
runNode(['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
