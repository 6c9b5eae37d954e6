import { jsonDepthMax } from '../limits.js';

/** A JSON value as states pass it on. Never changed in place. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Array.isArray` that keeps the type of the elements. */
export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The member of this name that the object itself has. */
export function memberOf(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Through entries, so that `__proto__` is a name like any other. */
export function objectFrom(entries: Iterable<readonly [string, Json]>): JsonObject {
  return Object.fromEntries(entries);
}

/** Undefined for what is no JSON, or is nested deeper than `jsonDepthMax`: what walks it may then recurse. */
export function parseJson(text: string): Json | undefined {
  if (depthOf(text) > jsonDepthMax) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text of a value that came from this service's own `printJson`. */
export function readJson(text: string): Json {
  return JSON.parse(text);
}

export function printJson(value: Json): string {
  return JSON.stringify(value);
}

/** How deep brackets nest in a JSON text; strings do not count. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}

/** Text of a value, unless that is longer than `bytesMax` bytes or nested too deeply. */
export function boundedText(value: Json, bytesMax: number): string | undefined {
  if (!fits(value, bytesMax)) return undefined;
  const text = printJson(value);
  return text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax ? text : undefined;
}

/** Whether a value may be as small, and is nested no deeper than texts may be. It looks at no more than it must. */
export function fits(value: Json, bytesMax: number): boolean {
  return roomAfter(value, bytesMax, 0) >= 0;
}

/** What is left of the room after the least that the value takes: a character is a byte at least. */
function roomAfter(value: Json, room: number, depth: number): number {
  if (typeof value === 'string') return room - value.length - 2;
  if (typeof value !== 'object' || value === null) return room - 1;
  if (depth >= jsonDepthMax) return -1;
  let left = room - 2;
  if (isJsonArray(value))
    for (let at = 0; at < value.length && left >= 0; at++) left = roomAfter(value[at] ?? null, left - (at > 0 ? 1 : 0), depth + 1);
  else if (isJsonObject(value)) {
    for (const name in value) {
      if (left < 0) break;
      left = roomAfter(value[name] ?? null, left - name.length - 3, depth + 1);
    }
  }
  return left;
}

/** Equal as JSON: members in any order. `mayVisit` is asked for each pair of values; what it does not allow counts as different. */
export function sameJson(a: Json, b: Json, mayVisit: () => boolean = always): boolean {
  if (!mayVisit()) return false;
  if (a === b) return true;
  if (isJsonArray(a))
    return isJsonArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index] ?? null, mayVisit));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && sameJson(a[name] ?? null, b[name] ?? null, mayVisit));
}

function always(): boolean {
  return true;
}
