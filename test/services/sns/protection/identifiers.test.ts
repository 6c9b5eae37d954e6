import { describe, expect, test } from 'vitest';
import { managedIdentifiers } from '../../../../src/services/sns/protection/identifiers/catalogue.js';
import { Scanner } from '../../../../src/services/sns/protection/scanner.js';
import { cases } from './cases.js';

/** The text with what was found between « and ». */
function marked(scanner: Scanner, text: string): string {
  return [...scanner.scan(text)]
    .reverse()
    .reduce((rest, { start, end }) => `${rest.slice(0, start)}«${rest.slice(start, end)}»${rest.slice(end)}`, text);
}

test('every managed identifier has cases', () => {
  expect(Object.keys(cases).sort()).toEqual([...managedIdentifiers.keys()].sort());
});

describe.each(Object.entries(cases))('%s', (name, { found, not }) => {
  const identifier = managedIdentifiers.get(name);
  const scanner = new Scanner(identifier === undefined ? [] : [identifier]);
  test.each(found)('finds %s', (text) => {
    expect(marked(scanner, text.replace(/[«»]/g, ''))).toBe(text);
  });
  test.each(not)('finds nothing in %s', (text) => {
    expect(scanner.scan(text)).toEqual([]);
  });
});
