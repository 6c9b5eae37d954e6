import fc from 'fast-check';
import { type Operation, operation, type Service } from '../../src/wire/service.js';
import { blob, boolean, integer, list, map, string, structure, wrappedList, wrappedMap } from '../../src/wire/shape.js';

/** One operation with a member of every shape, in the ways in which SQS and SNS nest them. */

export const detail = structure({ StringValue: string, BinaryValue: blob, DataType: string });
export const everything = structure({
  Text: string,
  Count: integer,
  Flag: boolean,
  Bytes: blob,
  Names: list('Name', string),
  Entries: list('Entry', structure({ Id: string, Detail: detail })),
  Tags: map('Tag', 'Key', 'Value', string),
  Attributes: map('Attribute', 'Name', 'Value', detail),
  Topics: wrappedList(structure({ Id: string })),
  Settings: wrappedMap('key', 'value', string),
});

export const echo: Operation = operation({ name: 'Echo', input: everything, output: everything, handle: async (input) => input });
export const silent: Operation = operation({ name: 'Silent', input: everything, output: undefined, handle: async () => ({}) });

export const service: Service = {
  name: 'test',
  targetPrefix: 'Test',
  errorNamespace: 'com.example.test',
  apiVersion: '2001-01-01',
  xmlNamespace: 'http://example.com/doc/',
  xmlErrorEnd: '<Detail/>',
  operations: new Map([echo, silent].map((one) => [one.name, one])),
  pathMembers: () => ({}),
};

/** Text that every protocol can carry: no lone surrogates, and nothing that XML cannot hold. */
export const text = fc
  .string({ unit: 'binary' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 excludes
  .filter((value) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(value));
const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', '1', 'a.b')).filter((value) => value !== '');
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const optional = { requiredKeys: [] } satisfies { requiredKeys: [] };
const details = fc.record({ StringValue: text, BinaryValue: bytes, DataType: text }, optional);

/** Maps are made as the codecs make theirs, so that `__proto__` is a key like any other. */
function mapOf<T>(value: fc.Arbitrary<T>): fc.Arbitrary<{ readonly [name: string]: T }> {
  return fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 4 }).map((entries) => Object.fromEntries(entries));
}

/** Collections are not empty: no protocol tells an empty one from none. */
export const values = fc
  .record(
    {
      Text: text,
      Count: fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
      Flag: fc.boolean(),
      Bytes: bytes,
      Names: fc.array(text, { minLength: 1, maxLength: 12 }),
      Entries: fc.array(fc.record({ Id: text, Detail: fc.record({ StringValue: text, DataType: text }) }), { minLength: 1, maxLength: 4 }),
      Tags: mapOf(text).filter((tags) => Object.keys(tags).length > 0),
      Attributes: mapOf(details.filter((value) => Object.keys(value).length > 0)).filter((all) => Object.keys(all).length > 0),
      Topics: fc.array(fc.record({ Id: text }), { minLength: 1, maxLength: 3 }),
      Settings: mapOf(text).filter((all) => Object.keys(all).length > 0),
    },
    optional,
  )
  .map((value) => ({ ...value }));
