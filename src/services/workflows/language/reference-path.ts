import { errorNames, Failure } from './failure.js';
import { isJsonArray, isJsonObject, type Json, memberOf, objectFrom } from './json.js';
import type { Path, Segment } from './path.js';

/**
 * The value with `inserted` at a reference path: missing objects are made, an index must be there.
 * Amazon States Language, "ResultPath".
 */
export function insertAt(value: Json, path: Path, inserted: Json): Json | Failure {
  const outcome = insert(value, path.segments, 0, inserted);
  if (outcome !== undefined) return outcome;
  return new Failure(
    errorNames.resultPathMatchFailure,
    `Unable to apply step "${path.text}" to input ${JSON.stringify(value)}`.slice(0, messageCharsMax),
  );
}

/** The input can be long. */
const messageCharsMax = 4_096;

function insert(value: Json | undefined, segments: readonly Segment[], at: number, inserted: Json): Json | undefined {
  const segment = segments[at];
  if (segment === undefined) return inserted;
  if (segment.kind === 'name') {
    const object = value === undefined ? {} : value;
    if (!isJsonObject(object)) return undefined;
    const member = insert(memberOf(object, segment.name), segments, at + 1, inserted);
    return member === undefined ? undefined : objectFrom([...Object.entries(object), [segment.name, member]]);
  }
  if (segment.kind !== 'index' || !isJsonArray(value) || segment.index >= value.length) return undefined;
  const element = insert(value[segment.index], segments, at + 1, inserted);
  return element === undefined ? undefined : value.with(segment.index, element);
}
