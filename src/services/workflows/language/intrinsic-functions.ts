import { createHash } from 'node:crypto';
import type { Random } from '../../../base/random.js';
import { intrinsicBytesMax, intrinsicCharsMax, rangeElementsMax } from '../limits.js';
import { type Failure, intrinsicFailure } from './failure.js';
import { boundedText, fits, isJsonArray, isJsonObject, type Json, parseJson, printJson, sameJson } from './json.js';

/** Amazon States Language, "Intrinsic Functions". */
export const intrinsicNames = [
  'Array',
  'ArrayContains',
  'ArrayGetItem',
  'ArrayLength',
  'ArrayPartition',
  'ArrayRange',
  'ArrayUnique',
  'Base64Decode',
  'Base64Encode',
  'Format',
  'Hash',
  'JsonMerge',
  'JsonToString',
  'MathAdd',
  'MathRandom',
  'StringSplit',
  'StringToJson',
  'UUID',
] as const;
export type IntrinsicName = (typeof intrinsicNames)[number];

export function callIntrinsic(name: IntrinsicName, given: readonly Json[], random: Random): Json | Failure {
  const [argumentsMin, argumentsMax] = arity[name];
  if (given.length < argumentsMin || given.length > argumentsMax) {
    return intrinsicFailure(`Invalid number of arguments for States.${name}`);
  }
  if (!fits(given, intrinsicBytesMax)) return intrinsicFailure(`The arguments of States.${name} are too large`);
  return functions[name](given, random);
}

const many = Number.POSITIVE_INFINITY;
const arity: Readonly<Record<IntrinsicName, readonly [number, number]>> = {
  Array: [0, many],
  ArrayContains: [2, 2],
  ArrayGetItem: [2, 2],
  ArrayLength: [1, 1],
  ArrayPartition: [2, 2],
  ArrayRange: [3, 3],
  ArrayUnique: [1, 1],
  Base64Decode: [1, 1],
  Base64Encode: [1, 1],
  Format: [1, many],
  Hash: [2, 2],
  JsonMerge: [3, 3],
  JsonToString: [1, 1],
  MathAdd: [2, 2],
  MathRandom: [2, 3],
  StringSplit: [2, 2],
  StringToJson: [1, 1],
  UUID: [0, 0],
};

type Intrinsic = (given: readonly Json[], random: Random) => Json | Failure;

const functions: Readonly<Record<IntrinsicName, Intrinsic>> = {
  Array: (items) => items,
  ArrayContains: ([array, value = null]) =>
    isJsonArray(array) ? array.some((item) => sameJson(item, value)) : invalidArgument('ArrayContains'),
  ArrayGetItem: ([array, index]) => {
    if (!isJsonArray(array) || typeof index !== 'number') return invalidArgument('ArrayGetItem');
    return array[Math.round(index)] ?? (Math.round(index) in array ? null : invalidArgument('ArrayGetItem'));
  },
  ArrayLength: ([array]) => (isJsonArray(array) ? array.length : invalidArgument('ArrayLength')),
  ArrayPartition: ([array, size]) => {
    if (!isJsonArray(array) || typeof size !== 'number' || Math.round(size) <= 0) return invalidArgument('ArrayPartition');
    return partition(array, Math.round(size));
  },
  ArrayRange: ([from, to, step]) => range(from, to, step) ?? invalidArgument('ArrayRange'),
  ArrayUnique: ([array]) => (isJsonArray(array) ? unique(array) : invalidArgument('ArrayUnique')),
  Base64Decode: ([text]) =>
    isShortText(text) && base64Pattern.test(text) ? Buffer.from(text, 'base64').toString() : invalidArgument('Base64Decode'),
  Base64Encode: ([text]) => (isShortText(text) ? Buffer.from(text).toString('base64') : invalidArgument('Base64Encode')),
  Format: ([template, ...values]) => (typeof template === 'string' ? format(template, values) : invalidArgument('Format')),
  Hash: ([data = null, algorithm]) => hash(data, algorithm) ?? invalidArgument('Hash'),
  JsonMerge: ([a, b, deep]) => (isJsonObject(a) && isJsonObject(b) && deep === false ? { ...a, ...b } : invalidArgument('JsonMerge')),
  JsonToString: ([value = null]) => orInvalid(boundedText(value, intrinsicBytesMax), 'JsonToString'),
  MathAdd: ([a, b]) => (typeof a === 'number' && typeof b === 'number' ? Math.round(a) + Math.round(b) : invalidArgument('MathAdd')),
  MathRandom: ([from, to, seed], random) => {
    if (typeof from !== 'number' || typeof to !== 'number' || !(seed === undefined || typeof seed === 'number')) {
      return invalidArgument('MathRandom');
    }
    const [low, high] = [Math.round(from), Math.round(to)];
    if (high <= low) return invalidArgument('MathRandom');
    return low + Math.floor((seed === undefined ? fraction(random) : seededFraction(seed)) * (high - low));
  },
  StringSplit: ([text, separators]) =>
    typeof text === 'string' && typeof separators === 'string' ? split(text, separators) : invalidArgument('StringSplit'),
  StringToJson: ([text]) => orInvalid(typeof text === 'string' ? parseJson(text) : undefined, 'StringToJson'),
  UUID: (_, random) => random.uuid(),
};

