import { isIP } from 'node:net';
import type { Cidr } from './cidr.js';
import { compareDecimals, type Decimal } from './decimal.js';
import type { JsonScalar } from './exact-json.js';
import type { Needle } from './needle.js';

/** One condition of a pattern's leaf: any of a leaf's conditions is enough. */
export type Condition =
  | { readonly kind: 'equals'; readonly value: JsonScalar }
  /** A number that is written so. */
  | { readonly kind: 'written'; readonly text: string }
  | { readonly kind: 'text'; readonly test: TextTest }
  | { readonly kind: 'range'; readonly lower: Bound | undefined; readonly upper: Bound | undefined }
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  | { readonly kind: 'anythingBut'; readonly excluded: readonly (JsonScalar | TextTest)[] }
  | { readonly kind: 'exists' }
  | { readonly kind: 'absent' };

/** What a string can be tested for. */
export type TextTest =
  | { readonly kind: 'prefix'; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: 'suffix'; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: 'equalsIgnoreCase'; readonly text: string }
  | Wildcard;

/** Text between asterisks: at the start, in between, at the end. A pattern without asterisks is equality. */
export interface Wildcard {
  readonly kind: 'wildcard';
  readonly first: string;
  readonly between: readonly Needle[];
  readonly last: string;
  readonly asterisks: number;
}

export interface Bound {
  readonly value: Decimal;
  readonly inclusive: boolean;
}

/** Whether a value that is there meets the condition. */
export function meets(value: JsonScalar, condition: Condition): boolean {
  switch (condition.kind) {
    case 'equals':
      return sameValue(value, condition.value);
    case 'written':
      return isNumber(value) && value.text === condition.text;
    case 'text':
      return typeof value === 'string' && passes(value, condition.test);
    case 'range':
      return isNumber(value) && inRange(value, condition.lower, condition.upper);
    case 'cidr':
      return typeof value === 'string' && isIP(value) !== 0 && condition.cidr.holds(value);
    case 'anythingBut':
      return !condition.excluded.some((excluded) => isExcluded(value, excluded));
    case 'exists':
      return true;
    case 'absent':
      return false;
  }
}

export function sameValue(a: JsonScalar, b: JsonScalar): boolean {
  return isNumber(a) && isNumber(b) ? a.canonical === b.canonical : a === b;
}

export function isNumber(value: JsonScalar): value is Decimal {
  return typeof value === 'object' && value !== null;
}

function isExcluded(value: JsonScalar, excluded: JsonScalar | TextTest): boolean {
  if (typeof excluded === 'object' && excluded !== null && excluded.kind !== 'decimal') {
    return typeof value === 'string' && passes(value, excluded);
  }
  return sameValue(value, excluded);
}

export function passes(value: string, test: TextTest): boolean {
  switch (test.kind) {
    case 'prefix':
      return folded(value, test.ignoreCase).startsWith(test.text);
    case 'suffix':
      return folded(value, test.ignoreCase).endsWith(test.text);
    case 'equalsIgnoreCase':
      return fold(value) === test.text;
    case 'wildcard':
      return fits(value, test);
  }
}

function folded(value: string, ignoreCase: boolean): string {
  return ignoreCase ? fold(value) : value;
}

/** Two texts that differ in case only have the same. A sigma is written in two ways, by its place in the word. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** The first piece at the start, the last at the end, the others in order between: the leftmost place is always as good as any. */
function fits(value: string, { first, between, last, asterisks }: Wildcard): boolean {
  if (asterisks === 0) return value === first;
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  const end = value.length - last.length;
  for (const piece of between) {
    const found = piece.indexIn(value, at);
    if (found < 0 || found + piece.text.length > end) return false;
    at = found + piece.text.length;
  }
  return true;
}

function inRange(value: Decimal, lower: Bound | undefined, upper: Bound | undefined): boolean {
  if (lower !== undefined) {
    const order = compareDecimals(value, lower.value);
    if (order < 0 || (order === 0 && !lower.inclusive)) return false;
  }
  if (upper === undefined) return true;
  const order = compareDecimals(value, upper.value);
  return order < 0 || (order === 0 && upper.inclusive);
}
