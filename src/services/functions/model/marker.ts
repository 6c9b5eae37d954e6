import { parseJsonObject } from '../../../base/json-object.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalidValue } from '../errors.js';
import { markerCharsMax } from '../limits.js';
import { Constraints } from './constraints.js';

/** Where a list goes on and how many more are wanted. */
export interface Page {
  readonly after: string | undefined;
  readonly limit: number;
}

/** What a service says of a page: more are never given, whatever is asked for. */
export interface PageLimits {
  readonly given: number;
  /** More may not be asked for. */
  readonly asked: number;
}

export function readPage(
  { Marker, MaxItems }: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
  listing: string,
  { given, asked }: PageLimits,
): Page | Refusal {
  const broken = new Constraints().range('maxItems', MaxItems, 1, asked).refusal();
  const after = readMarker(Marker, listing);
  if (isRefusal(after)) return after;
  return broken ?? { after, limit: Math.min(MaxItems ?? given, given) };
}

/** The page, of one more than was wanted: then there is a next. */
export function paged<T>(found: readonly T[], { limit }: Page, listing: string, keyOf: (item: T) => string) {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, NextMarker: found.length > limit && last !== undefined ? marker(listing, keyOf(last)) : undefined };
}

function marker(listing: string, after: string): string {
  return Buffer.from(JSON.stringify({ listing, after })).toString('base64');
}

/** A marker of another list is refused. */
function readMarker(text: string | undefined, listing: string): string | undefined | Refusal {
  if (text === undefined || text === '') return undefined;
  const read = text.length > markerCharsMax ? undefined : parseJsonObject(Buffer.from(text, 'base64').toString());
  return read?.listing === listing && typeof read.after === 'string' ? read.after : invalidValue('The marker is not valid.');
}
