import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attributeFacts,
  bodyFacts,
  type Facts,
  type FilterableAttribute,
  type NoFacts,
} from '../../../../src/services/sns/filter/facts.js';
import { FilterIndex } from '../../../../src/services/sns/filter/filter-index.js';
import { matches } from '../../../../src/services/sns/filter/matcher.js';
import { type FilterPolicy, type FilterScope, isFilterProblem, parseFilterPolicy } from '../../../../src/services/sns/filter/policy.js';
import { accepts, type Json } from './oracle.js';

/** Few keys, few values: what is generated often matches. */
const keys = fc.constantFrom('a', 'b', 'c', 'a.b', 'a.c');
const long = 'xyz'.repeat(40);
const texts = fc.constantFrom('', 'x', 'X', 'xy', 'xyz', 'yx', 'xyy', '10.0.0.1', '10.1.0.1', '::1', long, `${long}x`, `x${long}`);
const numbers = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(0.5, 2.25, -0.5, 1e8, -1e8));
const scalars = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null));
const patterns = fc.constantFrom('*', 'x*', '*x', 'x*z', '*y*', 'x*y*y', 'xy', `*${long.slice(3)}*`);

const range = fc
  .tuple(numbers, numbers, fc.constantFrom('>', '>='), fc.constantFrom('<', '<='))
  .filter(([low, high]) => low < high)
  .map(([low, high, above, below]) => ({ numeric: [above, low, below, high] }));
const oneOrMany = (values: fc.Arbitrary<string>) => fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 2 }));
const condition: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: scalars },
  texts.map((prefix) => ({ prefix })),
  texts.map((text) => ({ prefix: { 'equals-ignore-case': text } })),
  texts.map((suffix) => ({ suffix })),
  texts.map((text) => ({ suffix: { 'equals-ignore-case': text } })),
  texts.map((text) => ({ 'equals-ignore-case': text })),
  patterns.map((wildcard) => ({ wildcard })),
  fc.oneof(oneOrMany(texts), numbers, fc.array(numbers, { minLength: 1, maxLength: 2 })).map((each) => ({ 'anything-but': each })),
  oneOrMany(texts).map((prefix) => ({ 'anything-but': { prefix } })),
  oneOrMany(texts).map((suffix) => ({ 'anything-but': { suffix } })),
  oneOrMany(texts).map((text) => ({ 'anything-but': { 'equals-ignore-case': text } })),
  oneOrMany(patterns).map((wildcard) => ({ 'anything-but': { wildcard } })),
  range,
  fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '='), numbers).map(([operator, value]) => ({ numeric: [operator, value] })),
  fc.boolean().map((exists) => ({ exists })),
  fc.constantFrom('10.0.0.0/8', '10.0.0.0/16', '0.0.0.0/0', '::/0').map((cidr) => ({ cidr })),
);
const leaf: fc.Arbitrary<Json> = fc.array(condition, { minLength: 1, maxLength: 3 });
const flat: fc.Arbitrary<Json> = fc.dictionary(keys, leaf, { minKeys: 1, maxKeys: 2 });
const below: fc.Arbitrary<Json> = fc.oneof(leaf, fc.dictionary(fc.constantFrom('b', 'c'), leaf, { minKeys: 1, maxKeys: 2 }));

interface Sample {
  readonly raw: Json;
  readonly policy: FilterPolicy;
}

function samples(policies: fc.Arbitrary<Json>, scope: FilterScope): fc.Arbitrary<Sample> {
  return policies
    .map((raw) => ({ raw, policy: parseFilterPolicy(JSON.stringify(raw), scope) }))
    .filter((sample): sample is Sample => !isFilterProblem(sample.policy));
}

const flatPolicies: fc.Arbitrary<Json> = fc.oneof(
  flat,
  fc.tuple(flat, flat).map((branches) => ({ $or: branches })),
  fc.tuple(leaf, flat, flat).map(([d, ...branches]) => ({ d, $or: branches })),
  fc.constant({}),
);
const nestedPolicies: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ a: below }),
  fc.record({ a: below, c: leaf }),
  fc.tuple(flat, flat).map(([one, other]) => ({ a: { $or: [one, other] } })),
);

