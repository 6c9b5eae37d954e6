import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeJsonError, jsonCodec } from '../../src/wire/aws-json.js';
import { internalFailure } from '../../src/wire/errors.js';
import { ServiceError } from '../../src/wire/service.js';
import { echo, service, silent, values } from './codec-subject.js';

const codec = jsonCodec(echo);
const decode = (text: string) => codec.decode(Buffer.from(text));

/** What a client sends for a value: bytes in base64. */
function sent(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(sent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, sent(item)]));
}

describe('AWS JSON', () => {
  test('what is encoded is decoded again, whatever the text', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(JSON.stringify(sent(value)))).toEqual(value);
        expect(decode(codec.encode(value))).toEqual(value);
      }),
    );
  });

  test.each([
    ['{}', {}],
    ['{"Text":""}', { Text: '' }],
    ['{"Text":"a","Text":"b"}', { Text: 'b' }],
    ['{"Text":null,"Tags":{"a":null,"b":"c"},"Names":["a",null,"b"]}', { Tags: { b: 'c' }, Names: ['a', 'b'] }],
    ['{"Unknown":{"deep":[1]},"Count":3}', { Count: 3 }],
    ['{"Count":"12"}', { Count: 12 }],
    ['{"Count":-1}', { Count: -1 }],
    ['{"Bytes":"AAE="}', { Bytes: Buffer.of(0, 1) }],
    ['{"Bytes":""}', { Bytes: Buffer.alloc(0) }],
    ['{"Names":[],"Tags":{}}', { Names: [], Tags: {} }],
    [' \n{"Flag" : true}\t', { Flag: true }],
    ['{"Text":"\\ud83d\\ude00"}', { Text: '😀' }],
    ['{"Text":"\\ud83d"}', { Text: '\ud83d' }],
  ])('%s', (text, expected) => {
    expect(decode(text)).toEqual(expected);
  });

  test('a list or a map of more entries than any operation takes is refused', () => {
    const tags = (count: number) => JSON.stringify({ Tags: Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v'])) });
    expect(Object.keys(decode(tags(4_000)).Tags as object)).toHaveLength(4_000);
    expect(() => decode(tags(4_001))).toThrow('A list or map has 4001 entries, more than 4000');
    expect(() => decode(JSON.stringify({ Names: Array(4_001).fill('n') }))).toThrow('A list or map has 4001 entries, more than 4000');
  });

  test('a key of a map may be any text, and none reaches the prototype', () => {
    const { Tags: tags } = decode('{"Tags":{"__proto__":"x","constructor":"y"}}');
    expect(Object.entries(tags as object)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(decode('{"__proto__":{"Text":"x"}}')).toEqual({});
    expect(({} as { Text?: string }).Text).toBeUndefined();
  });

  test.each([
    ['', 'The request body is not valid JSON'],
    ['{', 'The request body is not valid JSON'],
    ['{"Text":"a"}x', 'The request body is not valid JSON'],
    ['[]', 'Start of list found where not expected'],
    ['"text"', 'Expected structure or map, or null'],
    ['1', 'Expected structure or map, or null'],
    ['null', 'Expected structure or map, or null'],
    ['{"Text":1}', 'NUMBER_VALUE can not be converted to a String'],
    ['{"Text":true}', 'TRUE_VALUE can not be converted to a String'],
    ['{"Text":["a"]}', 'Start of list found where not expected'],
    ['{"Text":{"a":1}}', 'Start of structure or map found where not expected.'],
    ['{"Count":"x"}', 'STRING_VALUE can not be converted to an Integer'],
    ['{"Count":"99999999999"}', 'STRING_VALUE can not be converted to an Integer'],
    ['{"Count":1.5}', 'NUMBER_VALUE can not be converted to an Integer'],
    ['{"Count":2147483648}', 'NUMBER_VALUE can not be converted to an Integer'],
    ['{"Count":1e400}', 'NUMBER_VALUE can not be converted to an Integer'],
    ['{"Count":true}', 'TRUE_VALUE can not be converted to an Integer'],
    ['{"Flag":"true"}', 'STRING_VALUE can not be converted to a Boolean'],
    ['{"Bytes":"*"}', 'Invalid base64: a binary value must be base64 with padding'],
    ['{"Bytes":"AAE"}', 'Invalid base64: a binary value must be base64 with padding'],
    ['{"Bytes":7}', 'NUMBER_VALUE can not be converted to a Blob'],
    ['{"Names":"a"}', 'Expected list or null'],
    ['{"Names":{"1":"a"}}', 'Start of structure or map found where not expected.'],
    ['{"Names":["a",1]}', 'NUMBER_VALUE can not be converted to a String'],
    ['{"Tags":["a"]}', 'Start of list found where not expected'],
    ['{"Tags":{"a":1}}', 'NUMBER_VALUE can not be converted to a String'],
    ['{"Entries":[{"Detail":"x"}]}', 'Expected structure or map, or null'],
  ])('%s is refused', (text, message) => {
    expect(() => decode(text)).toThrow(
      expect.objectContaining({ message, code: expect.objectContaining({ type: 'SerializationException' }) }),
    );
  });

  test('bytes that are not UTF-8 are refused, not mangled', () => {
    const body = Buffer.concat([Buffer.from('{"Text":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]);
    expect(() => codec.decode(body)).toThrow('The request body is not valid UTF-8');
  });

  test('nesting as deep as a body can hold is an answer, not a crash', () => {
    const deep = (open: string, close: string, times: number) => `{"Unknown":${open.repeat(times)}1${close.repeat(times)}}`;
    for (const text of [deep('[', ']', 5_000_000), deep('{"a":', '}', 1_500_000)]) {
      try {
        expect(decode(text)).toEqual({});
      } catch (refusal) {
        expect(refusal).toBeInstanceOf(ServiceError);
      }
    }
  });

  test('empty collections and absent members are left out, and a void operation has no body', () => {
    expect(codec.encode({ Names: [], Tags: {}, Text: undefined })).toBe('{}');
    expect(codec.encode({ Entries: [{ Id: 'a', Detail: { BinaryValue: Buffer.of(255) } }] })).toBe(
      '{"Entries":[{"Id":"a","Detail":{"BinaryValue":"/w=="}}]}',
    );
    expect(jsonCodec(silent).encode({})).toBe('');
  });

  test('errors carry their namespace, and the code that Query clients know', () => {
    const code = { type: 'QueueGone', origin: 'service', queryCode: 'Old.Gone', status: 400, fault: 'Sender' } as const;
    expect(encodeJsonError(new ServiceError(code, 'It is gone.'), service)).toEqual({
      status: 400,
      body: '{"__type":"com.example.test#QueueGone","message":"It is gone."}',
      queryError: 'Old.Gone;Sender',
    });
    expect(encodeJsonError(internalFailure(), undefined)).toEqual({
      status: 500,
      body: '{"__type":"com.amazon.coral.service#InternalFailure","message":"The request processing has failed because of an unknown error, exception or failure."}',
      queryError: 'InternalError;Receiver',
    });
  });
});
