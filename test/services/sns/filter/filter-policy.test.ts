import { describe, expect, test } from 'vitest';
import { attributeFacts, bodyFacts, type FilterableAttribute } from '../../../../src/services/sns/filter/facts.js';
import { matches } from '../../../../src/services/sns/filter/matcher.js';
import { type FilterScope, isFilterProblem, parseFilterPolicy } from '../../../../src/services/sns/filter/policy.js';

/**
 * Amazon SNS developer guide, "Filter policy operators", "Attribute filtering" and "Payload filtering"; where it is silent, what was recorded
 * from the service or what AWS's open engine does (aws/event-ruler), as the comments beside the rows say.
 */

function policy(json: string, scope: FilterScope) {
  const parsed = parseFilterPolicy(json, scope);
  if (isFilterProblem(parsed)) throw new Error(parsed.text);
  return parsed;
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
    ['{"a":[null]}', array('null'), true],
    ['{"__proto__":["x"]}', { name: '__proto__', type: 'String', value: 'x' }, true],
    ['{"a.b":["x"]}', { name: 'a.b', type: 'String', value: 'x' }, true],
    ['{"a":["x"]}', { name: 'A', type: 'String', value: 'x' }, false],
    ['{"a":["x"]}', { name: 'a', type: 'String.label', value: 'x' }, true],
    ['{"a":[1]}', { name: 'a', type: 'Number.int', value: '1' }, true],
    // Another kind of value is not among those excluded.
    ['{"a":[{"anything-but":["100"]}]}', number('100'), true],
    ['{"a":[{"anything-but":["x"]}]}', array('[null]'), true],
    ['{"a":[{"anything-but":{"prefix":"x"}}]}', number('1'), true],
    ['{"b":[{"anything-but":["x"]}]}', text('y'), false],
    ['{"b":[{"anything-but":["x"]},{"exists":false}]}', text('y'), true],
    ['{"a":[{"anything-but":["x"]},{"exists":false}]}', text('x'), false],
    ['{"a":[{"anything-but":{"equals-ignore-case":["X","y"]}}]}', text('Y'), false],
    ['{"a":[{"anything-but":[1,2.50]}]}', number('2.5'), false],
    ['{"b":[null]}', text('x'), false],
    ['{"a":[{"suffix":{"equals-ignore-case":".PNG"}}]}', text('x.Png'), true],
    ['{"a":[{"equals-ignore-case":"ΟΔΟΣ"}]}', text('οδοσ'), true],
    ['{"a":[{"prefix":{"equals-ignore-case":"ΟΔΟΣ"}}]}', text('οδοσα'), true],
    ['{"a":[{"prefix":""}]}', text('x'), true],
    ['{"a":[{"wildcard":"abc"}]}', text('abc'), true],
    ['{"a":[{"wildcard":"abc"}]}', text('abcd'), false],
    ['{"a":[{"wildcard":"*"}]}', text('x'), true],
    ['{"a":[{"wildcard":"*"}]}', number('1'), false],
    ['{"a":[{"numeric":["=",1e2]}]}', text('100'), false],
    ['{"a":[{"numeric":["<=",-0.00001]}]}', number('-0.00001'), true],
    ['{"a":[{"numeric":[">=",1000000000]}]}', number('1e126'), true],
    ['{"a":[{"cidr":"10.0.0.0/8"}]}', number('10'), false],
    ['{"a":[{"cidr":"10.0.0.77/24"}]}', text('10.0.0.1'), true],
    ['{"a":[{"cidr":"10.0.0.1/32"}]}', text('10.0.0.1'), true],
    ['{"a":[{"cidr":"2001:db8::/33"}]}', text('2001:db8:8000::1'), false],
    // "You must double-escape": quotes and backslashes are compared as they stand in JSON ("Policy constraints for attribute-based filtering").
    ['{"a":["say \\\\\\"x\\\\\\""]}', text('say "x"'), true],
    ['{"a":["say \\"x\\""]}', text('say "x"'), false],
    ['{"a":["c:\\\\\\\\d"]}', text('c:\\d'), true],
    ['{"a":["c:\\\\d"]}', text('c:\\d'), false],
    ['{"a":["\\\\\\"q"]}', array('["\\"q"]'), true],
  ])('%s', (json, attribute, expected) => {
    expect(acceptsAttributes(json, attribute)).toBe(expected);
  });

  test('a message without attributes is accepted by no policy, not by an absence either', () => {
    expect(attributeFacts([])).toBe('noMessageAttributes');
  });

  test('an attribute that is not what its type says hides the message from every filter', () => {
    expect(attributeFacts([text('x'), { name: 'b', type: 'String.Array', value: '[1' }])).toBe('invalidAttributes');
    for (const value of ['[{}]', '[[1]]', '{}', '', 'x', '[1,]']) {
      expect(attributeFacts([{ name: 'b', type: 'String.Array', value }])).toBe('invalidAttributes');
    }
    expect(attributeFacts([text('x'), { name: 'b', type: 'Number', value: 'one' }])).toBe('invalidAttributes');
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
    // Two objects are two elements, however many arrays are around them.
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":[[{"b":"x"}],[{"c":"y"}]]}', false],
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":[[{"b":"-"}],[{"b":"x","c":"y"}]]}', true],
    ['{"a":{"b":["x"]},"a.c":["y"]}', '{"a":[{"b":"x"},{"c":"y"}]}', false],
    ['{"a":{"b":["x"]},"a.c":["y"]}', '{"a":[{"b":"x"}],"a.c":"y"}', true],
    ['{"a":{"b":{"c":["x"]}}}', '{"a.b":{"c":"x"}}', true],
    ['{"a":{"b":{"c":["x"]}}}', '{"a":{"b.c":"x"}}', true],
    ['{"a.b":{"c":["x"]}}', '{"a":{"b.c":"x"}}', true],
    ['{"":{"a":["x"]}}', '{"a":"x"}', false],
    ['{"":{"a":["x"]}}', '{"":{"a":"x"}}', true],
    ['{"a":{"$or":[{"b":["x"]},{"c":["y"]}],"d":[1]}}', '{"a":[{"b":"x","d":2},{"c":"y","d":1}]}', true],
    ['{"a":{"$or":[{"b":["x"]},{"c":["y"]}],"d":[1]}}', '{"a":[{"b":"x","d":2},{"c":"-","d":1}]}', false],
    // "$or" is a key like any other where its objects have the names of operators, or where there is none.
    ['{"$or":[{"prefix":"x"},{"numeric":["=",1]}]}', '{"$or":"xyz"}', true],
    ['{"$or":["x","y"]}', '{"$or":"y"}', true],
    ['{"$or":{"a":["x"]}}', '{"$or":{"a":"x"}}', true],
    ['{"a":[{"exists":true}]}', '{"a":[]}', false],
    ['{"a":[{"exists":false}]}', '{"a":[]}', true],
    ['{"a":[{"exists":false}]}', '{"a":[{"b":1}]}', true],
    ['{"a":{"b":["x"],"c":[{"exists":false}]}}', '{"a":[{"b":"x"},{"b":"-","c":1}]}', false],
    ['{"a":[{"anything-but":["x"]}]}', '{"a":{"b":"y"}}', false],
    ['{"a":[{"anything-but":["x"]}]}', '{"a":["x","y"]}', true],
    ['{"a":[9007199254740993]}', '{"a":9007199254740992}', false],
    ['{"a":[0.3]}', '{"a":0.30000000000000004}', false],
    ['{"a":["x"]}', '{"a":"y","a":"x"}', true],
    ['{"a":["é"]}', '{"a":"\\u00e9"}', true],
    ['{}', '{}', true],
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
    ['{"a":["x"]}', 'null', false],
    ['{"a":["x"]}', '"{\\"a\\":\\"x\\"}"', false],
    ['{"a":["x"]}', ' \n{"a":"x"}\t', true],
  ])('%s on %s', (json, body, expected) => {
    expect(accepts(json, body)).toBe(expected);
  });
});