function invalidArgument(name: IntrinsicName): Failure {
  return intrinsicFailure(`Invalid arguments in States.${name}`);
}

function orInvalid(value: Json | undefined, name: IntrinsicName): Json | Failure {
  return value === undefined ? invalidArgument(name) : value;
}

/** RFC 4648, section 4; padding may be missing. */
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

function isShortText(value: Json | undefined): value is string {
  return typeof value === 'string' && value.length <= intrinsicCharsMax;
}

/** In [0, 1). */
export function fraction(random: Random): number {
  return random.bytes(6).readUIntBE(0, 6) / 2 ** 48;
}

/** The same for the same seed: AWS does not say which numbers a seed gives. */
export function seededFraction(seed: number): number {
  return createHash('sha256').update(String(seed)).digest().readUIntBE(0, 6) / 2 ** 48;
}

export function partition(array: readonly Json[], size: number): Json {
  const parts: Json[] = [];
  for (let at = 0; at < array.length; at += size) parts.push(array.slice(at, at + size));
  return parts;
}

/** Both ends included. Undefined: not such a range, or too long. */
export function range(from: Json | undefined, to: Json | undefined, by: Json | undefined): readonly number[] | undefined {
  if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number') return undefined;
  const [first, last, step] = [Math.round(from), Math.round(to), Math.round(by)];
  if (step === 0) return undefined;
  const count = Math.floor((last - first) / step) + 1;
  if (count > rangeElementsMax) return undefined;
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step);
}

/** By their text with members in one order, so that it takes no comparison of each with each. */
export function unique(array: readonly Json[]): readonly Json[] {
  const seen = new Map<string, Json>();
  for (const item of array) {
    const text = printJson(ordered(item));
    if (!seen.has(text)) seen.set(text, item);
  }
  return [...seen.values()];
}

function ordered(value: Json): Json {
  if (isJsonArray(value)) return value.map(ordered);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, ordered(member)]));
}

const algorithms = ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];

/** Hexadecimal. Undefined: too long, or no such algorithm. */
export function hash(data: Json, algorithm: Json | undefined): string | undefined {
  if (typeof algorithm !== 'string' || !algorithms.includes(algorithm)) return undefined;
  const text = typeof data === 'string' ? data : printJson(data);
  if (text.length > intrinsicCharsMax) return undefined;
  return createHash(algorithm.replace('-', '').toLowerCase()).update(text).digest('hex');
}

/** Any character of `separators` separates; empty pieces are dropped. */
function split(text: string, separators: string): Json {
  const pieces: string[] = [];
  let piece = '';
  for (const character of text) {
    if (!separators.includes(character)) piece += character;
    else if (piece !== '') {
      pieces.push(piece);
      piece = '';
    }
  }
  if (piece !== '' || pieces.length === 0) pieces.push(piece);
  return pieces;
}

/** Each `{}` is filled in turn; `\{`, `\}` and `\\` are the characters themselves. */
function format(template: string, values: readonly Json[]): Json | Failure {
  let text = '';
  let used = 0;
  for (let at = 0; at < template.length; at++) {
    const character = template.charAt(at);
    if (character === '\\') text += template.charAt(++at);
    else if (character === '{' && template.charAt(at + 1) === '}') {
      const value = values[used++];
      if (value === undefined || typeof value === 'object') {
        if (value !== null) return invalidArgument('Format');
      }
      text += String(value);
      if (text.length > intrinsicBytesMax) return invalidArgument('Format');
      at++;
    } else text += character;
  }
  return used === values.length ? text : intrinsicFailure('Invalid number of arguments for States.Format');
}
