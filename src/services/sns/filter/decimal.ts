/**
 * Decimal numbers as they are written, without rounding: `301.5` is `3.015e2`, and 2^53 + 1 is not 2^53.
 */
export interface Decimal {
  readonly kind: 'decimal';
  /** Equal numbers, and only these, have the same text. */
  readonly canonical: string;
  /** The nearest double: ordered as the numbers are, except that neighbours may coincide. */
  readonly approximate: number;
  readonly negative: boolean;
  /** Significant digits without zeros at either end; empty for zero. */
  readonly digits: string;
  /** Of ten, for the first digit: the number is 0.digits * 10^magnitude. */
  readonly magnitude: number;
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Undefined for text that is no decimal number. */
export function parseDecimal(text: string): Decimal | undefined {
  const [matched, sign, whole = '', fraction = '', exponent = '0'] = pattern.exec(text) ?? [];
  if (matched === undefined || whole.length + fraction.length === 0) return undefined;
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, '').length;
  const digits = withoutTrailingZeros(all.slice(leading));
  if (digits === '') return { kind: 'decimal', canonical: '0', approximate: 0, negative: false, digits, magnitude: 0 };
  const negative = sign === '-';
  const magnitude = whole.length - leading + Number(exponent);
  return {
    kind: 'decimal',
    canonical: `${negative ? '-' : ''}${digits}e${magnitude}`,
    approximate: Number(text),
    negative,
    digits,
    magnitude,
  };
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

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
