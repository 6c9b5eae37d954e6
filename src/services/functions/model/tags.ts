import type { AccountId } from '../../../base/ids.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalidValue, notSupported, otherRegion } from '../errors.js';
import { tagKeyCharsMax, tagsMax, tagValueCharsMax } from '../limits.js';
import { Constraints } from './constraints.js';
import { type Caller, type FunctionAddress, readReference } from './function-name.js';

/** What can have tags. */
export type Taggable =
  | { readonly kind: 'function'; readonly address: FunctionAddress }
  | { readonly kind: 'mapping'; readonly place: Omit<FunctionAddress, 'name'>; readonly id: string };

/** What a request about tags is about. */
export function readTaggable(arn: string, caller: Caller): Taggable | Refusal {
  const broken = new Constraints().pattern('resource', arn, resourcePattern).refusal();
  if (broken !== undefined) return broken;
  const [, , , region = '', account, kind, id = ''] = arn.split(':');
  if (kind === 'event-source-mapping') {
    if (region !== caller.region) return otherRegion(region, caller.region);
    return { kind: 'mapping', place: { account: account as AccountId, region: caller.region }, id: id.toLowerCase() };
  }
  if (kind !== 'function') return notSupported('Tags of other resources than functions and event source mappings');
  const reference = readReference(arn, undefined, caller);
  if (isRefusal(reference)) return reference;
  return reference.qualifier === undefined
    ? { kind: 'function', address: reference.address }
    : invalidValue(
        'Tags on function aliases and versions are not supported. Please specify either a function name or an unqualified function ARN.',
      );
}

const resourcePattern =
  'arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})';

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
