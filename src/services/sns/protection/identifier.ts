import type { Check } from './checksums.js';

/** A stretch of a text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Those that overlap or touch become one. In order of their beginnings. */
export function joined(sorted: readonly Span[]): readonly Span[] {
  const spans: Span[] = [];
  for (const span of sorted) {
    const last = spans.at(-1);
    if (last === undefined || span.start > last.end) spans.push(span);
    else if (span.end > last.end) spans[spans.length - 1] = { start: last.start, end: span.end };
  }
  return spans;
}

/** One way in which a kind of sensitive data is written. */
export interface PatternForm {
  readonly kind: 'pattern';
  /**
   * Global. No quantifier without an upper bound and none around another that is not small: an attempt at one place costs a bounded
   * amount, so that a search is linear. Where there is a group it is what is sensitive, and the match ends with it.
   */
  readonly pattern: RegExp;
  /** What the pattern cannot tell. */
  readonly check: Check | undefined;
  /** What every match contains and few texts do: it is sought first, as that is fast. */
  readonly hint: RegExp | undefined;
  /** One of them must be near; undefined: none needs to be. */
  readonly keywords: readonly string[] | undefined;
}

/** From one mark to the next other, and what follows it by `rest` (sticky). */
export interface BlockForm {
  readonly kind: 'block';
  readonly begin: string;
  readonly end: string;
  readonly rest: RegExp;
}

/** Whatever else finds spans: what a policy defines itself. */
export interface SearchForm {
  readonly kind: 'search';
  readonly search: (text: string) => readonly Span[];
}

export type Form = PatternForm | BlockForm | SearchForm;

/** A kind of sensitive data that statements of policies name. */
export interface DataIdentifier {
  /** `Ssn-US`: as in the ARN of a managed one, and in findings. */
  readonly name: string;
  readonly forms: readonly Form[];
}

/** Not in the middle of a word or number; what follows an escape of JSON (`\n`) is not in the middle. */
const leftEdge = '(?<!(?<!\\\\)[0-9A-Za-z\\u00c0-\\u024f])';
const rightEdge = '(?![0-9A-Za-z\\u00c0-\\u024f])';

interface FormParts {
  readonly check?: Check;
  readonly keywords?: readonly string[];
  readonly hint?: RegExp;
  /** `i`: capitals or not. */
  readonly flags?: 'i' | '';
}

/** `source` stands alone: no letter or digit touches it. */
export function form(source: string, { check, keywords, flags = 'i' }: FormParts = {}): PatternForm {
  return freeForm(`${leftEdge}(?:${source})${rightEdge}`, { check, keywords, flags });
}

/** `source` says itself what may touch it. */
export function freeForm(
  source: string,
  { check, keywords, hint, flags = '' }: { [K in keyof FormParts]: FormParts[K] | undefined } = {},
): PatternForm {
  return { kind: 'pattern', pattern: new RegExp(source, `g${flags}`), check, hint, keywords };
}

export function block(begin: string, end: string, rest = /(?:)/y): BlockForm {
  return { kind: 'block', begin, end, rest };
}

export function identifier(name: string, ...forms: readonly Form[]): DataIdentifier {
  return { name, forms };
}
