import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals, parseDecimal } from '../../../../src/services/sns/filter/decimal.js';
import { bodyFacts } from '../../../../src/services/sns/filter/facts.js';
import { FilterIndex } from '../../../../src/services/sns/filter/filter-index.js';
import { matches } from '../../../../src/services/sns/filter/matcher.js';
import { type FilterPolicy, isFilterProblem, parseFilterPolicy } from '../../../../src/services/sns/filter/policy.js';

/** Few keys, few values: what is generated often matches. */
const keys = fc.constantFrom('a', 'b', 'c', 'a.b');
const texts = fc.constantFrom('', 'x', 'X', 'xy', 'xyz', 'yx', '10.0.0.1', '10.1.0.1', '::1');
const numbers = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(0.5, 2.25, -0.5, 1e8, 1e-4));
const scalars = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null));

const range = fc
  .tuple(numbers, numbers, fc.constantFrom('>', '>='), fc.constantFrom('<', '<='))
  .filter(([low, high]) => low < high)
  .map(([low, high, above, below]) => ({ numeric: [above, low, below, high] }));
const condition = fc.oneof(
  scalars,
  texts.map((prefix) => ({ prefix })),
  texts.map((text) => ({ prefix: { 'equals-ignore-case': text } })),
  texts.map((suffix) => ({ suffix })),
  texts.map((text) => ({ 'equals-ignore-case': text })),
  fc.constantFrom('*', 'x*', '*x', 'x*z', '*y*').map((wildcard) => ({ wildcard })),
  fc.oneof(texts, fc.array(texts, { minLength: 1, maxLength: 2 }), numbers).map((excluded) => ({ 'anything-but': excluded })),
  texts.map((prefix) => ({ 'anything-but': { prefix } })),
  range,
  fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '='), numbers).map(([operator, value]) => ({ numeric: [operator, value] })),
  fc.boolean().map((exists) => ({ exists })),
  fc.constantFrom('10.0.0.0/8', '10.0.0.0/16', '0.0.0.0/0', '::/0').map((cidr) => ({ cidr })),
);
const leaf = fc.array(condition, { minLength: 1, maxLength: 3 });
const flat = fc.dictionary(keys, leaf, { minKeys: 1, maxKeys: 2 });
const policies = fc
  .oneof(
    flat,
    fc.record({ a: fc.oneof(leaf, fc.dictionary(fc.constantFrom('b', 'c'), leaf, { minKeys: 1, maxKeys: 2 })) }),
    fc.tuple(flat, flat).map((branches) => ({ $or: branches })),
    fc.tuple(leaf, flat, flat).map(([c, ...branches]) => ({ c, $or: branches })),
    fc.constant({}),
  )
  .map((policy) => parseFilterPolicy(JSON.stringify(policy), 'MessageBody'))
  .filter((policy): policy is FilterPolicy => !isFilterProblem(policy));

const nested = fc.dictionary(fc.constantFrom('b', 'c'), fc.oneof(scalars, fc.array(scalars, { maxLength: 2 })), { maxKeys: 2 });
const bodies = fc
  .dictionary(keys, fc.oneof(scalars, fc.array(fc.oneof(scalars, nested), { maxLength: 3 }), nested), { maxKeys: 3 })
  .map((body) => JSON.stringify(body));

describe('the index of filter policies', () => {
  test('finds what evaluating every policy finds, through additions, replacements and deletions', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), id: fc.nat(20), policy: policies }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), id: fc.nat(20) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('match' as const), body: bodies }) },
    );
    let found = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const index = new FilterIndex<number>();
        const model = new Map<number, FilterPolicy>();
        for (const each of steps) {
          if (each.kind === 'add') {
            index.add(each.id, each.policy);
            model.set(each.id, each.policy);
          } else if (each.kind === 'delete') {
            index.delete(each.id);
            model.delete(each.id);
          } else {
            const facts = bodyFacts(each.body);
            if (typeof facts === 'string') throw new Error('a generated body is an object');
            const expected = [...model].filter(([, policy]) => matches(policy, facts)).map(([id]) => id);
            expect([...index.match(facts)].sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
            found += expected.length;
          }
        }
        expect(index.size).toBe(model.size);
      }),
      { numRuns: 1_000, seed: 7 },
    );
    expect(found).toBeGreaterThan(5_000);
  });

  test('of ten thousand policies it tries few, whatever their kind', () => {
    let tried = 0;
    const index = new FilterIndex<number>();
    for (let at = 0; at < 10_000; at++) {
      const conditions = [
        `{"id":["customer-${at}"],"kind":["order"]}`,
        `{"price":[{"numeric":[">=",${at * 10},"<",${at * 10 + 10}]}],"kind":["order"]}`,
        `{"path":[{"prefix":"/store/${at}/"}],"kind":[{"anything-but":"x"}]}`,
      ];
      const policy = parseFilterPolicy(conditions[at % 3] ?? '', 'MessageBody');
      if (isFilterProblem(policy)) throw new Error(policy.text);
      index.add(at, {
        ...policy,
        get paths() {
          tried++; // what evaluating it begins with
          return policy.paths;
        },
      });
    }
    expect(tried).toBe(0);
    const facts = bodyFacts('{"id":"customer-3000","price":50025,"path":"/store/8/x","kind":"order"}');
    if (typeof facts === 'string') throw new Error('an object');
    expect([...index.match(facts)].sort((a, b) => a - b)).toEqual([8, 3000, 5002]);
    expect(tried).toBeLessThan(50);
  });
});
describe('decimals', () => {
  const written = fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: -8, max: 8 }))
    .map(([negative, value, exponent]) => ({
      text: `${negative ? '-' : ''}${value}e${exponent}`,
      scaled: (negative ? -value : value) * 10n ** BigInt(exponent + 8),
    }));

  test('are ordered as exact integers are', () => {
    fc.assert(
      fc.property(written, written, (one, other) => {
        const [a, b] = [parseDecimal(one.text), parseDecimal(other.text)];
        if (a === undefined || b === undefined) throw new Error('a decimal');
        const expected = one.scaled < other.scaled ? -1 : one.scaled > other.scaled ? 1 : 0;
        expect(Math.sign(compareDecimals(a, b))).toBe(expected);
        expect(a.canonical === b.canonical).toBe(expected === 0);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  test.each(['', '.', 'e1', '1e', '--1', '0x1', 'NaN', 'Infinity', '1 ', '1_0'])('%j is none', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});
