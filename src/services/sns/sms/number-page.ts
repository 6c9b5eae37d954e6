import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { outOfRange } from '../errors.js';
import { encodeNextToken, readNextToken } from '../model/next-token.js';

/** A number that messages can come from. */
export interface OriginationNumber {
  readonly number: string;
  /** ISO 3166-1, two letters. */
  readonly country?: string | undefined;
  readonly routeType?: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
}

/** Of few numbers, in order, at most as many as are asked for. */
export function numberPage<T extends { readonly number: string }>(
  all: readonly T[],
  token: string | undefined,
  asked: number | undefined,
  listing: { readonly what: string; readonly max: number },
): { readonly items: readonly T[]; readonly nextToken: string | undefined } | Refusal {
  const { what, max } = listing;
  if (asked !== undefined && (asked < 1 || asked > max)) return outOfRange('maxResults', asked, max);
  const after = readNextToken(token, what);
  if (isRefusal(after)) return after;
  const rest = all.toSorted((a, b) => (a.number < b.number ? -1 : 1)).filter(({ number }) => after === undefined || number > after);
  const items = rest.slice(0, asked ?? max);
  const last = items.at(-1);
  return { items, nextToken: rest.length > items.length && last !== undefined ? encodeNextToken(what, last.number) : undefined };
}
