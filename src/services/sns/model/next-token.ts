import { isObject, parseJsonObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { nextTokenCharsMax } from '../limits.js';

/** Where a listing goes on, and which listing it is: a token of another one is refused. */
export function encodeNextToken(listing: string, after: string): string {
  return Buffer.from(JSON.stringify({ listing, after })).toString('base64');
}

export function readNextToken(token: string | undefined, listing: string): string | undefined | Refusal {
  if (token === undefined || token === '') return undefined;
  const decoded = token.length > nextTokenCharsMax ? undefined : parseJsonObject(Buffer.from(token, 'base64').toString());
  if (!isObject(decoded) || decoded.listing !== listing || typeof decoded.after !== 'string') return invalid('NextToken');
  return decoded.after;
}
