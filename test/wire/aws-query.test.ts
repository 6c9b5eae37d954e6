import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { encodeQueryError, queryCodec } from '../../src/wire/aws-query.js';
import { formPairs, formTree } from '../../src/wire/form.js';
import { ServiceError } from '../../src/wire/service.js';
import { echo, service, silent, values } from './codec-subject.js';

const codec = queryCodec(service, echo);
const decode = (form: string) => codec.decode(formTree(formPairs(form)));

const collections: Readonly<Record<string, { readonly name: string; readonly key?: string; readonly value?: string }>> = {
  Names: { name: 'Name' },
  Entries: { name: 'Entry' },
  Tags: { name: 'Tag', key: 'Key', value: 'Value' },
  Attributes: { name: 'Attribute', key: 'Name', value: 'Value' },
  Topics: { name: 'Topics.member' },
  Settings: { name: 'Settings.entry', key: 'key', value: 'value' },
};

/** What a client sends for a value: flattened parameters. */
function* flattened(prefix: string, value: unknown): Generator<readonly [string, string]> {
  if (Buffer.isBuffer(value)) yield [prefix, value.toString('base64')];
  else if (typeof value !== 'object' || value === null) yield [prefix, String(value)];
  else for (const [name, item] of Object.entries(value)) yield* member(prefix === '' ? '' : `${prefix}.`, name, item);
}

function* member(stem: string, name: string, value: unknown): Generator<readonly [string, string]> {
  const collection = collections[name];
  if (collection === undefined) yield* flattened(`${stem}${name}`, value);
  else if (Array.isArray(value)) for (const [at, item] of value.entries()) yield* flattened(`${stem}${collection.name}.${at + 1}`, item);
  else
    for (const [at, [key, item]] of Object.entries(value as object).entries()) {
      yield [`${stem}${collection.name}.${at + 1}.${collection.key}`, key];
      yield* flattened(`${stem}${collection.name}.${at + 1}.${collection.value}`, item);
    }
}

describe('AWS Query parameters', () => {
  test('what a client flattens is read back, whatever the text', () => {
    fc.assert(
      fc.property(values, (value) => {
        const form = new URLSearchParams([...flattened('', value)] as [string, string][]).toString();
        expect(decode(form)).toEqual(value);
      }),
    );
  });

  test.each([
    ['', {}],
    ['Text', { Text: '' }],
    ['Text=a&Text=b', { Text: 'b' }],
    ['Text=a+b%2Bc%20d%3D=', { Text: 'a b+c d==' }],
    ['&&Text=a&', { Text: 'a' }],
    ['Name=only', { Names: ['only'] }],
    ['Name=&Tag=', { Names: [], Tags: {} }],
    ['Name.2=b&Name.10=c&Name.1=a', { Names: ['a', 'b', 'c'] }],
    ['Tag.Key=k&Tag.Value=v', { Tags: { k: 'v' } }],
    ['Tag.7.Key=k&Tag.7.Value=v&Tag.8.Key=alone', { Tags: { k: 'v' } }],
    ['Flag=TRUE&Count=-5', { Flag: true, Count: -5 }],
    ['Topics=&Settings=', { Topics: [], Settings: {} }],
    ['Topics.member.3.Id=c&Topics.member.1.Id=a&Topics.1.Id=x', { Topics: [{ Id: 'a' }, { Id: 'c' }] }],
    ['Settings.entry.2.value=v&Settings.entry.2.key=k&Settings.key=x', { Settings: { k: 'v' } }],
    ['Text.sub=x', {}],
    ['Unknown.1.Deep=x', {}],
    ['__proto__.Text=x&Text=y', { Text: 'y' }],
  ])('%s', (form, expected) => {
    expect(decode(form)).toEqual(expected);
  });

  test.each([
    ['Count=x', 'STRING_VALUE can not be converted to an Integer'],
    ['Count=1.0', 'STRING_VALUE can not be converted to an Integer'],
    ['Flag=yes', 'STRING_VALUE can not be converted to a Boolean'],
    ['Bytes=%2A', 'Invalid base64: a binary value must be base64 with padding'],
    ['Text=%C3%28', 'The parameter text "%C3%28" is not valid percent-encoded UTF-8'],
    ['Text=%zz', 'The parameter text "%zz" is not valid percent-encoded UTF-8'],
    [`${'a.'.repeat(40)}b=1`, /^The parameter a\..* has more than 12 parts$/],
    ['a&'.repeat(5_000), 'The request has more than 4000 parameters'],
  ])('%s is refused', (form, message) => {
    expect(() => decode(form)).toThrow(ServiceError);
    expect(() => decode(form)).toThrow(message);
  });
});

