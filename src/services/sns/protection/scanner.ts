import { keywordDistanceCharsMax } from '../limits.js';
import type { DataIdentifier, Form, PatternForm, Span } from './identifier.js';
import { KeywordIndex } from './keyword-index.js';

/** Sensitive data in a text. */
export interface Finding extends Span {
  /** Which of the scanner's identifiers. */
  readonly identifier: number;
}

interface Part {
  readonly identifier: number;
  readonly form: Form;
  /** Its keywords in the index; -1: it needs none. */
  readonly list: number;
}

/**
 * Finds sensitive data. Keywords are looked for first, once for all: what needs one that is not there is not looked for. Every search
 * is linear in the text.
 */
export class Scanner {
  readonly #parts: readonly Part[];
  readonly #keywords: KeywordIndex;

  constructor(readonly identifiers: readonly DataIdentifier[]) {
    const lists: (readonly string[])[] = [];
    this.#parts = identifiers.flatMap(({ forms }, at) =>
      forms.map((form) => {
        const keywords = form.kind === 'pattern' ? form.keywords : undefined;
        return { identifier: at, form, list: keywords === undefined ? -1 : lists.push(keywords) - 1 };
      }),
    );
    this.#keywords = new KeywordIndex(lists);
  }

  /** By where they begin; those of one identifier do not overlap. */
  scan(text: string): readonly Finding[] {
    const findings: Finding[] = [];
    const keywords = this.#keywords.charsMax === 0 ? [] : this.#keywords.find(text);
    for (const { identifier, form, list } of this.#parts) {
      const hits = list === -1 ? undefined : (keywords[list] ?? []);
      if (hits?.length === 0) continue;
      const isWanted = (span: Span): boolean => hits === undefined || isNear(span, hits, this.#keywords.charsMax);
      for (const { start, end } of spansOf(form, text, isWanted)) findings.push({ identifier, start, end });
    }
    return findings.length < 2 ? findings : withoutOverlaps(findings.sort((a, b) => a.start - b.start || b.end - a.end));
  }
}

function spansOf(form: Form, text: string, isWanted: (span: Span) => boolean): readonly Span[] {
  switch (form.kind) {
    case 'pattern':
      return matches(form, text, isWanted);
    case 'block':
      return blocks(form, text);
    case 'search':
      return form.search(text);
  }
}

/** From the left: after a match that counts, from its end; after one that does not, from its second character. */
function matches({ pattern, check, hint }: PatternForm, text: string, isWanted: (span: Span) => boolean): readonly Span[] {
  const spans: Span[] = [];
  if (hint !== undefined && !hint.test(text)) return spans;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, part = whole] = match;
    const end = match.index + whole.length;
    const span = { start: end - part.length, end };
    if ((check === undefined || check(part)) && isWanted(span)) spans.push(span);
    else pattern.lastIndex = match.index + 1;
  }
  return spans;
}

/** Without an end there is none for any later beginning either. */
function blocks({ begin, end, rest }: Extract<Form, { kind: 'block' }>, text: string): readonly Span[] {
  const spans: Span[] = [];
  for (let at = 0; ; ) {
    const start = text.indexOf(begin, at);
    const last = start === -1 ? -1 : text.indexOf(end, start + begin.length);
    if (last === -1) return spans;
    rest.lastIndex = last + end.length;
    at = rest.lastIndex + (rest.exec(text)?.[0].length ?? 0);
    spans.push({ start, end: at });
  }
}

/** Whether a keyword stands before or after, not within. */
function isNear({ start, end }: Span, hits: readonly number[], keywordCharsMax: number): boolean {
  const last = end + keywordDistanceCharsMax;
  for (let at = firstFrom(hits, start - keywordDistanceCharsMax - keywordCharsMax); at < hits.length; at += 2) {
    const hitStart = hits[at] ?? 0;
    const hitEnd = hits[at + 1] ?? 0;
    if (hitStart > last) return false;
    if (hitStart >= end || (hitEnd <= start && start - hitEnd <= keywordDistanceCharsMax)) return true;
  }
  return false;
}

/** Of pairs that ascend by their first: the place of the first that begins at `from` or later. */
function firstFrom(hits: readonly number[], from: number): number {
  let low = 0;
  let high = hits.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle * 2] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

/** Of one identifier, the first and longest. */
function withoutOverlaps(sorted: readonly Finding[]): readonly Finding[] {
  const ends: number[] = [];
  return sorted.filter(({ identifier, start, end }) => {
    if (start < (ends[identifier] ?? 0)) return false;
    ends[identifier] = end;
    return true;
  });
}