const inner: fc.Arbitrary<Json> = fc.dictionary(fc.constantFrom('b', 'c'), fc.oneof(scalars, fc.array(scalars, { maxLength: 2 })), {
  maxKeys: 2,
});
const items: fc.Arbitrary<Json> = fc.oneof(scalars, inner, fc.array(fc.oneof(scalars, inner), { maxLength: 2 }));
const members: fc.Arbitrary<Json> = fc.oneof(scalars, fc.array(items, { maxLength: 3 }), inner);
const bodies = fc.dictionary(keys, members, { maxKeys: 3 });
const attributes = fc.dictionary(
  fc.oneof(keys, fc.constant('d')),
  fc.oneof(texts, numbers, fc.array(scalars, { minLength: 1, maxLength: 3 })),
  { minKeys: 1, maxKeys: 4 },
);

function asAttributes(message: Json): readonly FilterableAttribute[] {
  return Object.entries(message as Readonly<Record<string, Json>>).map(([name, value]) => {
    if (typeof value === 'string') return { name, type: 'String', value };
    return { name, type: typeof value === 'number' ? 'Number' : 'String.Array', value: JSON.stringify(value) };
  });
}

/** What is accepted in all, for the test to know that it tests something. */
function compareThroughChanges(
  policies: fc.Arbitrary<Sample>,
  messages: fc.Arbitrary<Json>,
  factsOf: (message: Json) => Facts | NoFacts,
): { readonly accepted: number; readonly refused: number } {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), id: fc.nat(20), sample: policies }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), id: fc.nat(20) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('match' as const), message: messages }) },
  );
  let accepted = 0;
  let refused = 0;
  const run = (steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]): void => {
    const index = new FilterIndex<number>();
    const model = new Map<number, Sample>();
    for (const each of steps) {
      if (each.kind === 'add') {
        index.add(each.id, each.sample.policy);
        model.set(each.id, each.sample);
      } else if (each.kind === 'delete') {
        index.delete(each.id);
        model.delete(each.id);
      } else {
        const facts = factsOf(each.message);
        if (typeof facts === 'string') throw new Error(facts);
        const plain = [...model].filter(([, { raw }]) => accepts(raw, each.message)).map(([id]) => id);
        const naive = [...model].filter(([, { policy }]) => matches(policy, facts)).map(([id]) => id);
        expect(naive).toEqual(plain);
        expect(index.match(facts).toSorted(ascending)).toEqual(plain.sort(ascending));
        accepted += plain.length;
        refused += model.size - plain.length;
      }
    }
    expect(index.size).toBe(model.size);
  };
  fc.assert(fc.property(fc.array(step, { minLength: 10, maxLength: 50 }), run), { numRuns: 400, seed: 7 });
  return { accepted, refused };
}

function ascending(a: number, b: number): number {
  return a - b;
}

describe('index, naive matcher and meaning agree through additions, replacements and deletions', () => {
  test('on bodies', () => {
    const policies = samples(fc.oneof(flatPolicies, nestedPolicies), 'MessageBody');
    const { accepted, refused } = compareThroughChanges(policies, bodies, (body) => bodyFacts(JSON.stringify(body)));
    expect(accepted).toBeGreaterThan(2_000);
    expect(refused).toBeGreaterThan(2_000);
  });

  test('on attributes', () => {
    const policies = samples(flatPolicies, 'MessageAttributes');
    const { accepted, refused } = compareThroughChanges(policies, attributes, (message) => attributeFacts(asAttributes(message)));
    expect(accepted).toBeGreaterThan(2_000);
    expect(refused).toBeGreaterThan(2_000);
  });
});

