import type { Refusal } from '../../../wire/refusal.js';
import { invalidValue } from '../errors.js';
import { tagKeyCharsMax, tagsMax, tagValueCharsMax } from '../limits.js';

export type Tags = Readonly<Record<string, string>>;

/** Unicode letters, digits, white space and `_ . : / = + - @`. */
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export function addTags(current: Tags, added: Tags): Tags | Refusal {
  for (const [key, value] of Object.entries(added)) {
    if (key === '' || key.length > tagKeyCharsMax || !allowed.test(key))
      return invalidValue(`The tag key ${key.slice(0, 200)} is not valid.`);
    if (key.toLowerCase().startsWith('aws:')) return invalidValue("Tag keys beginning with 'aws:' are reserved.");
    if (value.length > tagValueCharsMax || !allowed.test(value)) return invalidValue(`The value of the tag ${key} is not valid.`);
  }
  const tags = { ...current, ...added };
  return Object.keys(tags).length > tagsMax ? invalidValue('Number of tags exceeds resource tag limit.') : tags;
}

export function removeTags(current: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key)));
}
