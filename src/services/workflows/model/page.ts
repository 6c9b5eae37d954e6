import type { Refusal } from '../../../wire/refusal.js';
import { constraint, invalidToken } from '../errors.js';
import { pageDefault, pageMax } from '../limits.js';

/** How many a page has: none given, or zero, means the default. */
export function readPageSize(maxResults: number | undefined): number | Refusal {
  if (maxResults === undefined || maxResults === 0) return pageDefault;
  if (maxResults > 0 && maxResults <= pageMax) return maxResults;
  return constraint('maxResults', `'${maxResults}'`, `Member must have value between 0 and ${pageMax}`);
}

/** A token says after which name its page begins. */
export function encodePageToken(after: string): string {
  return Buffer.from(`1 ${after}`).toString('base64');
}

/** `prefix`: what names of the list begin with. */
export function readPageToken(token: string | undefined, prefix: string): string | undefined | Refusal {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64').toString();
  const after = text.slice(2);
  const ok =
    text.startsWith('1 ') && after.startsWith(prefix) && !after.includes('\0') && after.length < 1_000 && encodePageToken(after) === token;
  return ok ? after : invalidToken();
}
