import { defineConfig } from 'vitest/config';

/** These kill processes at random moments under load, for a long time. */
const long = ['test/crash/**/*.test.ts', 'test/store/crash.test.ts'];
/** These replace modules or timers. */
const apart = ['test/flush/held-flush.test.ts', 'test/store/lmdb-store.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/aws-cli/setup.ts'],
    setupFiles: ['test/patience.ts'],
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        // One process for many files: loading the program anew for each takes longer than most tests.
        test: { name: 'suite', include: ['test/**/*.test.ts'], exclude: [...long, ...apart], isolate: false, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'apart', include: apart, sequence: { groupOrder: 0 } },
      },
      {
        // After all others and one at a time: what they measure and what others measure stays undisturbed.
        extends: true,
        test: { name: 'crash', include: long, maxWorkers: 1, testTimeout: 600_000, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
