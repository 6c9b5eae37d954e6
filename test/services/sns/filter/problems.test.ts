import { describe, expect, test } from 'vitest';
import { type FilterScope, isFilterProblem, nestedPolicyText, parseFilterPolicy } from '../../../../src/services/sns/filter/policy.js';

function problem(json: string, scope: FilterScope = 'MessageBody'): string | undefined {
  const parsed = parseFilterPolicy(json, scope);
  return isFilterProblem(parsed) ? parsed.text : undefined;
}

describe('what is wrong with a policy', () => {
  const unlisted = 'Inside anything but list, start|null|boolean is not supported.';
  const mixed = 'Inside anything but list, either all values are number or string, mixed type is not supported';

  /** Recorded from the service. */
  test.each([
    ['[]', 'Filter is not an object'],
    ['"x"', 'Filter is not an object'],
    ['null', 'Filter is not an object'],
    ['{"key":"x"}', '"key" must be an object or an array'],
    ['{"key":null}', '"key" must be an object or an array'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{"like":"x"}]}', 'Unrecognized match type like'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"prefix":"x","prefix":"y"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"suffix":[]}]}', 'suffix match pattern must be a string'],
    ['{"a":[{"cidr":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"a":[{"exists":null}]}', 'exists match pattern must be either true or false.'],
    ['{"a":[{"anything-but":{"numeric":1}}]}', 'Unsupported anything-but pattern: numeric'],
    ['{"a":[{"anything-but":{"exists":true}}]}', 'Unsupported anything-but pattern: exists'],
    ['{"a":[{"anything-but":["x",1]}]}', mixed],
    ['{"a":[{"anything-but":[]}]}', mixed],
    ['{"a":[{"anything-but":[null]}]}', unlisted],
    ['{"a":[{"anything-but":["x",true]}]}', unlisted],
    ['{"a":[{"anything-but":[["x"]]}]}', unlisted],
    ['{"a":[{"anything-but":{"prefix":1}}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"anything-but":{"suffix":["x",1]}}]}', 'suffix match pattern must be a string'],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/8/8"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/x"}]}', 'Malformed CIDR, mask bits must be an integer'],
    ['{"a":[{"cidr":"10.0.0/8"}]}', 'Nonstandard IP address: 10.0.0'],
    ['{"a":[{"cidr":"10.0.0.0/33"}]}', 'Nonstandard IP address: 10.0.0.0'],
    ['{"a":[{"cidr":"fe80::1%eth0/64"}]}', 'Nonstandard IP address: fe80::1%eth0'],
    ['{"a":[{"numeric":[1]}]}', 'Invalid member in numeric match: 1'],
    ['{"a":[{"numeric":[1.50e1]}]}', 'Invalid member in numeric match: 1.50e1'],
    ['{"a":[{"numeric":[]}]}', 'Invalid member in numeric match: ]'],
    ['{"a":[{"numeric":[">="]}]}', 'Value of >= must be numeric'],
    ['{"a":[{"numeric":[">=","1"]}]}', 'Value of >= must be numeric'],
    ['{"a":[{"numeric":["<",null]}]}', 'Value of < must be numeric'],
    ['{"a":[{"numeric":["=","1"]}]}', 'Value of equals must be numeric'],
    ['{"a":[{"numeric":["~",1]}]}', 'Unrecognized numeric range operator: ~'],
    ['{"a":[{"numeric":[">",1,">",2]}]}', 'Bad numeric range operator: >'],
    ['{"a":[{"numeric":[">",1,"=",2]}]}', 'Bad numeric range operator: ='],
    ['{"a":[{"numeric":[">",1,2]}]}', 'Bad value in numeric range: 2'],
    ['{"a":[{"numeric":[">",1,"<","2"]}]}', 'Value of < must be numeric'],
    ['{"a":[{"numeric":["<",10,">",1]}]}', 'Too many elements in numeric expression'],
    ['{"a":[{"numeric":["=",1,"=",1]}]}', 'Too many elements in numeric expression'],
    ['{"a":[{"numeric":[">",1,"<",2,"<",3]}]}', 'Too many terms in numeric range expression'],
    ['{"a":[{"numeric":[">",2,"<",1]}]}', 'Bottom must be less than top'],
    ['{"a":[{"numeric":[">=",1,"<=",1.0]}]}', 'Bottom must be less than top'],
    ['{"$or":[{"a":["x"]}]}', 'There must have at least 2 Objects in $or relationship.'],
  ])('%s', (json, expected) => {
    expect(problem(json)).toBe(expected);
  });

  /** From AWS's open engine, aws/event-ruler, where nothing is recorded from the service itself. */
  test.each([
    ['{"a":{"b":["x"]},"a.b":["y"]}', 'Path `a.b` cannot be allowed multiple times'],
    ['{"a":["x"],"a":["y"]}', 'Path `a` cannot be allowed multiple times'],
    ['{"a":["x"],"$or":[{"a":["y"]},{"b":["z"]}]}', 'Path `a` cannot be allowed multiple times'],
    ['{"$or":[{"a":["y"]},{"b":["z"]}],"a":["x"]}', 'Path `a` cannot be allowed multiple times'],
    ['{"$or":[{"c":{"a":["y"]}},{"b":["z"]}],"c":{"a":["x"]}}', 'Path `c.a` cannot be allowed multiple times'],
    ['{"$or":[{"a":["x"]},"y"]}', 'Only JSON object is allowed in array of $or relationship.'],
    ['{"$or":[{"a":["x"]},{}]}', 'Empty objects are not allowed'],
    ['{"a":[{}]}', 'Empty objects are not allowed'],
    ['{"a":[{"numeric":">1"}]}', 'Value of numeric must be an array.'],
    ['{"a":[{"numeric":[["x"]]}]}', 'Invalid member in numeric match: ['],
    ['{"a":[{"anything-but":null}]}', 'Value of anything-but must be an array or single string/number value.'],
    ['{"a":[{"anything-but":true}]}', 'Value of anything-but must be an array or single string/number value.'],
    ['{"a":[{"prefix":{"suffix":"x"}}]}', 'Unsupported prefix pattern: suffix'],
    ['{"a":[{"suffix":{"equals-ignore-case":1}}]}', 'equals-ignore-case match pattern must be a string'],
    ['{"a":[{"equals-ignore-case":["x"]}]}', 'equals-ignore-case match pattern must be a string'],
    ['{"a":[{"wildcard":1}]}', 'wildcard match pattern must be a string'],
    ['{"a":[{"wildcard":"a**"}]}', 'Consecutive wildcard characters at pos 1'],
    ['{"a":[{"wildcard":"a\\\\b"}]}', 'Invalid escape character at pos 1'],
    ['{"a":[{"wildcard":"a\\\\"}]}', 'Invalid escape character at pos 1'],
    ['{"a":[{"cidr":"10.0.0.0/-1"}]}', 'Malformed CIDR, mask bits must not be negative'],
  ])('%s', (json, expected) => {
    expect(problem(json)).toBe(expected);
  });

  test.each([
    '{"$or":[{"a":["x"]},{"a":["y"]}]}',
    '{"$or":[{"a":["x"],"b":[1]},{"a":["y"]}],"c":[1]}',
    '{"a":["x","x"]}',
    '{"A":[1],"a":[1]}',
  ])('nothing with %s', (json) => {
    expect(problem(json)).toBeUndefined();
  });

  test('text that is no JSON is told with its place; what is wrong with JSON is not', () => {
    expect(problem('invalid')).toBe(
      "failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n" +
        ' at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 8]',
    );
    expect(problem('{"a":[}')).toMatch(/^failed to parse JSON\. Unexpected character .*; line: 1, column: 7\]$/s);
    expect(problem('')).toMatch(/^failed to parse JSON\. No content to map due to end-of-input\n/);
  });

  test('attribute scope takes no nested policy, and says so without the usual prefix', () => {
    for (const json of ['{"a":{"b":["x"]}}', '{"a":{}}', '{"$or":[{"a":["x"]},{"b":{"c":["y"]}}]}']) {
      const parsed = parseFilterPolicy(json, 'MessageAttributes');
      expect(parsed).toEqual({ kind: 'nestedPolicy', text: nestedPolicyText, wholeText: true });
    }
    expect(nestedPolicyText).toBe('Filter policy scope MessageAttributes does not support nested filter policy');
    expect(parseFilterPolicy('[]', 'MessageAttributes')).toMatchObject({ kind: 'filterProblem', wholeText: false });
  });
});

