import { parseDecimal } from '../../../patterns/decimal.js';
import {
  type ExactJson,
  isArray,
  isObject,
  isScalar,
  type JsonObject,
  type JsonScalar,
  objectOf,
  parseExactJson,
} from '../../../patterns/exact-json.js';
import { isJsonFault } from '../../../patterns/json-fault.js';
import type { FilterScope } from './policy.js';

export interface FilterableAttribute {
  readonly name: string;
  readonly type: string;
  readonly value: string | Buffer;
}

/** What a message offers to filters of one scope: the body, or an object with the attributes as its members. */
export interface Facts {
  readonly scope: FilterScope;
  readonly root: JsonObject;
}

/** Why only the empty policy accepts a message. */
export type NoFacts = 'noMessageAttributes' | 'invalidAttributes' | 'invalidMessageBody';

/** Of binary attributes nothing is seen. */
export function attributeFacts(attributes: readonly FilterableAttribute[]): Facts | NoFacts {
  if (attributes.length === 0) return 'noMessageAttributes';
  const members = new Map<string, ExactJson>();
  for (const { name, type, value } of attributes) {
    if (typeof value !== 'string') continue;
    const seen = seenValue(type, value);
    if (seen === undefined) return 'invalidAttributes';
    members.set(name, seen);
  }
  return { scope: 'MessageAttributes', root: objectOf(members) };
}

export function bodyFacts(body: string): Facts | NoFacts {
  const root = parseExactJson(body);
  return isObject(root) ? { scope: 'MessageBody', root } : 'invalidMessageBody';
}

function seenValue(type: string, value: string): ExactJson | undefined {
  if (type === 'String.Array') return elementsOf(value);
  return type === 'Number' || type.startsWith('Number.') ? parseDecimal(value) : escaped(value);
}

/** A lone scalar counts as an array of one. */
function elementsOf(json: string): readonly JsonScalar[] | undefined {
  const value = parseExactJson(json);
  if (isJsonFault(value)) return undefined;
  const items = isArray(value) ? value : [value];
  return items.every(isScalar) ? items.map((item) => (typeof item === 'string' ? escaped(item) : item)) : undefined;
}

/**
 * Quotes and backslashes are compared as they stand in JSON: "you must double-escape certain special characters" in a policy on
 * attributes (developer guide, "Policy constraints for attribute-based filtering").
 */
function escaped(value: string): string {
  return value.replace(/["\\]/g, '\\$&');
}
