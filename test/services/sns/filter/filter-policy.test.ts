import { describe, expect, test } from 'vitest';
import { attributeFacts, bodyFacts, type FilterableAttribute } from '../../../../src/services/sns/filter/facts.js';
import { matches } from '../../../../src/services/sns/filter/matcher.js';
import { type FilterScope, isFilterProblem, parseFilterPolicy } from '../../../../src/services/sns/filter/policy.js';

/** Amazon SNS developer guide, "Filter policy operators"; quirks from recordings are named in the titles. */

function policy(json: string, scope: FilterScope) {
  const parsed = parseFilterPolicy(json, scope);
  if (isFilterProblem(parsed)) throw new Error(parsed.text);
  return parsed;
}

function problem(json: string, scope: FilterScope = 'MessageBody'): string {
  const parsed = parseFilterPolicy(json, scope);
  if (!isFilterProblem(parsed)) throw new Error(`${json} was accepted`);
  return parsed.text;
}

function accepts(json: string, body: string): boolean {
  const facts = bodyFacts(body);
  return typeof facts !== 'string' && matches(policy(json, 'MessageBody'), facts);
}

const text = (value: string): FilterableAttribute => ({ name: 'a', type: 'String', value });
const number = (value: string): FilterableAttribute => ({ name: 'a', type: 'Number', value });
const array = (value: string): FilterableAttribute => ({ name: 'a', type: 'String.Array', value });

function acceptsAttributes(json: string, ...attributes: readonly FilterableAttribute[]): boolean {
  const facts = attributeFacts(attributes);
  return typeof facts !== 'string' && matches(policy(json, 'MessageAttributes'), facts);
}

describe('operators, on attributes', () => {
  test.each<[string, FilterableAttribute, boolean]>([
    ['{"a":["x"]}', text('x'), true],
    ['{"a":["x"]}', text('X'), false],
    ['{"a":["x","y"]}', text('y'), true],
    ['{"a":[100]}', text('100'), false],
    ['{"a":["100"]}', number('100'), false],
    ['{"a":[301.5]}', number('3.015e2'), true],
    ['{"a":[9007199254740993]}', number('9007199254740992'), false],
    ['{"a":[0.1]}', number('0.10000000000000000001'), false],
    ['{"a":[{"prefix":"ab"}]}', text('abc'), true],
    ['{"a":[{"prefix":"ab"}]}', text('ABC'), false],
    ['{"a":[{"prefix":{"equals-ignore-case":"AB"}}]}', text('aBc'), true],
    ['{"a":[{"suffix":".png"}]}', text('x.png'), true],
    ['{"a":[{"suffix":".png"}]}', text('png'), false],
    ['{"a":[{"equals-ignore-case":"TenNis"}]}', text('tennis'), true],
    ['{"a":[{"wildcard":"a*c"}]}', text('abbc'), true],
    ['{"a":[{"wildcard":"a*c"}]}', text('ac'), true],
    ['{"a":[{"wildcard":"a*b*c"}]}', text('acb'), false],
    ['{"a":[{"wildcard":"aa*aa"}]}', text('aaa'), false],
    ['{"a":[{"wildcard":"a\\\\*c"}]}', text('a*c'), true],
    ['{"a":[{"wildcard":"a\\\\*c"}]}', text('abc'), false],
    ['{"a":[{"anything-but":["x"]}]}', text('y'), true],
    ['{"a":[{"anything-but":["x"]}]}', text('x'), false],
    ['{"a":[{"anything-but":"x"}]}', text('x'), false],
    ['{"a":[{"anything-but":[100]}]}', number('1e2'), false],
    ['{"a":[{"anything-but":{"prefix":"or"}}]}', text('order'), false],
    ['{"a":[{"anything-but":{"suffix":["er","x"]}}]}', text('order'), false],
    ['{"a":[{"anything-but":{"wildcard":"o*r"}}]}', text('order'), false],
    ['{"a":[{"anything-but":{"equals-ignore-case":"ORDER"}}]}', text('order'), false],
    ['{"a":[{"numeric":["=",301.5]}]}', number('301.50'), true],
    ['{"a":[{"numeric":["<",0]}]}', number('-1e-128'), true],
    ['{"a":[{"numeric":[">",0,"<=",150]}]}', number('150'), true],
    ['{"a":[{"numeric":[">",0,"<=",150]}]}', number('150.000000000000000000001'), false],
    ['{"a":[{"numeric":[">",0]}]}', number('0'), false],
    ['{"a":[{"exists":true}]}', text('x'), true],
    ['{"a":[{"exists":false}]}', text('x'), false],
    ['{"b":[{"exists":false}]}', text('x'), true],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', text('10.0.0.255'), true],
    ['{"a":[{"cidr":"10.0.0.0/24"}]}', text('10.0.1.0'), false],
    ['{"a":[{"cidr":"2001:db8::/32"}]}', text('2001:0db8:ffff::1'), true],
    ['{"a":[{"cidr":"::ffff:0:0/96"}]}', text('::ffff:1.2.3.4'), true],
    ['{"a":[{"cidr":"0.0.0.0/0"}]}', text('::1'), false],
    ['{"a":[{"cidr":"0.0.0.0/0"}]}', text('no address'), false],
    ['{"a":["rugby"]}', array('["soccer","rugby"]'), true],
    ['{"a":[1]}', array('[1.0]'), true],
    ['{"a":[null]}', array('[null]'), true],
    ['{"a":[true]}', array('[false]'), false],
    ['{"a":["rugby"]}', array('"rugby"'), true],
    ['{"a":[{"anything-but":["rugby","baseball"]}]}', array('["rugby","tennis"]'), true],
    ['{"a":[{"anything-but":["rugby","baseball"]}]}', array('["rugby"]'), false],
    ['{"a":[null]}', text('null'), false],
    ['{"a":[{"exists":true}]}', { name: 'a', type: 'Binary', value: Buffer.of(1) }, false],
    ['{"a":[{"exists":false}]}', { name: 'a', type: 'Binary', value: Buffer.of(1) }, true],
    ['{"__proto__":["x"]}', { name: '__proto__', type: 'String', value: 'x' }, true],
  ])('%s', (json, attribute, expected) => {
    expect(acceptsAttributes(json, attribute)).toBe(expected);
  });

  test('a message without attributes is accepted by no policy, not by an absence either', () => {
    expect(attributeFacts([])).toBe('noMessageAttributes');
  });

  test('an attribute that is not what its type says hides the message from every filter', () => {
    expect(attributeFacts([text('x'), { name: 'b', type: 'String.Array', value: '[1' }])).toBe('invalidAttributes');
    expect(attributeFacts([{ name: 'b', type: 'String.Array', value: '[{}]' }])).toBe('invalidAttributes');
  });

  test('keys are joined by and, conditions and branches by or', () => {
    const json = '{"source":["aws"],"$or":[{"metric":["cpu"]},{"namespace":["ec2"],"zone":[1,2]}]}';
    const [source, cpu, ec2, zone] = [
      { name: 'source', type: 'String', value: 'aws' },
      { name: 'metric', type: 'String', value: 'cpu' },
      { name: 'namespace', type: 'String', value: 'ec2' },
      { name: 'zone', type: 'Number', value: '2' },
    ] as const;
    expect(acceptsAttributes(json, source, cpu)).toBe(true);
    expect(acceptsAttributes(json, source, ec2, zone)).toBe(true);
    expect(acceptsAttributes(json, source, ec2)).toBe(false);
    expect(acceptsAttributes(json, cpu)).toBe(false);
  });
});

