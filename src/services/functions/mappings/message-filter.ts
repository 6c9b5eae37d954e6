import { type EventPattern, isLike, parseEventPattern } from '../../../patterns/event-pattern.js';
import { type ExactJson, isObject, type JsonObject, objectOf, parseExactJson } from '../../../patterns/exact-json.js';
import { isFilterProblem } from '../../../patterns/filter-problem.js';
import type { Dialect } from '../../../patterns/rule.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidFilter } from '../errors.js';
import { patternCharsMax } from '../limits.js';
import type { EventRecord } from './event.js';

/** Which messages a mapping takes: those that are like any of its patterns. */
export type MessageFilter = (record: EventRecord) => boolean;

/** A key with a condition takes at least eight characters: there is no bound but that of the text. */
const dialect: Dialect = { nests: true, keysMax: patternCharsMax, numbers: 'asWritten', numberMax: 5_000_000_000 };

/** What is the same for all messages of a mapping: no pattern may ask for it. */
const constant = ['eventSource', 'eventSourceARN', 'awsRegion'];

/** Lambda developer guide, "Control which events Lambda sends to your function" and "Using event filtering with an Amazon SQS event source". */
export function readFilter(patterns: readonly string[]): MessageFilter | Refusal {
  const read: EventPattern[] = [];
  for (const text of patterns) {
    const pattern = parseEventPattern(text, dialect);
    if (isFilterProblem(pattern)) return invalidFilter();
    if (pattern.leaves.some(({ path: [first = ''] }) => constant.includes(first))) return invalidFilter();
    read.push(pattern);
  }
  return (record) => {
    const facts = factsOf(record);
    return read.some((pattern) => isLike(facts, pattern));
  };
}

/** The record, with its body as JSON where that is an object. */
function factsOf({ body, ...record }: EventRecord): JsonObject {
  const members = new Map<string, ExactJson>();
  for (const [key, value] of Object.entries(record)) if (!constant.includes(key)) members.set(key, exactOf(value));
  const parsed = /^\s*\{/.test(body) ? parseExactJson(body) : undefined;
  members.set('body', isObject(parsed) ? parsed : body);
  return objectOf(members);
}

type Plain = string | readonly Plain[] | { readonly [key: string]: Plain };

function exactOf(value: Plain): ExactJson {
  if (typeof value === 'string') return value;
  if (isList(value)) return value.map(exactOf);
  return objectOf(new Map(Object.entries(value).map(([key, member]) => [key, exactOf(member)])));
}

function isList(value: Exclude<Plain, string>): value is readonly Plain[] {
  return Array.isArray(value);
}
