import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from '../../../../src/services/workflows/language/choice-rule.js';
import { readDefinition } from '../../../../src/services/workflows/language/definition-reader.js';
import { readPathExpression } from '../../../../src/services/workflows/language/intrinsic.js';
import { boundedText, type Json, parseJson } from '../../../../src/services/workflows/language/json.js';
import { readPath } from '../../../../src/services/workflows/language/path-reader.js';
import { isQueryText, readQuery } from '../../../../src/services/workflows/language/query.js';
import { templateValue } from './evaluation.js';

const rules = { type: 'STANDARD', resourceProblem: () => undefined } as const;
const pieces = [
  '$',
  '$$',
  '.',
  '..',
  '[',
  ']',
  '*',
  '?(',
  '@',
  ')',
  "'",
  '"',
  'a',
  '0',
  '-1',
  ':',
  ',',
  '&&',
  '==',
  '!',
  ' ',
  '\\',
  'States.',
  'Format',
  'Array(',
  '{}',
];
const pathLike = fc.array(fc.constantFrom(...pieces), { maxLength: 20 }).map((parts) => parts.join(''));
const queryLike = fc
  .array(
    fc.constantFrom(
      '$states',
      '.input',
      '$',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ' ~> ',
      '$sum',
      '/a/',
      ':=',
      '1',
      '"x"',
      ',',
      'function',
      '?',
      ':',
      '^',
      '@',
      '#',
      '%',
      '*',
      '**',
    ),
    {
      maxLength: 15,
    },
  )
  .map((parts) => `{% ${parts.join('')} %}`);

test('whatever a path or a call looks like, it is read or refused, and evaluated or failed', async () => {
  await fc.assert(
    fc.asyncProperty(pathLike, fc.jsonValue(), async (text, input) => {
      readPath(text);
      readPathExpression(text);
      await templateValue({ 'x.$': text }, 'JSONPath', { input: input as Json });
    }),
    { numRuns: 1_000 },
  );
});

test('whatever an expression looks like, it is read or refused, and evaluated or failed', async () => {
  await fc.assert(
    fc.asyncProperty(queryLike, fc.jsonValue(), async (text, input) => {
      expect(isQueryText(text)).toBe(true);
      readQuery(text);
      await templateValue(text, 'JSONata', { input: input as Json });
    }),
    { numRuns: 500 },
  );
});

test('whatever a definition looks like, every problem is a diagnostic', () => {
  const name = fc.constantFrom(
    'StartAt',
    'States',
    'Type',
    'Next',
    'End',
    'Choices',
    'Branches',
    'Retry',
    'Catch',
    'Parameters',
    'a.$',
    '__proto__',
    'And',
    'Variable',
  );
  const leaf = fc.oneof(fc.constantFrom<Json>('Task', 'Choice', 'Map', 'Parallel', 'A', '$.a', '{% $ %}', true, 1, null));
  const tree = fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'medium' },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(name, tie('node'), { maxKeys: 5 }),
    ),
  }));
  const state = fc.dictionary(name, tree.node, { maxKeys: 6 });
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('A', 'B', '__proto__'), state), (states) => {
      const { machine, diagnostics } = readDefinition(JSON.stringify({ StartAt: 'A', States: states }), rules);
      expect(machine === undefined).toBe(diagnostics.some(({ severity }) => severity === 'ERROR'));
    }),
    { numRuns: 500 },
  );
});

test('a text is bounded as its bytes are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(200), (value, bytesMax) => {
      const text = JSON.stringify(value);
      expect(boundedText(value as Json, bytesMax)).toBe(Buffer.byteLength(text) <= bytesMax ? text : undefined);
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('a pattern without backslashes means what the regular expression means', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  fc.assert(
    fc.property(text, pattern, (value, given) => {
      expect(matches(value, given)).toBe(new RegExp(`^${given.replaceAll('*', '.*')}$`).test(value));
    }),
  );
});
