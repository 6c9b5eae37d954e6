import { expect, test } from 'vitest';
import { readFilterPattern } from '../../../src/services/logs/model/filter-pattern.js';
import { isRefusal } from '../../../src/wire/refusal.js';

/** User guide, "Filter pattern syntax": match terms in unstructured log events. */
test.each([
  ['', 'anything', true],
  ['ERROR', '[ERROR] it failed', true],
  ['ERROR', '[error] it failed', false],
  ['ERROR ARGUMENTS', 'ERROR of ARGUMENTS', true],
  ['ERROR ARGUMENTS', 'ERROR of other things', false],
  ['"INTERNAL SERVER ERROR"', 'an INTERNAL SERVER ERROR', true],
  ['"INTERNAL SERVER ERROR"', 'an INTERNAL ERROR', false],
  ['?ERROR ?WARN', 'WARN of it', true],
  ['?ERROR ?WARN', 'INFO of it', false],
  ['ERROR -ARGUMENTS', 'ERROR of other things', true],
  ['ERROR -ARGUMENTS', 'ERROR of ARGUMENTS', false],
  ['-REPORT', 'START', true],
  ['"say \\"no\\""', 'they say "no" again', true],
])('%s and %j: %s', (pattern, text, taken) => {
  const filter = readFilterPattern(pattern);
  if (isRefusal(filter)) throw filter;
  expect(filter(text)).toBe(taken);
});

test.each(['{ $.level = "error" }', '[ip, user]', '%ERROR.*%', '"open', 'x'.repeat(1_025)])('%j is refused', (pattern) => {
  expect(isRefusal(readFilterPattern(pattern))).toBe(true);
});
