import type { FilterValue } from './condition.js';
import { parseDecimal } from './decimal.js';
import { type ExactJson, isDecimal, isMap, parseExactJson } from './exact-json.js';
import type { FilterScope } from './policy.js';

export interface FilterableAttribute {
  readonly name: string;
  readonly type: string;
  readonly value: string | Buffer;
}

/**
 * What a message offers to filters: its values by path, and which of them stand in the same object of an array: conditions
 * below one array must be met by one of its elements together.
 */
export interface Facts {
  readonly scope: FilterScope;
  /** Every value by its path. */
  readonly values: ReadonlyMap<string, readonly FilterValue[]>;
  readonly root: Place;
}

/** The message itself, or one object in an array. */
export interface Place {
  readonly values: ReadonlyMap<string, readonly FilterValue[]>;
  /** Of every array in it: the objects that it holds. */
  readonly arrays: readonly (readonly Place[])[];
}

/** Why only the empty policy accepts a message; the names are those of the metrics. */
export type NoFacts = 'noMessageAttributes' | 'invalidAttributes' | 'invalidMessageBody';

/** Of binary attributes nothing is seen. */
export function attributeFacts(attributes: readonly FilterableAttribute[]): Facts | NoFacts {
  if (attributes.length === 0) return 'noMessageAttributes';
  const values = new Map<string, readonly FilterValue[]>();
  for (const { name, type, value } of attributes) {
    if (typeof value !== 'string') continue;
    const seen = valuesOf(type, value);
    if (seen === undefined) return 'invalidAttributes';
    values.set(name, seen);
  }
  return { scope: 'MessageAttributes', values, root: { values, arrays: [] } };
}

function valuesOf(type: string, value: string): readonly FilterValue[] | undefined {
  if (type === 'String.Array') return elementsOf(value);
  if (type !== 'Number' && !type.startsWith('Number.')) return [value];
  const number = parseDecimal(value);
  return number === undefined ? undefined : [number];
}

/** A lone scalar counts as an array of one. */
function elementsOf(json: string): readonly FilterValue[] | undefined {
  const value = parseExactJson(json);
  if (value === undefined) return undefined;
  const items: readonly ExactJson[] = Array.isArray(value) ? value : [value];
  return items.every(isScalar) ? items : undefined;
}

export function bodyFacts(body: string): Facts | NoFacts {
  const value = body.trimStart().startsWith('{') ? parseExactJson(body) : undefined;
  if (!isMap(value)) return 'invalidMessageBody';
  const values = new Map<string, FilterValue[]>();
  const root = new PlaceReader(values).read(value, '');
  return { scope: 'MessageBody', values, root };
}

/** Reads the values of one place, which are also those of the message. */
class PlaceReader {
  readonly #values = new Map<string, FilterValue[]>();
  readonly #arrays: (readonly Place[])[] = [];

  constructor(private readonly all: Map<string, FilterValue[]>) {}

  read(object: ReadonlyMap<string, ExactJson>, prefix: string): Place {
    this.#readObject(object, prefix);
    return { values: this.#values, arrays: this.#arrays };
  }

  #readObject(object: ReadonlyMap<string, ExactJson>, prefix: string): void {
    for (const [key, value] of object) this.#readValue(value, prefix === '' ? key : `${prefix}.${key}`);
  }

  #readValue(value: ExactJson, path: string): void {
    if (isMap(value)) this.#readObject(value, path);
    else if (Array.isArray(value)) this.#readArray(value, path);
    else this.#add(path, value as FilterValue);
  }

  #readArray(items: readonly ExactJson[], path: string): void {
    const places: Place[] = [];
    for (const item of items) {
      if (isMap(item)) places.push(new PlaceReader(this.all).read(item, path));
      else this.#readValue(item, path); // arrays in arrays count as one
    }
    if (places.length > 0) this.#arrays.push(places);
  }

  #add(path: string, value: FilterValue): void {
    addTo(this.#values, path, value);
    addTo(this.all, path, value);
  }
}

function addTo(values: Map<string, FilterValue[]>, path: string, value: FilterValue): void {
  const known = values.get(path);
  if (known === undefined) values.set(path, [value]);
  else known.push(value);
}

function isScalar(value: ExactJson): value is FilterValue {
  return typeof value !== 'object' || value === null || isDecimal(value);
}
