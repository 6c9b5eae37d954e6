import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { refusalStatus } from '../../../src/services/ingest/refusal.js';

const page = await readFile(new URL('../../../docs/ingest.md', import.meta.url), 'utf8');
/** Rows whose last column has codes of refusals, and the one before it their status. */
const rows = page.split('\n').filter((line) => /^\|.*\|\s*\d{3}\b.*\|/.test(line));

test.each(Object.entries(refusalStatus))('the refusal %s is on the page, with its status %i', (code, status) => {
  expect(rows.filter((row) => row.includes(`\`${code}\``) && new RegExp(`\\| ${status}\\b`).test(row))).not.toEqual([]);
});

test('the page has no refusals that are none', () => {
  const named = rows.flatMap((row) => [...(row.split('|').at(-2) ?? '').matchAll(/`(\w+)`/g)].map(([, code]) => code));
  expect(named.filter((code) => !Object.hasOwn(refusalStatus, String(code)))).toEqual([]);
});
