import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { jsonDecoder } from '../../src/wire/aws-json.js';
import { blob, integer, string, structure } from '../../src/wire/shape.js';

/** Bodies of many MB: what comes out is the same as of small ones, and others have their turn meanwhile. */
const decode = jsonDecoder(structure({ Name: string, Count: integer, Code: structure({ ZipFile: blob }) }));
const mb = 1024 * 1024;
const zip = Buffer.alloc(3 * mb + 1);
for (let at = 0; at < zip.length; at++) zip[at] = (at * at) >> 7;
const base64 = zip.toString('base64');

/** Texts and bytes by their hash: comparing millions of them one by one takes long. */
function short(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `bytes ${createHash('sha256').update(value).digest('hex')}`;
  if (typeof value === 'string') return value.length > 100 ? `text ${createHash('sha256').update(value).digest('hex')}` : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, short(member)]));
}

function body(members: object): Buffer {
  return Buffer.from(JSON.stringify(members));
}

test('base64 is read in many turns', async () => {
  let turns = 0;
  let ended = false;
  const turn = (): void => {
    turns++;
    if (!ended) setImmediate(turn);
  };
  setImmediate(turn);
  const decoded = await decode(body({ Name: 'n', Code: { ZipFile: base64 }, Count: 3 }));
  ended = true;
  expect(short(decoded)).toEqual(short({ Name: 'n', Code: { ZipFile: zip }, Count: 3 }));
  expect(turns).toBeGreaterThan(base64.length / mb);
});

test.each<[string, object, object]>([
  ['a text that could be base64', { Name: base64 }, { Name: base64 }],
  ['two of them', { Code: { ZipFile: base64 }, Name: base64 }, { Code: { ZipFile: zip }, Name: base64 }],
  ['a text that reads like a name', { Code: { ZipFile: base64 }, Name: 'base64 0' }, { Code: { ZipFile: zip }, Name: 'base64 0' }],
  ['escapes', { Name: '"\\"'.repeat(100_000), Code: { ZipFile: base64 } }, { Name: '"\\"'.repeat(100_000), Code: { ZipFile: zip } }],
  ['a key that is long', { [base64]: 1, Name: 'é' }, { Name: 'é' }],
  ['many texts', { Other: Array.from({ length: 20_000 }, () => 'x'.repeat(64)), Name: 'n' }, { Name: 'n' }],
])('%s', async (_, members, expected) => {
  expect(short(await decode(body(members)))).toEqual(short(expected));
});

test.each<[string, Buffer, string]>([
  [
    'base64 without its padding',
    body({ Code: { ZipFile: base64.slice(0, -1) } }),
    'Invalid base64: a binary value must be base64 with padding',
  ],
  [
    'base64 with a space within',
    body({ Code: { ZipFile: `${base64.slice(0, 2 * mb)} ${base64.slice(2 * mb)}` } }),
    'Invalid base64: a binary value must be base64 with padding',
  ],
  ['bytes in the place of a structure', body({ Code: base64 }), 'Expected structure or map, or null'],
  ['bytes in the place of a number', body({ Count: base64 }), 'STRING_VALUE can not be converted to an Integer'],
  ['a body that is cut off', body({ Code: { ZipFile: base64 } }).subarray(0, -2), 'The request body is not valid JSON'],
  ['a text without an end', body({ Code: { ZipFile: base64 } }).subarray(0, -4), 'The request body is not valid JSON'],
  [
    'a body that is no UTF-8',
    Buffer.concat([Buffer.from('{"Name":"'), Buffer.from([0xff]), Buffer.from('",'), body({ Code: { ZipFile: base64 } }).subarray(1)]),
    'The request body is not valid UTF-8',
  ],
])('%s is refused', async (_, bytes, text) => {
  await expect(async () => decode(bytes)).rejects.toThrow(text);
});
