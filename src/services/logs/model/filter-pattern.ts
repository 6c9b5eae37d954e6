import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { constraint, invalidParameter } from '../errors.js';
import { patternCharsMax } from '../limits.js';

export type TextFilter = (text: string) => boolean;

/**
 * Terms that a line has to have, `-` before those that it must not have, `?` before those of which any is enough; in quotes what is more than a
 * word. User guide, "Filter pattern syntax for metric filters, subscription filters, filter log events": unstructured log events.
 */
export function readFilterPattern(pattern: string | undefined): TextFilter | Refusal {
  if (pattern === undefined || pattern.trim() === '') return () => true;
  if (pattern.length > patternCharsMax)
    return constraint('filterPattern', pattern.slice(0, 100), `have length less than or equal to ${patternCharsMax}`);
  if (/^\s*[{[%]/.test(pattern)) {
    return invalidParameter(
      'Filter patterns of JSON, of fields between spaces and of regular expressions are not supported by this server yet.',
    );
  }
  const terms = readTerms(pattern);
  if (isRefusal(terms)) return terms;
  const [required, excluded, optional] = (['', '-', '?'] as const).map((sign) => terms.filter((term) => term.sign === sign));
  return (text) => {
    const has = ({ word }: Term): boolean => text.includes(word);
    if (excluded?.some(has)) return false;
    if (required !== undefined && required.length > 0) return required.every(has); // what is optional beside them says nothing
    return optional === undefined || optional.length === 0 || optional.some(has);
  };
}

interface Term {
  readonly sign: '' | '-' | '?';
  readonly word: string;
}

function readTerms(pattern: string): readonly Term[] | Refusal {
  const terms: Term[] = [];
  const term = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)/y;
  const end = pattern.trimEnd().length;
  while (term.lastIndex < end) {
    const [, sign = '', quoted, plain] = term.exec(pattern) ?? [];
    const word = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (word === undefined) return invalidParameter('Invalid filter pattern: expected words, and others in double quotes.');
    terms.push({ sign: sign as Term['sign'], word });
  }
  return terms;
}
