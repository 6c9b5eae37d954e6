import type { Refusal } from '../../../wire/refusal.js';
import { invalid, tooManyTags } from '../errors.js';
import { tagKeyCharsMax, tagsMax, tagValueCharsMax } from '../limits.js';

export type Tags = Readonly<Record<string, string>>;

export interface TagInput {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Unicode letters, digits, whitespace and `_ . : / = + - @`. */
const allowed = /^[\p{L}\p{Z}\p{N}\s_.:/=+\-@]*$/u;

/** The tags of a request by key. */
export function readTags(input: readonly TagInput[] | undefined): Tags | Refusal {
  const tags: [string, string][] = [];
  for (const { Key: key = '', Value: value = '' } of input ?? []) {
    if (key === '' || key.length > tagKeyCharsMax || !allowed.test(key)) return invalid(`Tags Reason: '${key}' is not a valid tag key`);
    if (key.toLowerCase().startsWith('aws:')) return invalid("Tags Reason: the prefix 'aws:' is reserved");
    if (value.length > tagValueCharsMax || !allowed.test(value)) return invalid(`Tags Reason: the value of tag '${key}' is not valid`);
    tags.push([key, value]);
  }
  if (new Set(tags.map(([key]) => key)).size < tags.length) return invalid('Duplicated keys are not allowed.');
  return tags.length > tagsMax ? tooManyTags() : Object.fromEntries(tags);
}

export function addTags(current: Tags, added: Tags): Tags | Refusal {
  const tags = { ...current, ...added };
  return Object.keys(tags).length > tagsMax ? tooManyTags() : tags;
}

export function removeTags(current: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key)));
}

export function tagList(tags: Tags): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
