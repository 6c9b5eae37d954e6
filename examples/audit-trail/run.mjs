import { fileURLToPath } from 'node:url';
import { runNode } from '../../scripts/child.mjs';
import { buildIfStale, installIfMissing } from '../../scripts/prepare.mjs';

installIfMissing();
buildIfStale();
const example = fileURLToPath(new URL('example.ts', import.meta.url));
runNode(['--no-warnings', '--import', 'tsx', example, ...process.argv.slice(2)]);
