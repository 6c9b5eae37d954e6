import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../examples/audit-trail/run.mjs', import.meta.url));
const endsMsMax = 110_000;

/** The example as it is, with fewer files. */
test('every file becomes a record that is archived, told of and proven, the one that failed too', { timeout: 120_000 }, async () => {
  const args = [program, '--files', '25'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: endsMsMax });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/the step "archive" has given up after 2 attempts \(Ingest\.ArchiveUnavailable\)/);
  for (const state of ['received', 'accepted', 'metadataStored', 'payloadArchived', 'archived']) {
    expect(stdout).toMatch(new RegExp(`told to be ${state} +25 records`));
  }
  expect(stdout).toMatch(/waiting in dead-letter queues +0\n/);
  expect(stdout).toMatch(/in the archive, as received +25\n +in the spool, as received +0\n +objects in the archive +25\n +findings +0\n/);
  expect(stdout).toMatch(/\nevery one of 25 records is archived\n$/);
});