describe('operators, on the body', () => {
  test.each<[string, string, boolean]>([
    ['{"a":["x"]}', '{"a":"x","b":1}', true],
    ['{"a":[1]}', '{"a":"1"}', false],
    ['{"a":[true,null]}', '{"a":null}', true],
    ['{"a":{"b":["x"]}}', '{"a":{"b":"x"}}', true],
    ['{"a":{"b":["x"]}}', '{"a.b":"x"}', true],
    ['{"a.b":["x"]}', '{"a":{"b":"x"}}', true],
    ['{"a":{"b":["x"]}}', '{"a":[{"b":"y"},{"b":"x"}]}', true],
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":[{"b":"x","c":"-"},{"b":"-","c":"y"}]}', false],
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":[{"b":"x","c":"-"},{"b":"x","c":"y"}]}', true],
    ['{"a":{"b":["x"]},"d":{"c":["y"]}}', '{"a":[{"b":"x"}],"d":[{"c":"-"},{"c":"y"}]}', true],
    ['{"a":{"b":["x"],"d":{"c":["y"]}}}', '{"a":[{"b":"x","d":[{"c":"-"},{"c":"y"}]}]}', true],
    ['{"a":{"b":["x"],"d":{"c":["y"]}}}', '{"a":[{"b":"x","d":[{"c":"-"}]},{"b":"-","d":[{"c":"y"}]}]}', false],
    ['{"a":["x"]}', '{"a":[["y"],["x"]]}', true],
    ['{"a":[{"exists":true}]}', '{"a":{"b":1}}', false],
    ['{"a":[{"exists":false}]}', '{"a":{"b":1}}', true],
    ['{"a":[{"exists":true}]}', '{"a":null}', true],
    ['{"a":[{"exists":false}]}', '{"b":1}', true],
    ['{"a":[{"exists":false},"x"]}', '{"a":"x"}', true],
    ['{"a":[{"numeric":[">=",1e2]}]}', '{"a":100.0}', true],
    ['{"a":["n1"]}', '{"a":"n1"}', true],
    ['{"a":["\\"q\\\\"]}', '{"a":"\\"q\\\\"}', true],
    ['{"__proto__":{"a":["x"]}}', '{"__proto__":{"a":"x"}}', true],
    ['{"a":["x"]}', '["x"]', false],
    ['{"a":["x"]}', 'not json', false],
    ['{"a":["x"]}', '{"a":"x"', false],
  ])('%s on %s', (json, body, expected) => {
    expect(accepts(json, body)).toBe(expected);
  });

  test('a body of ten thousand objects, and one that nests ten thousand deep, take no long time', () => {
    const wide = JSON.stringify({ a: Array.from({ length: 10_000 }, (_, at) => ({ b: at, c: -at })) });
    expect(accepts('{"a":{"b":[{"exists":true}],"c":[1]}}', wide)).toBe(false);
    expect(accepts('{"a":["x"]}', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).toBe(false);
  });

  test('a wildcard on hostile text is linear', () => {
    expect(accepts('{"a":[{"wildcard":"*a*a*b"}]}', JSON.stringify({ a: 'a'.repeat(200_000) }))).toBe(false);
  });
});

describe('what is wrong with a policy', () => {
  test.each([
    ['[]', 'Filter is not an object'],
    ['"x"', 'Filter is not an object'],
    ['{"key":"x"}', '"key" must be an object or an array'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{"like":"x"}]}', 'Unrecognized match type like'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"prefix":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"suffix":[]}]}', 'suffix match pattern must be a string'],
    ['{"a":[{"cidr":1}]}', 'prefix match pattern must be a string'],
    ['{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"a":[{"anything-but":{"numeric":1}}]}', 'Unsupported anything-but pattern: numeric'],
    ['{"a":[{"anything-but":["x",1]}]}', 'Inside anything but list, either all values are number or string, mixed type is not supported'],
    ['{"a":[{"anything-but":[null]}]}', 'Inside anything but list, start|null|boolean is not supported.'],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/x"}]}', 'Malformed CIDR, mask bits must be an integer'],
    ['{"a":[{"cidr":"10.0.0/8"}]}', 'Nonstandard IP address: 10.0.0'],
    ['{"a":[{"cidr":"10.0.0.0/33"}]}', 'Nonstandard IP address: 10.0.0.0'],
    ['{"a":[{"numeric":[1]}]}', 'Invalid member in numeric match: 1'],
    ['{"a":[{"numeric":[">=","1"]}]}', 'Value of >= must be numeric'],
    ['{"a":[{"numeric":["=","1"]}]}', 'Value of equals must be numeric'],
    ['{"a":[{"numeric":["~",1]}]}', 'Unrecognized numeric range operator: ~'],
    ['{"a":[{"numeric":[">",1,">",2]}]}', 'Bad numeric range operator: >'],
    ['{"a":[{"numeric":[">",1,"<","2"]}]}', 'Value of < must be numeric'],
    ['{"a":[{"numeric":["<",10,">",1]}]}', 'Too many elements in numeric expression'],
    ['{"a":[{"numeric":[">",1,"<",2,"<",3]}]}', 'Too many terms in numeric range expression'],
    ['{"a":[{"numeric":[">",2,"<",1]}]}', 'Bottom must be less than top'],
    ['{"$or":[{"a":["x"]}]}', 'There must have at least 2 Objects in $or relationship.'],
    ['{"a":{"b":["x"]},"a.b":["y"]}', 'Path `a.b` cannot be allowed multiple times'],
    ['{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}', 'Filter policy can not have more than 5 keys'],
    [`{"a":[${'1,'.repeat(150)}1]}`, 'Filter policy is too complex'],
    ['{"a":[1,2,3,4,5,6],"b":[1,2,3,4,5,6],"c":[1,2,3,4,5]}', 'Filter policy is too complex'],
  ])('%s', (json, expected) => {
    expect(problem(json)).toBe(expected);
  });

  test('complexity multiplies conditions and depth: the example of the developer guide, 4 at depth 3 and 3 at depth 2, is 72', () => {
    const twice = '{"a":{"b":{"c":[1,2,3,4]}},"d":{"e":[1,2,3]}}';
    expect(isFilterProblem(parseFilterPolicy(twice, 'MessageBody'))).toBe(false);
    expect(problem('{"a":{"b":{"c":[1,2,3,4]}},"d":{"e":[1,2,3]},"f":[1,2,3]}')).toBe('Filter policy is too complex');
  });

  test('text that is no JSON is told from where it goes wrong', () => {
    expect(problem('invalid')).toMatch(
      /^failed to parse JSON\. Unrecognized token 'invalid': was expecting \(JSON String, Number, Array, Object or token 'null', 'true' or 'false'\)\n at \[Source: REDACTED .*; line: 1, column: 8\]$/s,
    );
    expect(problem('{"a":')).toMatch(/^failed to parse JSON\. /);
  });

  test('attribute scope takes no nested policy, and says so without the usual prefix', () => {
    const parsed = parseFilterPolicy('{"a":{"b":["x"]}}', 'MessageAttributes');
    expect(parsed).toEqual({
      kind: 'nestedPolicy',
      text: 'Filter policy scope MessageAttributes does not support nested filter policy',
      wholeText: true,
    });
  });
});
