import { expect, test } from 'vitest';
import type { Json } from '../../../../src/services/workflows/language/json.js';
import { templateValue } from './evaluation.js';

const input: Json = {
  name: 'Ada',
  list: [1, 2, 3, 4, 5],
  object: { a: 1, b: [true] },
  text: '{"n":7}',
  many: [{ a: 1, b: 2 }, { b: 2, a: 1 }, 1, '1', 1],
};

// Amazon States Language, "Intrinsic Functions": a case a function and rule.
const cases: readonly (readonly [string, Json])[] = [
  ["States.Format('Hello {}, {}', $.name, 3)", 'Hello Ada, 3'],
  ["States.Format('{} {} {}', true, null, 'x')", 'true null x'],
  ["States.Format('\\{\\} {} \\'quoted\\' \\\\', 1)", "{} 1 'quoted' \\"],
  ['States.StringToJson($.text)', { n: 7 }],
  ['States.JsonToString($.object)', '{"a":1,"b":[true]}'],
  ['States.Array($.name, 1, null)', ['Ada', 1, null]],
  ['States.Array()', []],
  ['States.ArrayPartition($.list, 2)', [[1, 2], [3, 4], [5]]],
  ['States.ArrayContains($.list, 3)', true],
  ['States.ArrayContains($.many, $.object)', false],
  ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
  ['States.ArrayRange(3, 1, -1)', [3, 2, 1]],
  ['States.ArrayGetItem($.list, 0)', 1],
  ['States.ArrayLength($.list)', 5],
  ['States.ArrayUnique($.many)', [{ a: 1, b: 2 }, 1, '1']],
  ["States.Base64Encode('Data to encode')", 'RGF0YSB0byBlbmNvZGU='],
  ["States.Base64Decode('RGF0YQ==')", 'Data'],
  ["States.Hash('abc', 'SHA-1')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ["States.Hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
  ["States.Hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ["States.Hash('', 'SHA-384')", '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b'],
  [
    "States.Hash('', 'SHA-512')",
    'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  ],
  ["States.Hash($.object, 'MD5')", '75e3dfe1b4ef353fab4cea1525266bcf'],
  ['States.ArrayContains($.list, 9)', false],
  ["States.ArrayContains($.many, '1')", true],
  ['States.ArrayPartition(States.Array(), 3)', []],
  ['States.ArrayPartition($.list, 9)', [[1, 2, 3, 4, 5]]],
  ['States.ArrayRange(1, 1, 5)', [1]],
  ['States.ArrayLength(States.Array())', 0],
  ['States.ArrayUnique(States.Array())', []],
  ["States.Base64Encode('é')", 'w6k='],
  ["States.Base64Decode('w6k=')", 'é'],
  ['States.JsonMerge($.object, $.object, false)', { a: 1, b: [true] }],
  ["States.JsonToString('a')", '"a"'],
  ["States.StringToJson('null')", null],
  ["States.StringSplit('abc', ',')", ['abc']],
  ["States.StringSplit('a.b', '.')", ['a', 'b']],
  ['States.MathAdd(-1, -1)', -2],
  ["States.Format('no braces')", 'no braces'],
  ['States.Format($.name)', 'Ada'],
  ["States.Array(States.Format('{}', $.name), $.object.b[0])", ['Ada', true]],
  ['States.JsonMerge($.object, States.StringToJson($.text), false)', { a: 1, b: [true], n: 7 }],
  ['States.MathAdd($.list[0], -3)', -2],
  ['States.MathAdd(1.6, 1)', 3],
  ['States.MathRandom(10, 20)', 15],
  ["States.StringSplit('a,b;c,,d', ',;')", ['a', 'b', 'c', 'd']],
  ['States.UUID()', '00000000-0000-4000-8000-000000000001'],
  ['States.ArrayLength(States.Array(States.Array(1), 2))', 2],
];

test.each(cases)('%s', async (text, value) => {
  expect(await templateValue({ 'x.$': text }, 'JSONPath', { input })).toEqual({ x: value });
});

test.each([
  "States.Format('{} {}', 1)",
  "States.Format('{}', 1, 2)",
  "States.Format('{}', $.object)",
  "States.StringToJson('{')",
  'States.ArrayPartition($.list, 0)',
  'States.ArrayRange(1, 5, 0)',
  'States.ArrayRange(1, 100000, 1)',
  'States.ArrayGetItem($.list, 9)',
  'States.ArrayLength($.name)',
  "States.Hash('x', 'CRC')",
  'States.JsonMerge($.object, $.object, true)',
  'States.MathRandom(5, 5)',
  'States.MathAdd($.name, 1)',
  'States.ArrayContains($.list)',
  "States.Base64Decode('*')",
  'States.Base64Encode(1)',
  'States.StringSplit($.list, 1)',
  'States.JsonToString()',
  'States.JsonMerge($.list, $.object, false)',
  "States.ArrayRange(1.5, 'a', 1)",
  'States.ArrayGetItem($.list, -1)',
  'States.ArrayUnique($.name)',
  'States.ArrayPartition($.name, 1)',
  'States.UUID(1)',
  'States.MathRandom(1)',
])('%s fails', async (text) => {
  expect(await templateValue({ 'x.$': text }, 'JSONPath', { input })).toEqual(['States.IntrinsicFailure', expect.any(String)]);
});

const nested = (depth: number): string => `${'States.Array('.repeat(depth)}1${')'.repeat(depth)}`;

test.each(['States.Nothing()', 'States.Array(', "States.Format('x)", 'States.Array(1 2)', "States.Array('\\x')", 'Array(1)', nested(11)])(
  '%s cannot be read',
  async (text) => {
    expect(await templateValue({ 'x.$': text }, 'JSONPath', { input })).toEqual([
      "The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call",
    ]);
  },
);

test('calls nest ten deep', async () => {
  expect(JSON.stringify(await templateValue({ 'x.$': nested(10) }, 'JSONPath'))).toBe(`{"x":${'['.repeat(10)}1${']'.repeat(10)}}`);
});

test('a path that is missing inside a call is named', async () => {
  expect(await templateValue({ 'x.$': 'States.Array($.nothing)' }, 'JSONPath', { input: {} })).toEqual([
    'States.Runtime',
    "The JSONPath '$.nothing' specified for the field 'x.$' could not be found in the input '{}'",
  ]);
});
