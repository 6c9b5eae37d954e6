import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAttributeNumber } from '../../../../src/base/attribute-number.js';
import type { QueueAddress } from '../../../../src/base/ids.js';
import { isMessagingId } from '../../../../src/base/messaging-id.js';
import { checkEntries } from '../../../../src/services/sqs/model/batch.js';
import { hasIllegalCharacter } from '../../../../src/services/sqs/model/characters.js';
import { decodeContent, encodeContent } from '../../../../src/services/sqs/model/message-content.js';
import { decodeNextToken, encodeNextToken } from '../../../../src/services/sqs/model/next-token.js';
import { sequenceNumber } from '../../../../src/services/sqs/model/outgoing-message.js';
import { decodeTaskHandle, encodeTaskHandle } from '../../../../src/services/sqs/model/task-handle.js';

const queue = 'arn:aws:sqs:us-east-1:000000000000:dlq' as QueueAddress;

describe('a number of an attribute', () => {
  it.each([
    '1',
    '-0.5',
    '1e126',
    '1E-128',
    '0'.repeat(1_000_000),
    `0.${'0'.repeat(100)}1`,
    `${'0'.repeat(1_000)}7`,
    `1${'0'.repeat(37)}1`.slice(0, 38),
  ])('can be as long as its digits allow', (text) => expect(isAttributeNumber(text)).toBe(true));
  it.each(['', '.', 'e1', '1e127', '1e-129', `1${'0'.repeat(1_000_000)}1`, `1${'0'.repeat(37)}1`, '0x1', ' 1', '1e9999999'])(
    'has at most 38 digits, whatever is between them',
    (text) => expect(isAttributeNumber(text)).toBe(false),
  );
});

describe('message content', () => {
  it('is read back as written', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes)),
    );
    const attributes = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.constantFrom('String', 'Binary.x'), value), { maxLength: 10 });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        attributes,
        fc.option(fc.string(), { nil: undefined }),
        (body, attributes, traceHeader) => {
          const content = {
            body,
            md5OfBody: 'm'.repeat(32),
            senderId: '0'.repeat(12),
            traceHeader,
            attributes,
            md5OfAttributes: attributes.length === 0 ? undefined : 'a',
          };
          expect(decodeContent(encodeContent(content))).toEqual(content);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is refused when it has a layout of the future', () => {
    expect(() => decodeContent(Buffer.from([0x97, 9, 0xa0, 0xa0, 0xa0, 0xc0, 0xc0, 0xc0]))).toThrow(/layout 9/);
  });
});

describe('characters', () => {
  it.each(['\t\n\r ~', '\ud7ff\ue000\ufffd', '\u{10000}\u{10ffff}', '😀', ''])('are legal: %j', (text) => {
    expect(hasIllegalCharacter(text)).toBe(false);
  });

  it.each(['\u0000', '\u0008', '\u000b', '\u001f', '\ufffe', '\uffff', '\ud800', '\udc00', 'a\ud83db', '\udc00\ud800'])(
    'are illegal: %j',
    (text) => {
      expect(hasIllegalCharacter(text)).toBe(true);
    },
  );

  it('of ids are graphic ASCII, 1 to 128', () => {
    for (const good of ['a', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 'x'.repeat(128)]) expect(isMessagingId(good)).toBe(true);
    for (const bad of ['', 'x'.repeat(129), 'a b', 'é', 'a\n']) expect(isMessagingId(bad)).toBe(false);
  });
});

describe('batch entries', () => {
  const check = (...ids: (string | undefined)[]) => {
    const refusal = checkEntries(
      ids.map((Id) => ({ Id })),
      'SendMessageBatchRequestEntry',
    );
    return refusal && `${refusal.code.queryCode}: ${refusal.message}`;
  };

  it('are 1 to 10', () => {
    expect(check()).toBe(
      'AWS.SimpleQueueService.EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.',
    );
    expect(check(...'abcdefghij')).toBeUndefined();
    expect(check(...Array<string>(20).fill('a'))).toBe(
      'AWS.SimpleQueueService.TooManyEntriesInBatchRequest: Maximum number of entries per request are 10. You have sent 20.',
    );
  });

  it.each(['', undefined, 'x'.repeat(81), 'a b', 'a.b', 'é'])('have no id %j', (id) => {
    expect(check('a', 'a', id)).toBe(
      'AWS.SimpleQueueService.InvalidBatchEntryId: A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  });

  it('have distinct ids; the first met a second time is named', () => {
    expect(check('x', 'b', 'a', 'b', 'x')).toBe('AWS.SimpleQueueService.BatchEntryIdsNotDistinct: Id b repeated.');
    expect(check('a', 'A')).toBeUndefined();
  });
});

describe('tokens and handles', () => {
  it('task handles are base64 of JSON, as AWS makes them', () => {
    const handle = encodeTaskHandle({ taskId: 't', source: queue });
    expect(Buffer.from(handle, 'base64').toString()).toBe(`{"taskId":"t","sourceArn":"${queue}"}`);
    expect(decodeTaskHandle(handle)).toEqual({ taskId: 't', source: queue });
  });

  it.each(['', 'garbage', 'e30=', Buffer.from('{"taskId":1,"sourceArn":"x"}').toString('base64'), 'x'.repeat(5000)])(
    'no task handle: %s',
    (text) => {
      expect(decodeTaskHandle(text)).toBeUndefined();
    },
  );

  it('page tokens belong to one list', () => {
    const token = encodeNextToken('a', queue);
    expect(decodeNextToken(token, 'a')).toBe(queue);
    expect(decodeNextToken(token, 'b')).toBeUndefined();
    expect(decodeNextToken('garbage', 'a')).toBeUndefined();
    expect(decodeNextToken('x'.repeat(5000), 'a')).toBeUndefined();
  });

  it('sequence numbers have 20 digits', () => {
    expect(sequenceNumber(42)).toBe('00000000000000000042');
  });
});
