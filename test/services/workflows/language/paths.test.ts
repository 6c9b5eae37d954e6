import { expect, test } from 'vitest';
import type { Json } from '../../../../src/services/workflows/language/json.js';
import { isReferencePath } from '../../../../src/services/workflows/language/path.js';
import { readPath } from '../../../../src/services/workflows/language/path-reader.js';
import { insertAt } from '../../../../src/services/workflows/language/reference-path.js';
import { templateValue } from './evaluation.js';

const shop: Json = {
  a: { b: [1, 2, 3] },
  'c d': true,
  'with-hyphen': 1,
  items: [
    { sku: 'x', price: 5, tags: ['red'] },
    { sku: 'y', price: 50 },
    { sku: 'z', price: 500, tags: [] },
  ],
};

const found: readonly (readonly [string, Json])[] = [
  ['$', shop],
  ['$.a.b', [1, 2, 3]],
  ['$.a.b[0]', 1],
  ['$.a.b[-1]', 3],
  ["$['c d']", true],
  ['$["c d"]', true],
  ['$.with-hyphen', 1],
  ['$.a.b[*]', [1, 2, 3]],
  ['$.a.*', [[1, 2, 3]]],
  ['$.a.b[0,2]', [1, 3]],
  ['$.a.b[1:]', [2, 3]],
  ['$.a.b[:2]', [1, 2]],
  ['$.a.b[-2:]', [2, 3]],
  ['$.a.b[0:3:2]', [1, 3]],
  ['$.items[*].sku', ['x', 'y', 'z']],
  ['$..sku', ['x', 'y', 'z']],
  ['$..b[0]', [1]],
  ['$.items[?(@.price > 10)].sku', ['y', 'z']],
  ['$.items[?(@.price >= 50 && @.sku != "z")].sku', ['y']],
  ["$.items[?(@.sku == 'x' || @.sku == 'z')].price", [5, 500]],
  ['$.items[?(@.tags)].sku', ['x', 'z']],
  ['$.items[?(!@.tags)].sku', ['y']],
  ['$.items[?(@.price == $.a.b[0])]', []],
  ['$.nothing[*]', []],
  ['$.items[?(@.price > 1000)]', []],
  ['$.items[0]["sku","price"]', ['x', 5]],
];

test.each(found)('%s finds what is there', async (path, value) => {
  expect(await templateValue({ 'x.$': path }, 'JSONPath', { input: shop })).toEqual({ x: value });
});

test.each(['$.nothing', '$.a.nothing', '$.a.b[9]', '$.a.b.c', '$.__proto__', '$.a.constructor'])('%s is missing', async (path) => {
  expect(await templateValue({ 'x.$': path }, 'JSONPath', { input: shop })).toEqual([
    'States.Runtime',
    `The JSONPath '${path}' specified for the field 'x.$' could not be found in the input '${JSON.stringify(shop)}'`,
  ]);
});

test('paths read the context and variables', async () => {
  const given = { input: {}, context: { Execution: { Name: 'n' } }, variables: { total: { sum: 3 } } };
  expect(await templateValue({ 'a.$': '$$.Execution.Name', 'b.$': '$total.sum' }, 'JSONPath', given)).toEqual({ a: 'n', b: 3 });
});

test.each([
  '',
  '$.',
  '$a b',
  '$.a[',
  '$.a[]',
  "$.a['b",
  '$.a[?(@.b =~ /x/)]',
  '$.a.length()',
  '$..',
  '$.a[1:2:-1]',
  '$.a[(@.length-1)]',
  'a',
  '@.a',
  '$states',
])('%j is no path', (text) => {
  expect(readPath(text)).toBeUndefined();
});

test('a hostile path ends soon', async () => {
  const deep: Json = Array.from({ length: 400 }, (_, index) => Array.from({ length: 100 }, () => index));
  const value = await templateValue({ 'x.$': '$..*[?(@ == $..*)]' }, 'JSONPath', { input: deep });
  expect(value).toEqual(['States.Runtime', expect.stringContaining('visits more than')]);
  expect(readPath(`$${'[?(@.a'.repeat(5_000)}`)).toBeUndefined();
  expect(readPath(`$${'.a'.repeat(1_001)}`)).toBeUndefined();
});

test('what a path lists and compares counts as visited', async () => {
  const zeros = Array.from({ length: 10_000 }, () => '0').join(',');
  const names = Array.from({ length: 10_000 }, () => "'a'").join(',');
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, index]));
  const tooMuch = ['States.Runtime', expect.stringContaining('visits more than')];
  for (const [path, input] of [
    [`$[${zeros}][${zeros}]`, [[1]]],
    [`$[${names}][${names}]`, { a: { a: 1 } }],
    ['$.a[?($.b[?(@ == $.c)])]', { a: Array.from({ length: 1_000 }, () => 1), b: [wide], c: { ...wide } }],
  ] as const) {
    expect(await templateValue({ 'x.$': path }, 'JSONPath', { input })).toEqual(tooMuch);
  }
});

test.each([
  ['$', { a: 1 }, 2, 2],
  ['$.b', { a: 1 }, 2, { a: 1, b: 2 }],
  ['$.a', { a: 1, z: 0 }, 2, { a: 2, z: 0 }],
  ['$.x.y', {}, 2, { x: { y: 2 } }],
  ['$.l[1].v', { l: [{}, {}] }, 2, { l: [{}, { v: 2 }] }],
  ['$.a.b', { a: 1 }, 2, 'States.ResultPathMatchFailure'],
  ['$.l[2]', { l: [] }, 2, 'States.ResultPathMatchFailure'],
  ['$.a', 'text', 2, 'States.ResultPathMatchFailure'],
  ['$.a', null, 2, 'States.ResultPathMatchFailure'],
] as const)('a result goes to %s of %j', (text, input, inserted, expected) => {
  const path = readPath(text);
  if (path === undefined || !isReferencePath(path)) throw new Error('no reference path');
  const value = insertAt(input, path, inserted);
  expect(value instanceof Object && 'error' in value ? value.error : value).toEqual(expected);
});
