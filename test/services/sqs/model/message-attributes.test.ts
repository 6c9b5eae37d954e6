import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttributeInput,
  type AttributeInputs,
  attributesDigest,
  attributesSize,
  readMessageAttributes,
  readSystemAttributes,
  selectAttributes,
} from '../../../../src/services/sqs/model/message-attributes.js';
import { messageSize } from '../../../../src/services/sqs/model/outgoing-message.js';
import { ServiceError } from '../../../../src/wire/service.js';

function read(inputs: AttributeInputs) {
  const attributes = readMessageAttributes(inputs);
  if (attributes instanceof ServiceError) throw attributes;
  return attributes;
}

function problem(inputs: AttributeInputs): string {
  const attributes = readMessageAttributes(inputs);
  return attributes instanceof ServiceError ? `${attributes.code.queryCode}: ${attributes.message}` : 'none';
}

function text(value: string, type = 'String'): AttributeInput {
  return { DataType: type, StringValue: value };
}

describe('digest of message attributes', () => {
  it.each([
    ['one String', { Hello: text('There') }, 'a311262e065454b75da111d535b8dacd'],
    ['three, sorted by name', { Hello: text('There'), General: text('Kenobi'), 'Help.Me': text('Me') }, '4c360f3fdafd970e05fae2f149d997f5'],
    ['a Number', { timestamp: text('1493147359900', 'Number') }, '235c5c510d26fb653d073faed50ae77c'],
    [
      'a Binary',
      { attr1: { DataType: 'Binary', BinaryValue: Buffer.from('traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01') } },
      '8cbe4db156db8a94db8b801b7addb984',
    ],
  ] as const)('of %s is that of AWS', (_, inputs, digest) => {
    expect(attributesDigest(read(inputs))).toBe(digest);
  });

  it('of AWSTraceHeader is that of AWS', () => {
    const attributes = readSystemAttributes({
      AWSTraceHeader: text('Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'),
    });
    if (attributes instanceof ServiceError) throw attributes;
    expect(attributesDigest(attributes)).toBe('5ae4d5d7636402d80f4eb6d213245a88');
  });

  it('of the body is that of AWS', () => {
    expect(hash('md5', 'message')).toBe('78e731027d8fd50ed642340b7c9a63b3');
  });

  it('includes the custom label of a type (32)', () => {
    expect(attributesDigest(read({ a: text('1', 'Number.int') }))).not.toBe(attributesDigest(read({ a: text('1', 'Number') })));
  });

  it('does not depend on the order in which attributes were sent', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(names, (names) => {
        const inputs = (order: readonly string[]) => Object.fromEntries(order.map((name) => [name, text(`value of ${name}`)]));
        expect(attributesDigest(read(inputs(names)))).toBe(attributesDigest(read(inputs(names.toReversed()))));
      }),
      { numRuns: 100 },
    );
  });
});

describe('size of a message', () => {
  it('counts the body and each name, type with label, and decoded value (26)', () => {
    const input = {
      MessageBody: 'héllo',
      MessageAttributes: { ab: text('xyz', 'String.c'), bin: { DataType: 'Binary', BinaryValue: Buffer.alloc(5) } },
      MessageSystemAttributes: { AWSTraceHeader: text('Root=1') },
      MessageGroupId: 'group',
      MessageDeduplicationId: 'dedup',
    };
    expect(messageSize(input)).toBe(6 + (2 + 8 + 3) + (3 + 6 + 5));
    expect(attributesSize(read(input.MessageAttributes))).toBe(2 + 8 + 3 + (3 + 6 + 5));
  });
});

