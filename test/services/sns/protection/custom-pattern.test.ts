import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCustomPattern } from '../../../../src/services/sns/protection/custom-pattern.js';
import { searchFor } from '../../../../src/services/sns/protection/pattern-search.js';

/** The text with a # for every character that was found. */
function found(source: string, text: string): string {
  const spans = searchFor(source)(text);
  return spans.reduceRight((rest, { start, end }) => rest.slice(0, start) + '#'.repeat(end - start) + rest.slice(end), text);
}

describe('a custom expression', () => {
  test.each([
    ['EID-\\d{9}-US', 'by EID-123456789-US and EID-12345678-US', 'by ################ and EID-12345678-US'],
    ['\\d{3,}', '12 123 12345', '12 ### #####'],
    ['^ab', 'ab ab', '## ab'],
    ['ab$', 'ab ab', 'ab ##'],
    ['\\bab\\b', 'ab cab abc', '## cab abc'],
    ['a|bc|d?e', 'abcde', '#####'],
    ['[^a-c]', 'abcé', 'abc#'],
    ['[]x]', 'a]x', 'a##'],
    ['x[a-]y', 'xay x-y xby', '### ### xby'],
    ['\\.', 'a.b', 'a#b'],
    ['a.c', 'a\nc abc', 'a\nc ###'],
    ['a+?b', 'aab', '###'],
    ['[\\d_]+\\s\\w', '1_ x', '####'],
  ])('%s finds in %j', (source, text, expected) => {
    expect(found(source, text)).toBe(expected);
  });

  test.each([
    ['', 'it must have 1 to 200 characters'],
    ['x'.repeat(201), 'it must have 1 to 200 characters'],
    ['(a)', 'it may have letters, digits, spaces'],
    ['a:b', 'it may have letters, digits, spaces'],
    ['a{161}', 'it describes more than 160 characters'],
    ['a{90}|b{90}', 'it describes more than 160 characters'],
    ['*a', 'there is nothing before *'],
    ['a**', 'a repetition is repeated'],
    ['a{2}{3}', 'a repetition is repeated'],
    ['a{3,2}', 'the wrong way round'],
    ['a{x}', 'a count in braces'],
    ['[ab', 'a class has no ]'],
    ['[b-a]', 'a range of a class'],
    ['a\\', 'it ends with a backslash'],
    ['\\p', '\\p is not supported'],
    ['a$b', 'may stand at the ends'],
    ['a^', 'may stand at the ends'],
    ['a||b', 'an alternative is empty'],
    ['^$', 'an alternative is empty'],
  ])('%s is refused', (source, problem) => {
    expect(readCustomPattern(source)).toMatchObject({ problem: expect.stringContaining(problem) });
  });

  test('finds the characters of every match that there is', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\d', '1');
    const times = fc.constantFrom('', '', '?', '*', '+', '{2}', '{1,3}', '{0,2}', '{2,}');
    const alternative = fc.array(fc.tuple(atom, times), { minLength: 1, maxLength: 6 }).map((parts) => parts.flat().join(''));
    const source = fc.array(alternative, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|'));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '\n', 'é'), maxLength: 12 });
    fc.assert(
      fc.property(source, text, (source, text) => {
        expect(found(source, text)).toBe(naive(source, text));
      }),
      { numRuns: 500 },
    );
  });

  test('finds them over more places than a word of bits has', () => {
    const wide = fc.tuple(fc.integer({ min: 28, max: 70 }), fc.constantFrom('a{N}b', '[ab]{1,N}1', 'b?a{0,N}1a', '1[ab]{N}1'));
    fc.assert(
      fc.property(wide, fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 3 }), ([count, shape], end) => {
        const source = shape.replace('N', String(count));
        const text = `1${'a'.repeat(count)}${end}`;
        expect(found(source, text)).toBe(naive(source, text));
      }),
      { numRuns: 100 },
    );
  });

  /** A search that is not linear would not end within the test's time. */
  test.each([
    'a*a*a*a*a*b',
    '[a-z]{150}[0-9]',
    'a[^b]*b|a',
    '[ab]{1,50}[a-c]{1,50}[a-d]{1,50}1',
    '.*.*.*x',
    '.|'.repeat(99).concat('.'),
    'a|'.repeat(99).concat('a'),
  ])('%s is linear on one letter', (source) => {
    const text = 'a'.repeat(262_144);
    expect(searchFor(source)(text)).toEqual(/\|[a.]$/.test(source) ? [{ start: 0, end: text.length }] : []);
  });
});

/** Every part of the text is tried by itself. */
function naive(source: string, text: string): string {
  const whole = new RegExp(`^(?:${source})$`);
  const marked = [...text];
  for (let start = 0; start < text.length; start++) {
    for (let end = start + 1; end <= text.length; end++) if (whole.test(text.slice(start, end))) marked.fill('#', start, end);
  }
  return marked.join('');
}
