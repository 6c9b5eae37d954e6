import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passes } from '../../src/patterns/condition.js';
import { isFilterProblem } from '../../src/patterns/filter-problem.js';
import { Needle } from '../../src/patterns/needle.js';
import { readWildcard } from '../../src/patterns/wildcard-reader.js';

/** Two letters, so that near misses are many. */
const letters = (size: { minLength?: number; maxLength: number }) => fc.string({ unit: fc.constantFrom('a', 'b'), ...size });

describe('a needle', () => {
  test('is found where indexOf finds it, short or long', () => {
    const texts = fc.oneof(letters({ minLength: 1, maxLength: 6 }), letters({ minLength: 33, maxLength: 40 }));
    fc.assert(
      fc.property(texts, letters({ maxLength: 80 }), fc.nat(60), fc.boolean(), (text, around, from, inside) => {
        const value = inside ? around + text + around : around;
        expect(new Needle(text).indexIn(value, from)).toBe(value.indexOf(text, from));
      }),
      { numRuns: 3_000, seed: 7 },
    );
  });

  test('overlaps itself', () => {
    const text = `${'ab'.repeat(20)}ac`;
    expect(new Needle(text).indexIn(`ab${text}`, 0)).toBe(2);
  });
});

describe('a wildcard', () => {
  test('matches what the regular expression for it matches', () => {
    const patterns = fc.array(letters({ maxLength: 3 }), { minLength: 1, maxLength: 4 });
    let matched = 0;
    fc.assert(
      fc.property(patterns, letters({ maxLength: 10 }), (pieces, value) => {
        const pattern = pieces.join('*').replace(/\*+/g, '*');
        const wildcard = readWildcard(pattern);
        if (isFilterProblem(wildcard)) throw new Error(wildcard.text);
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(value);
        if (expected) matched++;
        expect(passes(value, wildcard)).toBe(expected);
      }),
      { numRuns: 5_000, seed: 7 },
    );
    expect(matched).toBeGreaterThan(300);
  });
});
