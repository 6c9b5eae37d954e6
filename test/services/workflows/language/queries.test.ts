import { expect, test } from 'vitest';
import type { Json } from '../../../../src/services/workflows/language/json.js';
import { templateValue } from './evaluation.js';

const input: Json = { name: 'Ada', prices: [3, 4], items: [{ n: 1 }, { n: 2 }], one: [{ n: 1 }] };
const given = { input, context: { Execution: { Name: 'e' } }, variables: { limit: 3 }, result: { ok: true } };

const cases: readonly (readonly [Json, Json])[] = [
  ['{% $states.input.name %}', 'Ada'],
  ['{% $sum($states.input.prices) + $limit %}', 10],
  ['{% $states.result.ok and $states.context.Execution.Name = "e" %}', true],
  [
    { a: ['{% $limit %}', 'plain'], b: { c: 1 } },
    { a: [3, 'plain'], b: { c: 1 } },
  ],
  ['{% $states.input.items[n > 1].n %}', 2],
  ['{% [$states.input.items[n > 1]] %}', [{ n: 2 }]],
  ['{% {"a": $states.input.nothing, "b": 1} %}', { b: 1 }],
  ['{% $partition([1,2,3], 2) %}', [[1, 2], [3]]],
  ['{% $range(1, 5, 2) %}', [1, 3, 5]],
  ['{% $hash("abc", "SHA-1") %}', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['{% $parse("{\\"a\\":[1]}") %}', { a: [1] }],
  ['{% $parse("3") %}', 3],
  ['{% $hash("abc", "MD5") %}', '900150983cd24fb0d6963f7d28e17f72'],
  ['{% $hash("abc", "SHA-256") %}', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['{% $range(3, 1, -1) %}', [3, 2, 1]],
  ['{% $partition([], 2) %}', []],
  ['{% $partition([1,2], 5) %}', [[1, 2]]],
  ['{% $random(7) = $random(7) %}', true],
  ['{% $exists($states.input.nothing) %}', false],
  ['{% $states.input.items.n %}', [1, 2]],
  ['{% $states.input.one[n = 1] %}', { n: 1 }],
  ['{% $merge([{"a": 1}, {"b": 2}]) %}', { a: 1, b: 2 }],
  ['{% $states.input.items{$string(n): n} %}', { 1: 1, 2: 2 }],
  ['{% $states.input.prices ~> $sum() %}', 7],
  ['{% ($x := 2; $x * $limit) %}', 6],
  ['{% $states.input.items^(>n).n %}', [2, 1]],
  ['{% $lookup($states.input, "name") & $uppercase("x") %}', 'AdaX'],
  ['{% $toMillis("2026-01-01T00:00:00Z") %}', 1_767_225_600_000],
  ['{% $states.input.name ? "yes" : "no" %}', 'yes'],
  ['{% null %}', null],
  [
    { a: [], b: {}, c: null, d: true },
    { a: [], b: {}, c: null, d: true },
  ],
  ['{% $uuid() %}', '00000000-0000-4000-8000-000000000001'],
  ['{% $random() %}', 0.5019607843138],
  ['{% $now() %}', '2026-01-01T00:00:00.000Z'],
  ['{% $now("[Y0001]") %}', '2026'],
  ['{% $millis() %}', 1_767_225_600_000],
  ['{% $map($states.input.items, function($item) { $item.n * 2 }) %}', [2, 4]],
  ['{% $match("ababab", /ab/)[0].match %}', 'ab'],
  ['{% $replace("a1b22", /[0-9]+/, "-") %}', 'a-b-'],
  ['{% $pad("x", 3, "-") & $pad("x", -2) %}', 'x-- x'],
  [' {% 1 %}', ' {% 1 %}'],
  ['{% 1 %} ', '{% 1 %} '],
  ['{% $keys({"x.$": 1}) %}', 'x.$'],
  ['{% $distinct([1, 2, 1, {"a": 1, "b": 2}, {"b": 2, "a": 1}, "1"]) %}', [1, 2, { a: 1, b: 2 }, '1']],
  ['{% $distinct([{"a": 1}, {"a": 1}].a) %}', 1],
  ['{% $distinct([1, 1]) %}', [1]],
  ['{% $distinct(3) %}', 3],
  ['{% $sort([3, 10, -1, 2.5]) %}', [-1, 2.5, 3, 10]],
  ['{% $sort(["b", "a", "B", ""]) %}', ['', 'B', 'a', 'b']],
  ['{% $sort([{"a": 2, "n": 1}, {"a": 1, "n": 2}, {"a": 2, "n": 3}], function($l, $r) { $l.a > $r.a }).n %}', [2, 1, 3]],
  ['{% $sort(7) %}', [7]],
  ['{% $sort([]) %}', []],
  ['{% $count($sort($reverse([1..100000]))) %}', 100_000],
  ['{% $sort(["b", "a"]) ~> $join("-") %}', 'a-b'],
  ['{% $count($distinct([1..100000])) %}', 100_000],
];

test.each(cases)('%j', async (template, value) => {
  const outcome = await templateValue(template, 'JSONata', given);
  if (typeof value === 'number' && !Number.isInteger(value)) expect(outcome).toBeCloseTo(value, 9);
  else expect(outcome).toEqual(value);
});

test.each([
  ['{% $states.input.nothing %}', 'returned nothing (undefined).'],
  ['{% function($x) { $x } %}', 'returned an unsupported result type.'],
  ['{% $error("no") %}', 'threw an error during evaluation. no'],
  ['{% $eval("1") %}', 'threw an error during evaluation.'],
  ['{% $parse("{") %}', 'threw an error during evaluation. $parse takes a JSON text.'],
  ['{% 1 + "a" %}', 'threw an error during evaluation.'],
  ['{% $sort([1, "a"]) %}', '$sort takes numbers alone or strings alone'],
])('%s fails', async (template, text) => {
  expect(await templateValue(template, 'JSONata', given)).toEqual(['States.QueryEvaluationError', expect.stringContaining(text)]);
});

test.each([
  '{% $ %}',
  '{% $$.a %}',
  '{% name %}',
  '{% $sum(prices) %}',
  '{% { "a": name } %}',
  '{% ** %}',
  '{% 1 + %}',
  '{% $match("a", /(a)\\1/) %}',
])('%s is refused when it is read', async (template) => {
  expect(await templateValue(template, 'JSONata', given)).toEqual([expect.stringMatching(/^The JSONata expression is not valid: /)]);
});

test.each([
  '{% ($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(100000)) %}',
  '{% ($f := function() { $f() }; $f()) %}',
  '{% [1..9000000] %}',
  '{% $map([1..1000], function($a) { $map([1..1000], function($b) { $a * $b }) }) %}',
  '{% $pad("x", 1000000000) %}',
  '{% $length($reduce([1..28], function($a, $b) { $a & $a }, "x")) %}',
  '{% $reduce([1..5000], function($a, $b) { { "a": $a } }, 0) %}',
])('%s is stopped', async (template) => {
  expect(await templateValue(template, 'JSONata', given)).toEqual(['States.QueryEvaluationError', expect.any(String)]);
});

const anything: Json = {
  text: 'a',
  none: null,
  no: false,
  zero: 0,
  object: { a: { b: 'c' }, list: [{ b: 1 }, { b: 2 }] },
  empty: {},
  one: [1],
  nothing: [],
  nested: [[1], [2, [3]]],
  objects: [{ a: 1 }, { a: [2] }],
  in: 'a word of the language',
  __proto__x: 1,
};

test.each([
  ...Object.keys(anything).map((name) => `$states.input.${name}`),
  '$states',
  '$states.input',
  '$states.context',
  '$states.input.object.a',
  '$states.input.object.a.b',
  '$states.input.object.a.b.c',
  '$states.input.object.list.b',
  '$states.input.objects.a',
  '$states.input.text.length',
  '$states.input.none.a',
  '$states.input.object.toString',
  '$states.input.__proto__',
  '$states.input.constructor',
  '$limit',
  '$unknown',
  '$sum',
  '$variable.a',
])('%s is the same however it is written', async (path) => {
  const all = { input: anything, context: { Execution: { Name: 'e' } }, variables: { limit: 3, variable: { a: [1, 2] } } };
  const [plain, asked] = await Promise.all([path, `(${path})`].map((text) => templateValue(`{% ${text} %}`, 'JSONata', all)));
  const texts = (value: unknown): string => JSON.stringify(value).replaceAll(`(${path})`, path);
  expect(texts(plain)).toBe(texts(asked));
});

test('a regular expression takes linear time', async () => {
  const long = `$pad("", 250000, "ab")`;
  expect(await templateValue(`{% $contains(${long}, /(a|b|c){1,900}d/) %}`, 'JSONata', given)).toEqual([
    'States.QueryEvaluationError',
    expect.stringContaining('The text is too long for this regular expression.'),
  ]);
  expect(await templateValue(`{% $contains("${'a'.repeat(60)}!", /^(a+)+$/) %}`, 'JSONata', given)).toBe(false);
});

const twice = '$twice := function($x, $n) { $n = 0 ? $x : $twice({"a": $x, "b": $x}, $n - 1) };';
const nested = '$nested := function($x, $n) { $n = 0 ? $x : $nested([[$x], [$x]], $n - 1) };';

test.each([
  `(${twice} $twice(1, 60))`,
  `(${twice} $string($twice(1, 60)))`,
  `(${twice} $twice(1, 60) = $twice(1, 60))`,
  `(${twice} $count($twice(1, 60).**))`,
  `(${nested} $boolean($nested(0, 60)))`,
  '($text := $pad("x", 200000); $join([1..500].($text)))',
  '($many := $zip([1..90000], [1..90000]); $append($many, $many))',
])('a value that is small where it is kept, and large where it is looked at, is refused: %s', async (expression) => {
  expect(await templateValue(`{% ${expression} %}`, 'JSONata')).toEqual([
    'States.QueryEvaluationError',
    expect.stringContaining('The expression makes a value of more than 500000 values.'),
  ]);
});

test('a value may stand in another as often as there is room', async () => {
  expect(await templateValue(`{% (${twice} $count($keys($twice(1, 15)))) %}`, 'JSONata')).toBe(2);
});

test('others go first while an expression takes its time', async () => {
  let turns = 0;
  const ticking = setInterval(() => turns++, 0);
  const ranges = '($rest := function($n) { $n = 0 ? "done" : ($many := [1..100000]; $rest($n - 1)) }; $rest(60))';
  expect(await templateValue(`{% ${ranges} %}`, 'JSONata')).toBe('done');
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(0);
});
