import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { buildIfStale } from '../../scripts/prepare.mjs';

const run = promisify(execFile);
const folder = new URL('../../examples/', import.meta.url);
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** Those that print the same each time; others have a test of their own. */
const told = names.filter((name) => pageOf(name).includes('```text'));
const playMsMax = 90_000;

function pageOf(name: string): string {
  return readFileSync(new URL(`${name}/README.md`, folder), 'utf8');
}

/** Each of them would, and they run at once. */
beforeAll(buildIfStale, 300_000);

test.concurrent.each(told)('the example %s does and prints what its page says', { timeout: playMsMax }, async (name) => {
  const [, said] = /^```text\n([\s\S]*?)^```$/m.exec(pageOf(name)) ?? [];
  const { stdout } = await run(process.execPath, [fileURLToPath(new URL(`${name}/run.mjs`, folder))], { timeout: playMsMax });
  expect(stdout).toBe(said);
});

test('every example is on the page of all', () => {
  const page = readFileSync(new URL('README.md', folder), 'utf8');
  expect([...page.matchAll(/^\| \[([\w-]+)\]\(\1\)/gm)].map(([, name]) => name).sort()).toEqual(names.sort());
});
