import { defineConfig } from 'vitest/config';

/** These kill processes at random moments under load, for a long time. */
const long = ['test/crash/**/*.test.ts', 'test/store/crash.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: { name: 'suite', include: ['test/**/*.test.ts'], exclude: long, sequence: { groupOrder: 0 } },
      },
      {
        // After all others and one at a time: what they measure and what others measure stays undisturbed.
        extends: true,
        test: { name: 'crash', include: long, maxWorkers: 1, testTimeout: 600_000, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
