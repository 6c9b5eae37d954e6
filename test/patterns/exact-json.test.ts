import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals, type Decimal, parseDecimal } from '../../src/patterns/decimal.js';
import { type ExactJson, isArray, isDecimal, isObject, jsonDepthMax, parseExactJson } from '../../src/patterns/exact-json.js';
import { isJsonFault } from '../../src/patterns/json-fault.js';

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (parsed === undefined) throw new Error(`${text} is a decimal`);
  return parsed;
}

describe('decimals', () => {
  /** In units of 10^-12, exactly. */
  function scaled(text: string): bigint {
    const [, sign, whole = '', fraction = '', exponent = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:[eE](.+))?$/.exec(text) ?? [];
    const value = BigInt(whole + fraction) * 10n ** BigInt(12 - fraction.length + Number(exponent));
    return sign === '-' ? -value : value;
  }

  test('every way of writing small numbers, each against each, is equal and ordered as exact integers are', () => {
    const parts: [string[], string[], string[], string[]] = [
      ['', '-', '+'],
      ['', '0', '00', '1', '10', '01', '9', '12'],
      ['', '.', '.0', '.5', '.50', '.05', '.001'],
      ['', 'e0', 'E1', 'e+1', 'e-1', 'e2', 'e-03'],
    ];
    const [signs, wholes, fractions, exponents] = parts;
    const texts = signs.flatMap((sign) =>
      wholes.flatMap((whole) => fractions.flatMap((fraction) => exponents.map((exponent) => [sign, whole, fraction, exponent].join('')))),
    );
    const numbers = texts.filter((text) => /\d/.test(text.replace(/e.*/i, ''))).map((text) => ({ ...decimal(text), exact: scaled(text) }));
    expect(numbers.length).toBeGreaterThan(1_000);
    const wrong: string[] = [];
    for (const a of numbers) {
      for (const b of numbers) {
        const expected = a.exact < b.exact ? -1 : a.exact > b.exact ? 1 : 0;
        const right = Math.sign(compareDecimals(a, b)) === expected && (a.canonical === b.canonical) === (expected === 0);
        if (!right) wrong.push(`${a.text} and ${b.text}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('long ones are equal and ordered as exact integers are', () => {
    const written = fc
      .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.integer({ min: -8, max: 8 }))
      .map(([negative, value, exponent]) => `${negative ? '-' : ''}${value}e${exponent}`);
    fc.assert(
      fc.property(written, written, (one, other) => {
        const [a, b] = [scaled(one), scaled(other)];
        expect(Math.sign(compareDecimals(decimal(one), decimal(other)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  test('the nearest doubles never contradict the order', () => {
    const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(digits, fc.integer({ min: -340, max: 310 }), fc.integer({ min: -2, max: 2 }), (value, exponent, step) => {
        const [a, b] = [decimal(`${value}e${exponent}`), decimal(`${value + BigInt(step)}e${exponent}`)];
        const order = compareDecimals(a, b);
        if (a.approximate !== b.approximate) expect(Math.sign(order)).toBe(a.approximate < b.approximate ? -1 : 1);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  test.each<[string, string, number]>([
    ['301.5', '3.015e2', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['0.1', '0.1000000000000000055511151231257827', -1],
    ['0.30000000000000004', '0.3', 1],
    ['-0', '0', 0],
    ['1e-400', '0', 1],
    ['1e400', '1e401', -1],
    ['-1e400', '-1e401', 1],
    ['1e0000000000000000000001', '10', 0],
  ])('%s against %s', (a, b, order) => {
    expect(Math.sign(compareDecimals(decimal(a), decimal(b)))).toBe(order);
  });

  test.each(['', '.', 'e1', '1e', '1e+', '--1', '0x1', 'NaN', 'Infinity', '1 ', '1_0', '１', '1e1234567890123456'])(
    '%j is none',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );
});

describe('JSON', () => {
  function plain(value: ExactJson): unknown {
    if (isDecimal(value)) return Number(value.text);
    if (isArray(value)) return value.map(plain);
    return isObject(value) ? Object.fromEntries([...value.members].map(([key, member]) => [key, plain(member)])) : value;
  }

  function read(text: string): { readonly value: unknown } | undefined {
    const value = parseExactJson(text);
    return isJsonFault(value) ? undefined : { value: plain(value) };
  }

  function expectedFor(text: string): { readonly value: unknown } | undefined {
    try {
      return { value: JSON.parse(text, (_, value: unknown) => (Object.is(value, -0) ? 0 : value)) };
    } catch {
      return undefined;
    }
  }

  const space = fc.constantFrom('', ' ', '\n', '\t\r');
  const documents = fc
    .tuple(fc.json({ stringUnit: 'binary', maxDepth: 4 }), space, space)
    .map(([json, before, after]) => before + json.replaceAll(',', `${after},${before}`).replaceAll('-0', '0') + after);

  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(documents, (text) => {
        expect(read(text)).toEqual(expectedFor(text));
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  test('is refused where JSON.parse refuses it, when something was cut out, put in or changed', () => {
    const pieces = fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '1',
      '-',
      '.',
      'e',
      'true',
      'nul',
      '\u0001',
      'u00',
      'é',
      ' ',
    );
    let refused = 0;
    fc.assert(
      fc.property(documents, fc.nat(), fc.nat(2), pieces, (text, at, cut, piece) => {
        const place = at % (text.length + 1);
        const damaged = text.slice(0, place) + piece + text.slice(place + cut);
        const expected = expectedFor(damaged);
        if (expected === undefined) refused++;
        expect(read(damaged) === undefined).toBe(expected === undefined);
      }),
      { numRuns: 5_000, seed: 7 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  test('keeps a key that other objects are changed by, and tells of one given twice', () => {
    const value = parseExactJson('{"__proto__":{"a":1},"constructor":2,"a.b":3,"x":4,"x":5}');
    if (!isObject(value)) throw new Error('an object');
    expect([...value.members.keys()]).toEqual(['__proto__', 'constructor', 'a.b', 'x']);
    expect(value).toMatchObject({ dotted: ['a.b'], repeated: 'x' });
    expect(Object.prototype).not.toHaveProperty('a');
  });

  test('may nest a thousand deep', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(isJsonFault(parseExactJson(nested(jsonDepthMax)))).toBe(false);
    expect(parseExactJson(nested(jsonDepthMax + 1))).toMatchObject({ kind: 'jsonFault', tooDeep: true });
  });

  /** Texts of Jackson, as the reference records them for RedrivePolicy and FilterPolicy, else from its source. */
  const values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  test.each<[string, string, number, number]>([
    ['', 'No content to map due to end-of-input', 1, 1],
    ['invalid', `Unrecognized token 'invalid': was expecting ${values}`, 1, 8],
    ['{"a":tru}', `Unrecognized token 'tru': was expecting ${values}`, 1, 9],
    ['{invalid', "Unexpected character ('i' (code 105)): was expecting double-quote to start field name", 1, 2],
    ['{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name", 1, 8],
    ['{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value", 1, 6],
    ['{"a":1 "b":2}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 1, 8],
    ['{"a":[1 2]}', "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 1, 9],
    ['{"a":[1,]}', `Unexpected character (']' (code 93)): expected a valid value ${values}`, 1, 9],
    ['{\n\n  "a":?}', `Unexpected character ('?' (code 63)): expected a valid value ${values}`, 3, 7],
    ['{"a":"x', 'Unexpected end-of-input: was expecting closing quote for a string value', 1, 8],
    ['{"a', 'Unexpected end-of-input in field name', 1, 4],
    ['{"a":01}', 'Invalid numeric value: Leading zeroes not allowed', 1, 6],
    [
      '{"a":"\u0001"}',
      'Illegal unquoted character ((CTRL-CHAR, code 1)): has to be escaped using backslash to be included in string value',
      1,
      7,
    ],
    ['{"a":"\\x"}', "Unrecognized character escape 'x' (code 120)", 1, 8],
  ])('says what is wrong with %j, and where', (text, what, line, column) => {
    const place = `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
    expect(parseExactJson(text)).toMatchObject({ kind: 'jsonFault', text: `${what}\n at ${place}` });
  });

  test('says where what was not closed began', () => {
    expect(parseExactJson('{"a":[1')).toMatchObject({
      text: expect.stringMatching(
        /^Unexpected end-of-input: expected close marker for Array \(start marker at \[.*; line: 1, column: 6\]\)\n at .* column: 8\]$/,
      ) as unknown,
    });
  });
});
