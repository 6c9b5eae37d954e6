import type { Refusal } from '../../../wire/refusal.js';
import { constraint, tooManyTags } from '../errors.js';
import { tagKeyCharsMax, tagsMax, tagValueCharsMax } from '../limits.js';

export type Tags = Readonly<Record<string, string>>;
export type TagList = readonly { readonly key?: string | undefined; readonly value?: string | undefined }[];

export function readTags(given: TagList | undefined, before: Tags = {}, resource = ''): Tags | Refusal {
  const tags: Record<string, string> = { ...before };
  for (const { key = '', value = '' } of given ?? []) {
    if (key.length === 0 || key.length > tagKeyCharsMax) {
      return constraint('tags', `'${key}'`, `Member must have length between 1 and ${tagKeyCharsMax}`);
    }
    if (value.length > tagValueCharsMax)
      return constraint('tags', `'${value}'`, `Member must have length less than or equal to ${tagValueCharsMax}`);
    Object.defineProperty(tags, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return Object.keys(tags).length > tagsMax ? tooManyTags(resource) : tags;
}

export function listed(tags: Tags): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
