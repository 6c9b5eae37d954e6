import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLike, parseEventPattern } from '../../src/patterns/event-pattern.js';
import { isObject, parseExactJson } from '../../src/patterns/exact-json.js';
import { isFilterProblem } from '../../src/patterns/filter-problem.js';

/**
 * Patterns against a matcher that is slow and plain: it takes an event apart into fields, tries every field for every key of a pattern, and asks at the end
 * whether the fields are of the same items of the arrays.
 */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface Field {
  readonly path: string;
  readonly value: Json;
  /** Which item, by the array that it is in. */
  readonly items: Readonly<Record<string, number>>;
}

function fieldsOf(value: Json, path: string, place: string, items: Field['items']): readonly Field[] {
  if (Array.isArray(value)) {
    const flat = (value as readonly Json[]).flat(9) as readonly Json[];
    return flat.flatMap((item, index) =>
      isRecord(item) ? fieldsOf(item, path, `${place}[${index}]`, { ...items, [place]: index }) : fieldsOf(item, path, place, items),
    );
  }
  if (!isRecord(value)) return [{ path, value, items }];
  return Object.entries(value).flatMap(([key, member]) => {
    const below = path === '' ? key : `${path}.${key}`;
    return fieldsOf(member, below, `${place}/${key}`, items);
  });
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All ways to meet a pattern: for each, the fields that do. */
function waysOf(pattern: { readonly [key: string]: Json }, prefix: string, fields: readonly Field[]): readonly (readonly Field[])[] {
  let ways: readonly (readonly Field[])[] = [[]];
  for (const [key, asked] of Object.entries(pattern)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const found =
      key === '$or'
        ? (asked as readonly { readonly [key: string]: Json }[]).flatMap((branch) => waysOf(branch, prefix, fields))
        : isRecord(asked)
          ? waysOf(asked, path, fields)
          : waysOfLeaf(asked as readonly Json[], path, fields);
    ways = ways.flatMap((way) => found.map((more) => [...way, ...more])).filter(agree);
  }
  return ways;
}

function waysOfLeaf(conditions: readonly Json[], path: string, fields: readonly Field[]): readonly (readonly Field[])[] {
  const own = fields.filter((field) => field.path === path);
  const absent = own.length === 0 && conditions.some((condition) => isRecord(condition) && condition.exists === false);
  if (absent) return [[]];
  return own.filter(({ value }) => conditions.some((condition) => isMet(value, condition))).map((field) => [field]);
}

function agree(way: readonly Field[]): boolean {
  const items = new Map<string, number>();
  for (const field of way) {
    for (const [array, item] of Object.entries(field.items)) {
      if (items.has(array) && items.get(array) !== item) return false;
      items.set(array, item);
    }
  }
  return true;
}

function isMet(value: Json, condition: Json): boolean {
  if (!isRecord(condition)) return value === condition;
  const [[operator, operand] = ['', null]] = Object.entries(condition);
  switch (operator) {
    case 'exists':
      return operand === true;
    case 'anything-but':
      return isRecord(operand) ? !isMet(value, operand) : ![operand].flat().includes(value);
    case 'numeric':
      return typeof value === 'number' && isInRange(value, operand as readonly (string | number)[]);
    default:
      return typeof value === 'string' && isText(value, operator, operand as string | { readonly 'equals-ignore-case': string });
  }
}

function isInRange(value: number, [operator, given, ...rest]: readonly (string | number)[]): boolean {
  const bound = Number(given);
  const holds = { '=': value === bound, '<': value < bound, '<=': value <= bound, '>': value > bound, '>=': value >= bound }[
    operator ?? ''
  ];
  return holds === true && (rest.length === 0 || isInRange(value, rest));
}

function isText(value: string, operator: string, operand: string | { readonly 'equals-ignore-case': string }): boolean {
  if (typeof operand !== 'string') return isText(value.toLowerCase(), operator, operand['equals-ignore-case'].toLowerCase());
  const source = {
    prefix: `^${operand}`,
    suffix: `${operand}$`,
    'equals-ignore-case': `^${operand}$`,
    wildcard: `^${operand.replaceAll('*', '.*')}$`,
  }[operator];
  return new RegExp(source ?? '(?!)', operator === 'equals-ignore-case' ? 'i' : '').test(value);
}

/** Few keys and few values, so that there are many hits and near misses. */
const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b'), maxLength: 3 });
const scalar = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 3 }) },
  fc.constantFrom(null, true, false),
);
const key = fc.constantFrom('k', 'l', 'm');
const dottedKey = fc.oneof({ weight: 8, arbitrary: key }, fc.constantFrom('k.l', 'l.m'));

