import type { Refusal } from '../../../wire/refusal.js';
import { invalidRequest } from '../errors.js';
import { tagKeyCharsMax, tagsMax, tagValueCharsMax } from '../limits.js';
import type { QueueName } from './queue-arn.js';

export type Tags = Readonly<Record<string, string>>;

/** Developer guide, "Cost allocation tags": Unicode letters, digits, whitespace and `_ . : / = + - @`. */
const allowed = /^[\p{L}\p{Z}\p{N}\s_.:/=+\-@]*$/u;

/** What is wrong with tags to be added. */
export function checkTags(tags: Tags): Refusal | undefined {
  for (const [key, value] of Object.entries(tags)) {
    const refusal = checkKey(key) ?? checkValue(key, value);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** What is wrong with keys of tags to be removed. A key that is not there is fine. */
export function checkTagKeys(keys: readonly string[]): Refusal | undefined {
  if (keys.length === 0) return invalidKeyLength();
  for (const key of keys) {
    if (key.length === 0 || key.length > tagKeyCharsMax) return invalidKeyLength();
  }
  return undefined;
}

export function addTags(current: Tags, added: Tags, queue: QueueName): Tags | Refusal {
  const tags = { ...current, ...added };
  return Object.keys(tags).length > tagsMax ? invalidRequest(`Too many tags added for queue ${queue}.`) : tags;
}

export function removeTags(current: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(current).filter(([key]) => !keys.includes(key)));
}

function checkKey(key: string): Refusal | undefined {
  if (key.length === 0 || key.length > tagKeyCharsMax) return invalidKeyLength();
  if (key.toLowerCase().startsWith('aws:')) return invalidRequest(`Tag key '${key}' is invalid: the prefix 'aws:' is reserved.`);
  return allowed.test(key) ? undefined : invalidRequest(`Tag key '${key}' contains invalid characters.`);
}

function checkValue(key: string, value: string): Refusal | undefined {
  if (value.length > tagValueCharsMax) {
    return invalidRequest(`The value of tag '${key}' must be at most ${tagValueCharsMax} characters in length.`);
  }
  return allowed.test(value) ? undefined : invalidRequest(`The value of tag '${key}' contains invalid characters.`);
}

function invalidKeyLength(): Refusal {
  return invalidRequest(`Tag keys must be between 1 and ${tagKeyCharsMax} characters in length.`);
}
