import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonEnvelope } from '../../../src/services/ingest/json-envelope.js';
import type { Refusal } from '../../../src/services/ingest/refusal.js';

interface Read {
  readonly refusal: Refusal | undefined;
  readonly payload: Buffer;
  readonly metaData: unknown;
}

/** Reads a body that is cut before each of these bytes. */
function read(body: Buffer, cuts: readonly number[] = []): Read {
  const payload: Buffer[] = [];
  let metaData: unknown;
  const envelope = new JsonEnvelope({
    payload: (bytes) => void payload.push(Buffer.from(bytes)),
    metaData: (given) => {
      metaData = given;
      return undefined;
    },
    reference: () => undefined,
  });
  const borders = [0, ...[...cuts].map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length];
  for (const [at, from] of borders.slice(0, -1).entries()) {
    const refusal = envelope.push(body.subarray(from, borders[at + 1]));
    if (refusal !== undefined) return { refusal: refusal as Refusal, payload: Buffer.concat(payload), metaData };
  }
  return { refusal: envelope.end(), payload: Buffer.concat(payload), metaData };
}

/** What the same body means by `JSON.parse` and Node's base64; undefined: it is not to be taken. */
function meant(body: Buffer): { payload: Buffer; metaData: unknown } | undefined {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
    const { messageMetaData: metaData, messagePayload: text, ...others } = value;
    if (typeof metaData !== 'object' || metaData === null || Array.isArray(metaData) || Object.keys(others).length > 0) return undefined;
    const payload = Buffer.from(text, 'base64');
    return payload.toString('base64') === text ? { payload, metaData } : undefined;
  } catch {
    return undefined;
  }
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });
const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ');
const payloads = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
/** Any letter may be escaped, as JSON has it. */
const escaped = (text: string, every: number): string =>
  [...text]
    .map((letter, at) => {
      if (every === 0 || at % every !== 0) return letter;
      return letter === '/' ? '\\/' : `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
    })
    .join('');
const bodies = fc
  .record({
    payload: payloads,
    metaData: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
    every: fc.constantFrom(0, 0, 1, 3),
    gaps: fc.array(space, { minLength: 9, maxLength: 9 }),
    payloadFirst: fc.boolean(),
  })
  .map(({ payload, metaData, every, gaps, payloadFirst }) => {
    const members = [
      `"messageMetaData"${gaps[0]}:${gaps[1]}${JSON.stringify(metaData)}`,
      `"messagePayload"${gaps[2]}:${gaps[3]}"${escaped(payload.toString('base64'), every)}"`,
    ];
    const [one, two] = payloadFirst ? members.reverse() : members;
    return { payload, metaData, body: Buffer.from(`${gaps[4]}{${gaps[5]}${one}${gaps[6]},${gaps[7]}${two}}${gaps[8]}`) };
  });

describe('against JSON.parse and strict base64', () => {
  test('whatever is well formed is read as it is meant, wherever it is cut', () => {
    fc.assert(
      fc.property(bodies, cuts, ({ payload, metaData, body }, at) => {
        const found = read(body, at);
        expect(found.refusal).toBeUndefined();
        expect(found.payload.equals(payload)).toBe(true);
        expect(JSON.stringify(found.metaData)).toBe(JSON.stringify(metaData));
      }),
      { numRuns: 300 },
    );
  });

  test('one byte more, less or other is read as it is meant, or refused', () => {
    const change = fc.record({
      at: fc.nat(),
      drop: fc.nat({ max: 1 }),
      put: fc.oneof(fc.string({ maxLength: 1 }), fc.constantFrom('"', '\\', '=', '-', '_', '\n', '{', '}', ',', '\\u0041', '\\n', 'é')),
    });
    fc.assert(
      fc.property(bodies, change, cuts, ({ body }, { at, drop, put }, borders) => {
        const place = at % body.length;
        const changed = Buffer.concat([body.subarray(0, place), Buffer.from(put), body.subarray(place + drop)]);
        const [found, wanted] = [read(changed, borders), meant(changed)];
        if (wanted === undefined) expect(found.refusal).toBeDefined();
        else if (found.refusal === undefined) {
          expect(found.payload.equals(wanted.payload)).toBe(true);
          expect(JSON.stringify(found.metaData)).toBe(JSON.stringify(wanted.metaData));
        } else expect(found.refusal.message).toMatch(/is there twice|has a member twice|would be read as|deeper than|more than/);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a large payload, in pieces as sockets cut them', () => {
    const payload = Buffer.from(Array.from({ length: 400_001 }, (_, at) => (at * 31 + (at >> 8)) % 256));
    const body = Buffer.from(JSON.stringify({ messagePayload: payload.toString('base64'), messageMetaData: { a: 1 } }));
    for (const size of [65_536, 65_535, 1_000]) {
      const found = read(
        body,
        Array.from({ length: Math.floor(body.length / size) }, (_, at) => (at + 1) * size),
      );
      expect([found.refusal, found.payload.equals(payload)]).toEqual([undefined, true]);
    }
  });
});

describe('refusals say what and where', () => {
  const cases: readonly (readonly [body: string, code: string, message: string])[] = [
    ['', 'MalformedRequest', 'at byte 0: the body ends before the JSON does'],
    ['[]', 'MalformedRequest', 'at byte 0: found "[", expected {'],
    ['\ufeff{}', 'MalformedRequest', 'at byte 0: found the byte 0xef, expected {'],
    ['{"messagePayload": "QQ=="', 'MalformedRequest', 'at byte 25: the body ends before the JSON does'],
    ['{"messagePayload": "QQ=="} x', 'MalformedRequest', 'at byte 27: found "x", expected nothing after the object'],
    ['{"messagePayload": "QQ==",}', 'MalformedRequest', 'at byte 26: found "}", expected the name of a member, in quotes'],
    ['{"messagePayload" "QQ=="}', 'MalformedRequest', 'at byte 18: found "\\"", expected : after the name of a member'],
    ['{"messagePayload": "\\x"}', 'MalformedRequest', 'at byte 21: \\x is no escape of JSON'],
    ['{"messagePayload": "\\u00g1"}', 'MalformedRequest', '\\u00g is no escape of JSON'],
    [
      '{"payload": "QQ=="}',
      'MalformedRequest',
      'the member "payload" is not known: expected messageMetaData, messagePayload, payloadReference',
    ],
    [`{"${'x'.repeat(1_000)}": 1}`, 'MalformedRequest', 'the member "xxx'],
    ['{"messagePayload": "QQ==", "messagePayload": "QQ=="}', 'MalformedRequest', 'messagePayload is there twice'],
    ['{"messagePayload": {"a": 1}}', 'InvalidPayload', 'messagePayload is an object, at byte 19: expected base64 text'],
    ['{"messagePayload": null}', 'InvalidPayload', 'messagePayload is null'],
    ['{"messagePayload": 1}', 'InvalidPayload', 'messagePayload is a number'],
    ['{"messagePayload": "QQ"}', 'InvalidPayload', 'which ends at byte 22, is no multiple of four letters long'],
    ['{"messagePayload": "QQ=A"}', 'InvalidPayload', 'found "A" at byte 23'],
    ['{"messagePayload": "QQ==QQ=="}', 'InvalidPayload', 'found "Q" at byte 24'],
    ['{"messagePayload": "=QQQ"}', 'InvalidPayload', 'the padding at byte 20 does not belong there'],
    ['{"messagePayload": "QR=="}', 'InvalidPayload', 'the padding at byte 23 does not belong there'],
    ['{"messagePayload": "QUJD\\nQUJD"}', 'InvalidPayload', 'found "\\n" at byte 25'],
    ['{"messagePayload": "QUJ\nQUJD"}', 'InvalidPayload', 'found "\\n" at byte 23'],
    ['{"messagePayload": "QU-_"}', 'InvalidPayload', 'found "-" at byte 22'],
    [`{"messagePayload": "${'QUJD'.repeat(40)}QU_D${'QUJD'.repeat(40)}"}`, 'InvalidPayload', 'found "_" at byte 182'],
    [`{"messagePayload": "${'QUJD'.repeat(40)} ${'QUJD'.repeat(40)}"}`, 'InvalidPayload', 'found " " at byte 180'],
    ['{"messagePayload": "QUJé"}', 'InvalidPayload', 'at byte 23'],
    ['{"messageMetaData": "a"}', 'InvalidMetaData', 'messageMetaData is a text'],
    ['{"messageMetaData": {"a": }}', 'MalformedRequest', 'at byte 20: messageMetaData is no valid JSON'],
    ['{"messageMetaData": {"a": [}]}', 'MalformedRequest', 'messageMetaData is no valid JSON'],
    [`{"messageMetaData": {"a": ${'['.repeat(20)}`, 'InvalidMetaData', 'messageMetaData goes deeper than 16 levels'],
    [`{"messageMetaData": {"a": "${'x'.repeat(17_000)}`, 'InvalidMetaData', 'more than 16384 bytes'],
    [`{${' '.repeat(70_000)}`, 'MalformedRequest', 'the JSON besides the payload has more than 65536 bytes'],
    ['{"messagePayload": "QQ=="}', 'InvalidMetaData', 'the metadata are missing'],
    ['{"messageMetaData": {}}', 'InvalidPayload', 'messagePayload is missing'],
    [
      '{"messageMetaData": {}, "messagePayload": "", "payloadReference": {}}',
      'MalformedRequest',
      'both messagePayload and payloadReference',
    ],
  ];
  test.each(cases.map(([body, ...expected]) => [body.slice(0, 60), body, ...expected] as const))('%s', (_, body, code, message) => {
    const bytes = Buffer.from(body);
    for (const at of [[], Array.from({ length: Math.min(bytes.length, 300) }, (_, one) => one)]) {
      const { refusal } = read(bytes, at);
      expect([refusal?.code, refusal?.message]).toEqual([code, expect.stringContaining(message)]);
    }
  });

  test('bytes that are no UTF-8 in the metadata', () => {
    const body = Buffer.concat([Buffer.from('{"messageMetaData": {"a": "'), Buffer.from([0xc3, 0x28]), Buffer.from('"}}')]);
    expect(read(body).refusal?.message).toContain('it is no valid UTF-8');
  });
});
