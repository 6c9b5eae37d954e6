import { type Decimal, parseDecimal } from './decimal.js';

/** JSON whose numbers are exact. Objects are maps, so that `__proto__` is a key like any other. */
export type ExactJson = null | boolean | string | Decimal | readonly ExactJson[] | ReadonlyMap<string, ExactJson>;

const tokens = /"(?:[^"\\]|\\[\s\S])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Deeper than any policy can ask for; a bound for recursion. */
const depthMax = 100;

/**
 * `JSON.parse` rounds numbers. So it is given a text in which every string begins with `s`, and every number is a string that
 * begins with `n`: what was valid stays valid, and nothing else becomes so. Undefined for what is not JSON or nests too deep.
 */
export function parseExactJson(text: string): ExactJson | undefined {
  const marked = text.replace(tokens, (token) => (token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`));
  let value: unknown;
  try {
    value = JSON.parse(marked);
  } catch {
    return undefined;
  }
  return unmark(value, 0);
}

function unmark(value: unknown, depth: number): ExactJson | undefined {
  if (depth > depthMax) return undefined;
  if (typeof value === 'string') return value.startsWith('s') ? value.slice(1) : parseDecimal(value.slice(1));
  if (Array.isArray(value)) {
    const items = value.map((item) => unmark(item, depth + 1));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (typeof value !== 'object' || value === null) return value as null | boolean;
  const members = new Map<string, ExactJson>();
  for (const [key, item] of Object.entries(value)) {
    const unmarked = unmark(item, depth + 1);
    if (unmarked === undefined) return undefined;
    members.set(key.slice(1), unmarked);
  }
  return members;
}

export function isMap(value: ExactJson | undefined): value is ReadonlyMap<string, ExactJson> {
  return value instanceof Map;
}

export function isDecimal(value: ExactJson | undefined): value is Decimal {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
