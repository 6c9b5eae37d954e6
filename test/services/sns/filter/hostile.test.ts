import { describe, expect, test } from 'vitest';
import { attributeFacts, bodyFacts } from '../../../../src/services/sns/filter/facts.js';
import { FilterIndex } from '../../../../src/services/sns/filter/filter-index.js';
import { matches } from '../../../../src/services/sns/filter/matcher.js';
import { type FilterPolicy, isFilterProblem, parseFilterPolicy } from '../../../../src/services/sns/filter/policy.js';

/** Each of these takes milliseconds where work grows with the input, and minutes, or all memory, where it grows with its square. */

const messageChars = 1_000_000;
const policyChars = 250_000;

function policy(value: unknown): FilterPolicy {
  const parsed = parseFilterPolicy(JSON.stringify(value), 'MessageBody');
  if (isFilterProblem(parsed)) throw new Error(parsed.text);
  return parsed;
}

function problem(json: string): string | undefined {
  const parsed = parseFilterPolicy(json, 'MessageBody');
  return isFilterProblem(parsed) ? parsed.text : undefined;
}

function accepts(policy: FilterPolicy, body: string): boolean {
  const facts = bodyFacts(body);
  if (typeof facts === 'string') throw new Error(facts);
  const index = new FilterIndex<string>();
  index.add('it', policy);
  const accepted = matches(policy, facts);
  expect(index.match(facts)).toEqual(accepted ? ['it'] : []);
  return accepted;
}

describe('a hostile message', () => {
  test.each([
    ['a string that never ends, of escapes', `{"a":"${'\\"'.repeat(messageChars / 2)}`],
    ['nesting without end', '{"a":'.repeat(messageChars / 5)],
    ['arrays without end', '['.repeat(messageChars)],
    ['quotes', '"'.repeat(messageChars)],
  ])('is no JSON object: %s', (_, body) => {
    expect(bodyFacts(body)).toBe('invalidMessageBody');
  });

  test('has one long key above very many', () => {
    const below = Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`k${at}`, at]));
    const body = JSON.stringify({ ['x'.repeat(messageChars / 2)]: below, y: below });
    expect(accepts(policy({ y: { k7: [7] } }), body)).toBe(true);
  });

  test('has a key of nothing but dots, and very many with dots', () => {
    const dotted = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`a.${at}`, at]));
    const body = JSON.stringify({ ['.'.repeat(messageChars / 2)]: 1, ...dotted });
    expect(accepts(policy({ a: { 7: [7] } }), body)).toBe(true);
  });

  test('has very many objects in an array, none of which has it all', () => {
    const many = Array.from({ length: 40_000 }, (_, at) => ({ b: at % 2, c: (at + 1) % 2, d: [{ e: at }] }));
    const asked = policy({ a: { b: [1], c: [1], d: { e: [{ exists: true }] } } });
    expect(accepts(asked, JSON.stringify({ a: many }))).toBe(false);
    expect(accepts(asked, JSON.stringify({ a: [...many, { b: 1, c: 1, d: [{ e: 0 }] }] }))).toBe(true);
  });

  test('nests as deep as it may', () => {
    const body = `${'{"a":['.repeat(499)}{"b":1}${']}'.repeat(499)}`;
    expect(accepts(policy({ [`${'a.'.repeat(499)}b`]: [1] }), body)).toBe(true);
    expect(accepts(policy({ a: { b: [1] } }), body)).toBe(false);
  });

  test('has a number of very many digits, and one with a very long exponent', () => {
    expect(accepts(policy({ a: [{ numeric: ['>', 0] }] }), `{"a":${'9'.repeat(messageChars)}}`)).toBe(true);
    expect(bodyFacts(`{"a":1e${'9'.repeat(messageChars)}}`)).toBe('invalidMessageBody');
    expect(attributeFacts([{ name: 'a', type: 'Number', value: `1e${'9'.repeat(messageChars)}` }])).toBe('invalidAttributes');
  });
});

describe('a hostile policy', () => {
  test.each([
    ['asterisks between short texts', '*a*ab*b'],
    ['a piece that almost fits everywhere', `*${'a'.repeat(policyChars / 2)}b${'a'.repeat(policyChars / 2 - 10)}*`],
    ['a piece that fits until its end', `*${'a'.repeat(policyChars - 10)}b*`],
  ])('has a wildcard: %s', (_, wildcard) => {
    const letters = JSON.stringify({ a: 'a'.repeat(messageChars) });
    expect(accepts(policy({ a: [{ wildcard }] }), letters)).toBe(false);
    expect(accepts(policy({ a: [{ 'anything-but': { wildcard } }] }), letters)).toBe(true);
  });

  test('nests deep, has a very long key, or very many keys', () => {
    expect(problem(`${'{"a":'.repeat(20_000)}["x"]${'}'.repeat(20_000)}`)).toBe('Filter policy is too complex');
    expect(problem(`{"${'.'.repeat(policyChars)}":["x"]}`)).toBe('Filter policy is too complex');
    expect(problem(`{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":[1]`).join()}}`)).toBe(
      'Filter policy can not have more than 5 keys',
    );
    expect(problem(`{"a":[${'1,'.repeat(100_000)}1]}`)).toBe('Filter policy is too complex');
  });

  test('is one of very many, each with a prefix of another length', () => {
    const index = new FilterIndex<number>();
    for (let length = 1; length <= 2_000; length++) index.add(length, policy({ a: [{ prefix: 'x'.repeat(length) }] }));
    const facts = bodyFacts(JSON.stringify({ a: Array.from({ length: 5_000 }, (_, at) => `${'x'.repeat(at % 100)}y`) }));
    if (typeof facts === 'string') throw new Error(facts);
    expect(index.match(facts)).toHaveLength(99);
  });

  test('names what every object has', () => {
    for (const key of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      expect(accepts(policy(JSON.parse(`{"${key}":[{"exists":true}]}`)), '{"a":1}')).toBe(false);
      expect(accepts(policy(JSON.parse(`{"${key}":["x"]}`)), `{"${key}":"x"}`)).toBe(true);
      expect(problem(`{"a":[{"${key}":1}]}`)).toBe(`Unrecognized match type ${key}`);
    }
  });
});
