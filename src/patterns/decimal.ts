/**
 * Decimal numbers as they are written, without rounding: `301.5` is `3.015e2`, and 2^53 + 1 is not 2^53.
 */
export interface Decimal {
  readonly kind: 'decimal';
  /** As it was written. */
  readonly text: string;
  /** Equal numbers, and only these, have the same. */
  readonly canonical: string;
  /** The nearest double: ordered as the numbers are, except that neighbours may coincide. */
  readonly approximate: number;
  readonly negative: boolean;
  /** Significant digits without zeros at either end; empty for zero. */
  readonly digits: string;
  /** Of ten, for the first digit: the number is 0.digits * 10^magnitude. */
  readonly magnitude: number;
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?)0*(\d*))?$/;

/** A longer exponent would not be exact in a double, and no number that means anything has one. */
const exponentDigitsMax = 15;

/** Undefined for text that is no decimal number. */
export function parseDecimal(text: string): Decimal | undefined {
  const [matched, sign, whole = '', fraction = '', exponentSign = '', exponent = ''] = pattern.exec(text) ?? [];
  if (matched === undefined || whole.length + fraction.length === 0 || /[eE][+-]?$/.test(text)) return undefined;
  const all = whole + fraction;
  const leading = leadingZeros(all);
  const digits = withoutTrailingZeros(all.slice(leading));
  if (digits === '') return { kind: 'decimal', text, canonical: '0', approximate: 0, negative: false, digits, magnitude: 0 };
  if (exponent.length > exponentDigitsMax) return undefined;
  const negative = sign === '-';
  const magnitude = whole.length - leading + Number(`${exponentSign}${exponent === '' ? '0' : exponent}`);
  const canonical = `${negative ? '-' : ''}${digits}e${magnitude}`;
  return { kind: 'decimal', text, canonical, approximate: Number(text), negative, digits, magnitude };
}

/** Below zero, zero or above it, as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.canonical === b.canonical) return 0;
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  return a.negative ? -compareSizes(a, b) : compareSizes(a, b);
}

function compareSizes(a: Decimal, b: Decimal): number {
  if (a.digits === '' || b.digits === '') return a.digits === '' ? -1 : 1;
  if (a.magnitude !== b.magnitude) return a.magnitude < b.magnitude ? -1 : 1;
  return a.digits < b.digits ? -1 : 1;
}

function leadingZeros(digits: string): number {
  let count = 0;
  while (digits[count] === '0') count++;
  return count;
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
