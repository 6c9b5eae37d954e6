import { isObject } from '../../../base/json-object.js';
import type { Span } from './identifier.js';

/** What takes the place of sensitive data: a character for each of its characters, or nothing. */
export interface Replacement extends Span {
  readonly mask: string | undefined;
}

/**
 * The text with the replacements made, which do not overlap and are in order. In a message that is JSON, a number or word outside of any
 * string becomes a string, as what is left of it need not be JSON.
 */
export function deidentified(text: string, replacements: readonly Replacement[]): string {
  const bare = bareIn(text, replacements);
  let result = '';
  let at = 0;
  /** The end of the number or word that is becoming a string; -1: none is. */
  let token = -1;
  const close = (): void => {
    result += `${text.slice(at, token)}"`;
    at = token;
    token = -1;
  };
  for (const replacement of replacements) {
    const { start, end } = replacement;
    if (token !== -1 && start > token) close();
    if (token === -1 && bare.has(replacement)) {
      const begin = tokenStart(text, start, at);
      result += `${text.slice(at, begin)}"`;
      at = begin;
      token = tokenEnd(text, end);
    }
    result += text.slice(at, start) + maskOf(replacement);
    at = end;
    if (token !== -1 && end > token) token = tokenEnd(text, end);
  }
  if (token !== -1) close();
  return result + text.slice(at);
}

function maskOf({ start, end, mask }: Replacement): string {
  return mask === undefined ? '' : mask.repeat(end - start);
}

/** Those outside of the strings of a JSON text. */
function bareIn(text: string, replacements: readonly Replacement[]): ReadonlySet<Replacement> {
  const bare = new Set<Replacement>();
  if (!/^\s*[[{]/.test(text)) return bare;
  let inString = false;
  let at = 0;
  for (const replacement of replacements) {
    while (at < replacement.start) {
      const character = text[at];
      if (character === '"') inString = !inString;
      at += inString && character === '\\' ? 2 : 1;
    }
    if (!inString) bare.add(replacement);
  }
  return bare.size > 0 && isJson(text) ? bare : new Set();
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) || Array.isArray(value);
  } catch {
    return false;
  }
}

const tokenCharacter = /[-+.0-9A-Za-z]/;

function tokenStart(text: string, from: number, least: number): number {
  let at = from;
  while (at > least && tokenCharacter.test(text[at - 1] ?? '')) at--;
  return at;
}

function tokenEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && tokenCharacter.test(text[at] ?? '')) at++;
  return at;
}