describe('the index', () => {
  /** The number of policies that are evaluated. */
  function counted(policies: readonly string[], scope: FilterScope): { readonly index: FilterIndex<number>; readonly tried: () => number } {
    let tried = 0;
    const index = new FilterIndex<number>();
    for (const [at, json] of policies.entries()) {
      const policy = parseFilterPolicy(json, scope);
      if (isFilterProblem(policy)) throw new Error(policy.text);
      index.add(at, {
        ...policy,
        get paths() {
          tried++; // what evaluating it begins with
          return policy.paths;
        },
      });
    }
    return { index, tried: () => tried };
  }

  function found(index: FilterIndex<number>, facts: Facts | NoFacts): readonly number[] {
    if (typeof facts === 'string') throw new Error(facts);
    return index.match(facts).toSorted(ascending);
  }

  const kinds: readonly (readonly [string, (at: number) => string])[] = [
    ['exact value', (at) => `{"id":["customer-${at}"],"kind":["order"]}`],
    ['exact number', (at) => `{"price":[${at * 10 + 5}],"kind":["order"]}`],
    ['range', (at) => `{"price":[{"numeric":[">=",${at * 10},"<",${at * 10 + 10}]}],"kind":["order"]}`],
    ['prefix', (at) => `{"path":[{"prefix":"/store/${at}/"}],"kind":[{"anything-but":"x"}]}`],
    ['suffix', (at) => `{"path":[{"suffix":".${at}.x"}],"kind":[{"exists":true}]}`],
    ['wildcard', (at) => `{"path":[{"wildcard":"/store/${at}/*"}]}`],
    ['folded', (at) => `{"id":[{"equals-ignore-case":"CUSTOMER-${at}"}],"kind":["order"]}`],
    ['cidr', (at) => `{"ip":[{"cidr":"10.${Math.floor(at / 256)}.${at % 256}.0/24"}],"kind":["order"]}`],
    ['present path', (at) => `{"id-${at}":[{"exists":true}],"kind":["order"]}`],
    ['alternation', (at) => `{"kind":["order"],"$or":[{"id":["customer-${at}"]},{"id-${at}":["x"]}]}`],
    ['absence beside a value', (at) => `{"id":["customer-${at}"],"gone":[{"exists":false}]}`],
  ];
  const wanted = 3_000;

  test.each(kinds)('of four thousand policies it tries few: %s', (_, policyOf) => {
    const { index, tried } = counted(
      Array.from({ length: 4_000 }, (_, at) => policyOf(at)),
      'MessageBody',
    );
    expect(tried()).toBe(0);
    const body = {
      id: `customer-${wanted}`,
      price: wanted * 10 + 5,
      path: `/store/${wanted}/y.${wanted}.x`,
      kind: 'order',
      ip: `10.${Math.floor(wanted / 256)}.${wanted % 256}.77`,
      [`id-${wanted}`]: 'x',
    };
    expect(found(index, bodyFacts(JSON.stringify(body)))).toEqual([wanted]);
    expect(tried()).toBeLessThan(100); // until a shared key is crowded, policies settle under it
  });

  test('it anchors a policy away from what all others share, whichever key comes first', () => {
    const policies = Array.from({ length: 1_000 }, (_, at) => (at % 2 === 0 ? `{"k":["o"],"id":["${at}"]}` : `{"id":["${at}"],"k":["o"]}`));
    const { index, tried } = counted(policies, 'MessageAttributes');
    const facts = attributeFacts([
      { name: 'k', type: 'String', value: 'o' },
      { name: 'id', type: 'String', value: '77' },
    ]);
    expect(found(index, facts)).toEqual([77]);
    expect(tried()).toBeLessThan(5);
  });

  test('a value that stands in the message ten thousand times is looked up once', () => {
    const { index, tried } = counted(
      Array.from({ length: 100 }, () => '{"a":[{"anything-but":"y"}]}'),
      'MessageBody',
    );
    expect(found(index, bodyFacts(JSON.stringify({ a: Array.from({ length: 10_000 }, () => 'x') })))).toHaveLength(100);
    expect(tried()).toBe(100);
  });

  test('an id that is added again has its new policy only, and one that was never added can be deleted', () => {
    const { index } = counted(['{"a":["x"]}', '{"a":["x"]}'], 'MessageBody');
    const policy = parseFilterPolicy('{"a":["y"]}', 'MessageBody');
    if (isFilterProblem(policy)) throw new Error(policy.text);
    index.add(0, policy);
    index.delete(7);
    expect(index.size).toBe(2);
    expect(found(index, bodyFacts('{"a":"x"}'))).toEqual([1]);
    expect(found(index, bodyFacts('{"a":"y"}'))).toEqual([0]);
  });
});