/** Developer guide, "Filter policy constraints". */
describe('the limits of a policy', () => {
  const tooComplex = 'Filter policy is too complex';
  const tooManyKeys = 'Filter policy can not have more than 5 keys';

  function conditions(count: number): string {
    return `[${Array.from({ length: count }, (_, at) => at).join()}]`;
  }

  function wildcards(...patterns: readonly string[]): string {
    return `{"a":[${patterns.map((pattern) => `{"wildcard":"${pattern}"}`).join()}]}`;
  }

  test('five keys with conditions; those that only nest do not count, those in branches do', () => {
    expect(problem('{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1]}')).toBeUndefined();
    expect(problem('{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}')).toBe(tooManyKeys);
    expect(problem('{"x":{"y":{"a":[1],"b":[1]}},"c":[1],"d":[1],"e":[1]}')).toBeUndefined();
    expect(problem('{"x":{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}}')).toBe(tooManyKeys);
    expect(problem('{"$or":[{"a":[1],"b":[1],"c":[1]},{"a":[1],"b":[1],"c":[1]}]}')).toBe(tooManyKeys);
  });

  test('complexity multiplies conditions', () => {
    expect(problem(`{"a":${conditions(150)}}`)).toBeUndefined();
    expect(problem(`{"a":${conditions(151)}}`)).toBe(tooComplex);
    expect(problem(`{"a":${conditions(5)},"b":${conditions(6)},"c":${conditions(5)}}`)).toBeUndefined();
    expect(problem(`{"a":${conditions(6)},"b":${conditions(6)},"c":${conditions(5)}}`)).toBe(tooComplex);
  });

  test('complexity multiplies depths, too: the example of the guide, 4 at depth 3 and 3 at depth 2, is 72', () => {
    const example = `"a":{"b":{"c":${conditions(4)}}},"d":{"e":${conditions(3)}}`;
    expect(problem(`{${example},"f":${conditions(2)}}`)).toBeUndefined(); // 144
    expect(problem(`{${example},"f":${conditions(3)}}`)).toBe(tooComplex); // 216
    expect(problem(`{"a":{"b":{"c":${conditions(50)}}}}`)).toBeUndefined();
    expect(problem(`{"a":{"b":{"c":${conditions(51)}}}}`)).toBe(tooComplex);
    expect(problem(`{"a.b.c":${conditions(150)}}`)).toBeUndefined();
  });

  test('complexity adds branches', () => {
    expect(problem(`{"$or":[{"a":${conditions(75)}},{"b":${conditions(75)}}]}`)).toBeUndefined();
    expect(problem(`{"$or":[{"a":${conditions(75)}},{"b":${conditions(76)}}]}`)).toBe(tooComplex);
    expect(problem(`{"c":[1,2],"$or":[{"a":${conditions(38)}},{"b":${conditions(38)}}]}`)).toBe(tooComplex);
  });

  test('three asterisks a pattern, and points for all: one each for patterns with one, three for each of several, times the patterns', () => {
    expect(problem(wildcards('*a*b*'))).toBeUndefined();
    expect(problem(wildcards('*a*b*c*'))).toBe('A wildcard pattern can have at most 3 wildcard characters');
    expect(problem(wildcards('*a\\\\*b\\\\*c\\\\*'))).toBeUndefined();
    expect(problem(wildcards(...Array.from({ length: 10 }, (_, at) => `a*${at}`)))).toBeUndefined(); // 10 x 10
    expect(problem(wildcards(...Array.from({ length: 11 }, (_, at) => `a*${at}`)))).toBe(tooComplex); // 11 x 11
    expect(problem(wildcards(...Array.from({ length: 4 }, (_, at) => `a*${at}*`)))).toBeUndefined(); // 24 x 4
    expect(problem(wildcards(...Array.from({ length: 5 }, (_, at) => `a*${at}*`)))).toBe(tooComplex); // 30 x 5
    const excluded = (count: number): string => `{"a":[{"anything-but":{"wildcard":[${Array.from({ length: count }, () => '"*a*b*"')}]}}]}`;
    expect(problem(excluded(10))).toBeUndefined();
    expect(problem(excluded(11))).toBe(tooComplex);
  });

  test('256 KB', () => {
    const ofBytes = (bytes: number): string => `{"a":["${'é'.repeat((bytes - 10) / 2)}"]}`;
    expect(problem(ofBytes(262_144))).toBeUndefined();
    expect(problem(ofBytes(262_146))).toBe('Filter policy is too large');
  });

  test('numbers of ranges from -10^9 to 10^9, five digits behind the point', () => {
    for (const good of ['1e9', '-1000000000', '0.00001', '1.500000', '123456789.12345'])
      expect(problem(`{"a":[{"numeric":["=",${good}]}]}`)).toBeUndefined();
    for (const bad of ['1000000000.00001', '-1e10', '0.000001', '1e-6', '1e400']) {
      expect(problem(`{"a":[{"numeric":[">",${bad}]}]}`)).toMatch(/^Value must be between -1\.0E9 and 1\.0E9/);
    }
  });
});
