import { readFileSync } from 'node:fs';

/**
 * The closing line of a run: `N passed, N failed, N skipped`. Arguments: vitest's JSON results, and the exit status so far.
 * A step that failed without a failed test, a suite that did not load, and results that are missing each count as one failure.
 */
const [file, status] = process.argv.slice(2);
const results = read(file);

const failed = results.numFailedTests;
const brokenSuites = results.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length;
const failures = failed + brokenSuites > 0 || status === '0' ? failed + brokenSuites : 1;
const skipped = results.numPendingTests + (results.numTodoTests ?? 0);

process.stdout.write(`${results.numPassedTests} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failures > 0 || status !== '0' ? 1 : 0;

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] };
  }
}