describe('AWS Query answers', () => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    trimValues: false,
    isArray: (name) => ['Name', 'Entry', 'Tag', 'Attribute'].includes(name),
  });

  test('any text comes out of an XML parser as it went in', () => {
    fc.assert(
      fc.property(values, (value) => {
        const xml = codec.encode(value, 'the-id');
        expect(XMLValidator.validate(xml)).toBe(true);
        const { Text: read } = parser.parse(xml).EchoResponse.EchoResult ?? {};
        // The parser leaves one kind of reference to its caller.
        expect((read ?? '').replaceAll('&#xD;', '\r')).toBe(value.Text ?? '');
      }),
    );
  });

  test('members, lists and maps have the elements that clients expect', () => {
    const value = {
      Text: '<&>"\r\n',
      Count: 3,
      Flag: false,
      Bytes: Buffer.of(0, 1),
      Names: ['a', 'b'],
      Entries: [{ Id: '1', Detail: { DataType: 'String' } }],
      Tags: { k: 'v', l: 'w' },
      Attributes: { n: { StringValue: 's' } },
      Topics: [{ Id: 'a' }, { Id: 'b' }],
      Settings: {},
    };
    expect(codec.encode(value, 'the-id')).toBe(
      '<?xml version="1.0"?><EchoResponse xmlns="http://example.com/doc/"><EchoResult>' +
        '<Text>&lt;&amp;&gt;&quot;&#xD;\n</Text><Count>3</Count><Flag>false</Flag><Bytes>AAE=</Bytes>' +
        '<Name>a</Name><Name>b</Name><Entry><Id>1</Id><Detail><DataType>String</DataType></Detail></Entry>' +
        '<Tag><Key>k</Key><Value>v</Value></Tag><Tag><Key>l</Key><Value>w</Value></Tag>' +
        '<Attribute><Name>n</Name><Value><StringValue>s</StringValue></Value></Attribute>' +
        '<Topics><member><Id>a</Id></member><member><Id>b</Id></member></Topics><Settings/>' +
        '</EchoResult><ResponseMetadata><RequestId>the-id</RequestId></ResponseMetadata></EchoResponse>',
    );
  });

  test('an empty result keeps its element, a void operation has none', () => {
    expect(codec.encode({}, 'i')).toContain('<EchoResult/><ResponseMetadata>');
    expect(queryCodec(service, silent).encode({}, 'i')).toBe(
      '<?xml version="1.0"?><SilentResponse xmlns="http://example.com/doc/"><ResponseMetadata><RequestId>i</RequestId></ResponseMetadata></SilentResponse>',
    );
  });

  test('an error that echoes what XML cannot hold is still XML', () => {
    const code = { type: 'Odd', origin: 'service', queryCode: 'Odd.Code', status: 400, fault: 'Sender' } as const;
    const xml = encodeQueryError(new ServiceError(code, 'for JSON', 'a\u0000\ufffe\ud800 & <b>'), service, 'i');
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).toBe(
      '<?xml version="1.0"?><ErrorResponse xmlns="http://example.com/doc/"><Error><Type>Sender</Type><Code>Odd.Code</Code>' +
        '<Message>a\ufffd\ufffd\ufffd &amp; &lt;b&gt;</Message><Detail/></Error><RequestId>i</RequestId></ErrorResponse>',
    );
  });
});