type JsonRecord = { readonly [key: string]: Json };

/** `depth`: how many objects stand in each other at most. */
function objectOf(depth: number): fc.Arbitrary<JsonRecord> {
  return fc.dictionary(dottedKey, jsonOf(depth), { maxKeys: 3, noNullPrototype: true }).map(withoutClashes);
}

/** What `k.l` means beside another `l` of `k`, or beside a `k` that is an array, is nobody's rule. */
function withoutClashes(object: JsonRecord): JsonRecord {
  const clashes = (name: string): boolean => {
    const [head = '', tail] = name.split('.');
    const known = object[head];
    return tail !== undefined && known !== undefined && (!isRecord(known) || tail in known);
  };
  return Object.fromEntries(Object.entries(object).filter(([name]) => !clashes(name)));
}

function jsonOf(depth: number): fc.Arbitrary<Json> {
  if (depth === 0) return fc.oneof({ weight: 4, arbitrary: scalar }, fc.array(scalar, { maxLength: 3 }));
  const one = fc.oneof(scalar, objectOf(depth - 1));
  return fc.oneof(
    { weight: 3, arbitrary: one },
    { weight: 2, arbitrary: fc.array(one, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(fc.array(one, { maxLength: 2 }), { maxLength: 2 }) },
  );
}

const textTest = fc.oneof(
  text.map((prefix) => ({ prefix })),
  text.map((suffix) => ({ suffix })),
  text.map((folded) => ({ prefix: { 'equals-ignore-case': folded } })),
  text.map((folded) => ({ suffix: { 'equals-ignore-case': folded } })),
  text.map((folded) => ({ 'equals-ignore-case': folded })),
  fc.array(text, { minLength: 1, maxLength: 3 }).map((pieces) => ({ wildcard: pieces.join('*').replace(/\*+/g, '*') })),
);
const excluded = fc.oneof(
  text,
  fc.integer({ min: -2, max: 3 }),
  fc.array(text, { minLength: 1, maxLength: 2 }),
  textTest.filter((test) => typeof Object.values(test)[0] === 'string'),
);
const bound = fc.integer({ min: -2, max: 3 });
const numeric = fc.oneof(
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), bound),
  fc.tuple(fc.constantFrom('>', '>='), bound, fc.constantFrom('<', '<='), bound).filter(([, low, , high]) => low < high),
);
const condition: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 3, arbitrary: textTest },
  { weight: 2, arbitrary: excluded.map((operand) => ({ 'anything-but': operand })) },
  { weight: 2, arbitrary: numeric.map((operand) => ({ numeric: operand })) },
  { weight: 3, arbitrary: fc.boolean().map((exists) => ({ exists })) },
);

/** `depth`: how many objects stand in each other at most. */
function patternOf(depth: number): fc.Arbitrary<JsonRecord> {
  const leaf = fc.array(condition, { minLength: 1, maxLength: 3 });
  const asked: fc.Arbitrary<Json> =
    depth === 0 ? leaf : fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 2, arbitrary: patternOf(depth - 1) });
  const plain = fc.dictionary(dottedKey, asked, { minKeys: 1, maxKeys: 2, noNullPrototype: true });
  const branches = fc.array(fc.dictionary(key, asked, { minKeys: 1, maxKeys: 2, noNullPrototype: true }), { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: plain },
    { weight: 1, arbitrary: fc.tuple(plain, branches).map(([given, $or]) => ({ ...given, $or })) },
  );
}

test('a pattern takes the events that a plain matcher takes', () => {
  let [taken, left, refused] = [0, 0, 0];
  fc.assert(
    fc.property(patternOf(2), fc.array(objectOf(2), { minLength: 1, maxLength: 4 }), (asked, events) => {
      const read = parseEventPattern(JSON.stringify(asked), { nests: true, keysMax: 100, numbers: 'asWritten', numberMax: 1e9 });
      if (isFilterProblem(read)) {
        expect(read.text).toMatch(/multiple times|too complex/);
        refused++;
        return;
      }
      for (const one of events) {
        const facts = parseExactJson(JSON.stringify(one));
        if (!isObject(facts)) throw new Error('an event is an object');
        const expected = waysOf(asked, '', fieldsOf(one, '', '', {})).length > 0;
        if (expected) taken++;
        else left++;
        expect([one, isLike(facts, read)]).toEqual([one, expected]);
      }
    }),
    { numRuns: 2_000, seed: 7 },
  );
  expect(taken).toBeGreaterThan(300);
  expect(left).toBeGreaterThan(500);
  expect(refused).toBeLessThan(500);
});
