import { buildIfStale, installIfMissing } from './prepare.mjs';

installIfMissing();
buildIfStale();
// In this process: signals, arguments and the exit code are the program's own.
await import('../dist/cli/bin.js');