describe('rules of message attributes', () => {
  const prefixes = 'You must use only the following supported type prefixes: Binary, Number, String.';

  it('allows ten and no more', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, text('x')]));
    expect(problem(many(10))).toBe('none');
    expect(problem(many(12))).toBe('InvalidParameterValue: Number of message attributes [12] exceeds the allowed maximum [10].');
  });

  it.each(['a', 'A-b_c.d', 'øßä', 'x'.repeat(256), 'aws', 'Awsome.thing'])('allows the name %s', (name) => {
    expect(problem({ [name]: text('x') })).toBe('none');
  });

  it.each(['', 'x'.repeat(257), 'AWS.x', 'aws.x', 'Amazon.x', 'AMAZON.x', '.a', 'a.', 'a..b', 'a b', 'a/b', 'a\u0000'])(
    'refuses the name %j',
    (name) => {
      expect(problem({ [name]: text('x') })).toMatch(/^InvalidParameterValue: /);
    },
  );

  it.each(['String', 'Number', 'Binary.gif', 'Number.int.x', 'String.'])('allows the type %s', (type) => {
    const value = type.startsWith('Binary') ? { DataType: type, BinaryValue: Buffer.from('1') } : text('1', type);
    expect(problem({ a: value })).toBe('none');
  });

  it.each(['', 'string', 'Strings', 'Int', `String.${'x'.repeat(250)}`, 'String.\u0001'])('refuses the type %j', (type) => {
    expect(problem({ a: text('1', type) })).toBe(`InvalidParameterValue: The type of message (user) attribute 'a' is invalid. ${prefixes}`);
  });

  it('wants a value of its type that is not empty', () => {
    const refused = (type: string) =>
      `InvalidParameterValue: Message (user) attribute 'a' must contain a non-empty value of type '${type}'.`;
    expect(problem({ a: text('') })).toBe(refused('String'));
    expect(problem({ a: { DataType: 'String' } })).toBe(refused('String'));
    expect(problem({ a: { DataType: 'String', BinaryValue: Buffer.from('x') } })).toBe(refused('String'));
    expect(problem({ a: { DataType: 'Binary', BinaryValue: Buffer.alloc(0) } })).toBe(refused('Binary'));
    expect(problem({ a: text('x', 'Binary') })).toBe(refused('Binary'));
    expect(problem({ a: { DataType: 'Number' } })).toBe(refused('Number'));
  });

  it('refuses two values, and tolerates an empty one beside the right one', () => {
    expect(problem({ a: { DataType: 'String', StringValue: 'x', BinaryValue: Buffer.from('x') } })).toMatch(
      /^InvalidParameterValue: .*both/,
    );
    expect(problem({ a: { DataType: 'String', StringValue: 'x', BinaryValue: Buffer.alloc(0) } })).toBe('none');
  });

  it('refuses list values, which AWS reserves', () => {
    expect(problem({ a: { DataType: 'String', StringListValues: ['x'] } })).toMatch(/^AWS.SimpleQueueService.UnsupportedOperation: /);
    expect(problem({ a: { ...text('x'), BinaryListValues: [Buffer.from('x')] } })).toMatch(
      /^AWS.SimpleQueueService.UnsupportedOperation: /,
    );
    expect(problem({ a: { ...text('x'), StringListValues: [] } })).toBe('none');
  });

  it.each(['\u0000', '\u001f', '\ufffe', '\ud800'])('refuses the character %j in a value', (character) => {
    expect(problem({ a: text(`x${character}`) })).toMatch(/^InvalidParameterValue: /);
  });

  it.each(['0', '-1', '+1.5', '1e126', '1E-128', '.5', '5.', '0.000', '9'.repeat(38), `${'9'.repeat(38)}${'0'.repeat(80)}`, '000123'])(
    'takes %s for a number',
    (value) => {
      expect(problem({ a: text(value, 'Number') })).toBe('none');
    },
  );

  it.each(['abc', '1x', '', '.', '-', '1e', '1e127', '1e-129', '9'.repeat(39), ' 1', '1,5', 'NaN', 'Infinity', '0x10', '1e99999999'])(
    'does not take %j for a number',
    (value) => {
      expect(problem({ a: text(value, 'Number.x') })).toMatch(
        value === '' ? /non-empty/ : /^InvalidParameterValue: Can't cast the value of message \(user\) attribute 'a' to a number\.$/,
      );
    },
  );

  it('knows one system attribute, of type String', () => {
    const refusal = (inputs: AttributeInputs) => (readSystemAttributes(inputs) as ServiceError).message;
    expect(refusal({ Other: text('x') })).toBe("Message system attribute name 'Other' is invalid.");
    expect(refusal({ AWSTraceHeader: text('1', 'Number') })).toMatch(/must have the data type 'String'/);
    expect(refusal({ AWSTraceHeader: text('') })).toMatch(/non-empty/);
  });
});

describe('MessageAttributeNames', () => {
  const attributes = read({ Hello: text('a'), 'Help.Me': text('b'), General: text('c'), hello: text('d') });
  const selected = (...names: string[]) => selectAttributes(attributes, names).map(([name]) => name);

  it.each(['All', '.*', '*'])('%s selects everything', (name) => {
    expect(selected(name)).toEqual(['General', 'Hello', 'Help.Me', 'hello']);
  });

  it('selects exact names with their case, and prefixes whose dot belongs to the wildcard (31)', () => {
    expect(selected('Hello')).toEqual(['Hello']);
    expect(selected('Hel.*')).toEqual(['Hello', 'Help.Me']);
    expect(selected('Hel.*', 'General')).toEqual(['General', 'Hello', 'Help.Me']);
  });

  it('ignores names that no attribute has or can have (57)', () => {
    expect(selected()).toEqual([]);
    expect(selected('AWS.', '..foo', 'Hel', 'Hel*', '')).toEqual([]);
  });
});
