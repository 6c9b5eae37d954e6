import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../../../src/services/functions/mappings/event.js';
import { readFilter } from '../../../../src/services/functions/mappings/message-filter.js';
import { isRefusal } from '../../../../src/wire/refusal.js';

function record(body: string, more: Partial<EventRecord> = {}): EventRecord {
  return {
    messageId: 'm-1',
    receiptHandle: 'r-1',
    body,
    attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'g' },
    messageAttributes: { kind: { stringValue: '100', stringListValues: [], binaryListValues: [], dataType: 'Number' } },
    md5OfBody: '0',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:q',
    awsRegion: 'us-east-1',
    ...more,
  };
}

function takes(patterns: unknown, body: string): boolean {
  const filter = readFilter((Array.isArray(patterns) ? patterns : [patterns]).map((pattern) => JSON.stringify(pattern)));
  if (isRefusal(filter)) throw filter;
  return filter(record(body));
}

/** Developer guide, "Using event filtering with an Amazon SQS event source": how body and pattern go together. */
test.each([
  ['plain', { body: ['plain'] }, true],
  ['other', { body: ['plain'] }, false],
  ['plain', { body: { a: ['plain'] } }, false],
  ['plain', { messageId: ['m-1'] }, true],
  ['{"a":"x"}', { body: { a: ['x'] } }, true],
  ['{"a":"x"}', { body: { a: ['y'] } }, false],
  ['{"a":"x"}', { body: ['{"a":"x"}'] }, false],
  ['{"a":"x"}', { messageId: ['m-1'] }, true],
  ['["a"]', { body: { a: ['x'] } }, false],
  ['{"a":', { body: ['{"a":'] }, true],
])('the body %s and the pattern %j: %s', (body, pattern, taken) => {
  expect(takes(pattern, body)).toBe(taken);
});

/** Developer guide, "Filter rule syntax", and the operators of Amazon EventBridge. */
describe('the grammar', () => {
  const body = JSON.stringify({
    text: 'Seattle',
    number: 300,
    nothing: null,
    empty: '',
    list: ['a', 'b'],
    items: [
      { color: 'red', size: 1 },
      { color: 'blue', size: 2 },
    ],
  });

  test.each<[unknown, boolean]>([
    [{ text: ['Portland', 'Seattle'] }, true],
    [{ text: [{ prefix: 'Sea' }] }, true],
    [{ text: [{ suffix: 'tle' }] }, true],
    [{ text: [{ wildcard: 'S*t*e' }] }, true],
    [{ text: [{ 'equals-ignore-case': 'sEATTLE' }] }, true],
    [{ text: [{ 'anything-but': ['Portland'] }] }, true],
    [{ text: [{ 'anything-but': 'Seattle' }] }, false],
    [{ text: [{ 'anything-but': { prefix: 'Sea' } }] }, false],
    [{ number: [{ numeric: ['=', 300] }] }, true],
    [{ number: [{ numeric: ['>', 0, '<=', 300] }] }, true],
    [{ number: [{ numeric: ['>', 300] }] }, false],
    [{ number: [{ numeric: ['<', 4_000_000_000] }] }, true],
    [{ text: [{ numeric: ['>', 0] }] }, false],
    [{ nothing: [null] }, true],
    [{ empty: [''] }, true],
    [{ text: [{ exists: true }] }, true],
    [{ text: [{ exists: false }] }, false],
    [{ missing: [{ exists: false }] }, true],
    [{ missing: [{ exists: true }] }, false],
    [{ missing: ['x'] }, false],
    [{ missing: { deep: [{ exists: false }] } }, true],
    [{ list: ['b', 'c'] }, true],
    [{ list: ['c'] }, false],
    [{ items: { color: ['red'], size: [1] } }, true],
    [{ items: { color: ['red'], size: [2] } }, false],
    [{ items: { color: [{ exists: false }] } }, false],
    [{ $or: [{ text: ['no'] }, { number: [300] }] }, true],
    [{ $or: [{ text: ['no'] }, { number: [301] }] }, false],
    [{ text: ['Seattle'], $or: [{ items: { color: ['green'] } }, { items: { color: ['blue'], size: [2] } }] }, true],
  ])('%j: %s', (pattern, taken) => {
    expect(takes({ body: pattern }, body)).toBe(taken);
  });
});

test('plain numbers are compared as they are written', () => {
  expect(takes({ body: { n: [300] } }, '{"n":300}')).toBe(true);
  expect(takes({ body: { n: [300] } }, '{"n":300.0}')).toBe(false);
  expect(takes({ body: { n: [300] } }, '{"n":3.0e2}')).toBe(false);
  expect(takes({ body: { n: [{ numeric: ['=', 300] }] } }, '{"n":3.0e2}')).toBe(true);
});

test('attributes are texts, which no number is met by', () => {
  expect(takes({ messageAttributes: { kind: { stringValue: ['100'] } } }, 'x')).toBe(true);
  expect(takes({ messageAttributes: { kind: { dataType: ['Number'] } } }, 'x')).toBe(true);
  expect(takes({ messageAttributes: { kind: { stringValue: [{ numeric: ['>', 0] }] } } }, 'x')).toBe(false);
  expect(takes({ attributes: { MessageGroupId: ['g'] } }, 'x')).toBe(true);
});

test('the empty pattern takes everything', () => {
  expect(takes({}, 'x')).toBe(true);
});

test('a key with dots is a path', () => {
  for (const body of ['{"a.b":"x","a.c":1}', '{"a":{"b":"x","c":1}}', '{"a":{"c":1},"a.b":"x"}', '{"a":7,"a.b":"x","a.c":1}']) {
    expect(takes({ body: { 'a.b': ['x'], a: { c: [1] } } }, body)).toBe(true);
  }
});

test('any of several patterns is enough', () => {
  expect(takes([{ body: ['a'] }, { body: ['b'] }], 'b')).toBe(true);
  expect(takes([{ body: ['a'] }, { body: ['b'] }], 'c')).toBe(false);
});

test.each([
  '',
  'null',
  '[]',
  '"body"',
  '{',
  '{"body":"a"}',
  '{"body":[]}',
  '{"body":[{"unknown":"a"}]}',
  '{"body":{}}',
  '{"eventSource":["aws:sqs"]}',
  '{"awsRegion":["us-east-1"]}',
  `{"body":{${Array.from({ length: 8 }, (_, n) => `"k${n}":{"$or":[{"a":[1]},{"b":[1]}]}`).join(',')}}}`,
])('the pattern %s is refused', (pattern) => {
  expect(readFilter([pattern])).toMatchObject({ message: 'Invalid filter pattern definition.' });
});

test('a body made to be slow is not', () => {
  const items = Array.from({ length: 20_000 }, (_, n) => ({ [n % 2 === 0 ? 'a' : 'b']: 1 }));
  const branches = Array.from({ length: 5 }, (_, n) => ({ [`k${n}`]: { $or: [{ a: [2] }, { b: [2] }] } }));
  const lists = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`k${n}`, items]));
  expect(takes({ body: Object.assign({}, ...branches) }, JSON.stringify(lists))).toBe(false);
});
