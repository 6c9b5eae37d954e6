import { malformedInput } from './errors.js';

const integerMax = 2 ** 31 - 1;
const decimal = /^-?\d{1,10}$/;

/** A 32-bit integer from its decimal text. */
export function integerFrom(text: string): number {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  if (!isInteger32(value)) throw malformedInput('STRING_VALUE can not be converted to an Integer');
  return value;
}

const fraction = /^-?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?$/;

/** A double from its decimal text. */
export function doubleFrom(text: string): number {
  const value = fraction.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw malformedInput('STRING_VALUE can not be converted to a Double');
  return value;
}

export function isInteger32(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= integerMax;
}

export function booleanFrom(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw malformedInput('STRING_VALUE can not be converted to a Boolean');
  return lower === 'true';
}

/** Bytes from base64 with its padding; anything that does not encode back to itself is refused, never mangled. */
export function blobFrom(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw malformedInput('Invalid base64: a binary value must be base64 with padding');
  return bytes;
}
