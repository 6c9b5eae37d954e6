import { expect, test } from 'vitest';
import { readChoiceRule } from '../../../../src/services/workflows/language/choice-reader.js';
import { holds } from '../../../../src/services/workflows/language/choice-rule.js';
import { Failure } from '../../../../src/services/workflows/language/failure.js';
import { Fields } from '../../../../src/services/workflows/language/fields.js';
import type { JsonObject } from '../../../../src/services/workflows/language/json.js';
import { Problems } from '../../../../src/services/workflows/language/problems.js';
import { countingRandom } from './evaluation.js';

const input = {
  s: 'mm',
  n: 5,
  t: '2026-01-01T12:00:00Z',
  b: true,
  nothing: null,
  zero: 0,
  other: { s: 'mm', n: 6, t: '2026-01-01T13:00:00+01:00' },
};

function outcomeOf(rule: JsonObject): unknown {
  const problems = new Problems();
  const read = readChoiceRule(new Fields(rule, '/rule', problems));
  if (read === undefined) return problems.found;
  const scope = { input, context: {}, states: {}, variables: { limit: 5 }, now: 0, random: countingRandom() };
  const held = holds(read, scope);
  return held instanceof Failure ? held.error : held;
}

const at = (name: string) => ({ Variable: `$.${name}` });

// Amazon States Language, "Choice State": each operator, both ways, and the wrong type.
const cases: readonly (readonly [JsonObject, unknown])[] = [
  ...(['String', 'Numeric', 'Timestamp'] as const).flatMap((type): (readonly [JsonObject, boolean])[] => {
    const [variable, low, same, high] = {
      String: ['s', 'ma', 'mm', 'mz'],
      Numeric: ['n', 4, 5, 6],
      Timestamp: ['t', '2026-01-01T11:59:59Z', '2026-01-01T14:00:00+02:00', '2026-01-01T12:00:00.001Z'],
    }[type] as [string, string | number, string | number, string | number];
    const expected = {
      Equals: [0, 1, 0],
      LessThan: [0, 0, 1],
      GreaterThan: [1, 0, 0],
      LessThanEquals: [0, 1, 1],
      GreaterThanEquals: [1, 1, 0],
    };
    return Object.entries(expected).flatMap(([relation, held]) => [
      ...[low, same, high].map((operand, index) => [{ ...at(variable), [`${type}${relation}`]: operand }, held[index] === 1] as const),
      [{ ...at('b'), [`${type}${relation}`]: same }, false] as const,
    ]);
  }),
  [{ ...at('b'), BooleanEquals: true }, true],
  [{ ...at('b'), BooleanEqualsPath: '$.b' }, true],
  [{ ...at('s'), StringEqualsPath: '$.other.s' }, true],
  [{ ...at('n'), NumericLessThanPath: '$.other.n' }, true],
  [{ ...at('t'), TimestampEqualsPath: '$.other.t' }, true],
  [{ Variable: '$limit', NumericEqualsPath: '$.n' }, true],
  [{ ...at('n'), NumericEqualsPath: '$.s' }, false],
  [{ ...at('n'), NumericEqualsPath: '$.missing' }, 'States.Runtime'],
  [{ ...at('missing'), StringEquals: 'x' }, 'States.Runtime'],
  [{ ...at('missing'), IsNull: true }, 'States.Runtime'],
  [{ ...at('missing'), IsPresent: true }, false],
  [{ ...at('missing'), IsPresent: false }, true],
  [{ ...at('nothing'), IsPresent: true }, true],
  [{ ...at('nothing'), IsNull: true }, true],
  [{ ...at('s'), IsString: true }, true],
  [{ ...at('n'), IsNumeric: false }, false],
  [{ ...at('b'), IsBoolean: true }, true],
  [{ ...at('t'), IsTimestamp: true }, true],
  [{ ...at('s'), IsTimestamp: true }, false],
  [
    {
      And: [
        { ...at('b'), BooleanEquals: true },
        { ...at('n'), NumericEquals: 5 },
      ],
    },
    true,
  ],
  [
    {
      And: [
        { ...at('b'), BooleanEquals: false },
        { ...at('missing'), IsNull: true },
      ],
    },
    false,
  ],
  [
    {
      Or: [
        { ...at('b'), BooleanEquals: true },
        { ...at('missing'), IsNull: true },
      ],
    },
    true,
  ],
  [{ Not: { ...at('n'), NumericEquals: 5 } }, false],
];

test.each(cases)('%j', (rule, expected) => {
  expect(outcomeOf(rule)).toEqual(expected);
});

test.each([
  ['log-2026.txt', 'log-*.txt', true],
  ['log-.txt', 'log-*.txt', true],
  ['log.txt', 'log-*.txt', false],
  ['abc', '*', true],
  ['abc', 'a*b*c', true],
  ['abab', 'ab*ab', true],
  ['aba', 'ab*ba', false],
  ['a*c', 'a\\*c', true],
  ['abc', 'a\\*c', false],
  ['a\\c', 'a\\\\c', true],
  ['a'.repeat(10_000), `${'*a'.repeat(2_000)}b`, false],
])('%.20s against %.20s', (text, pattern, expected) => {
  const rule = { Variable: '$limit', StringMatches: pattern };
  const problems = new Problems();
  const read = readChoiceRule(new Fields(rule, '/rule', problems));
  const scope = { input, context: {}, states: {}, variables: { limit: text }, now: 0, random: countingRandom() };
  expect(read && holds(read, scope)).toBe(expected);
});
