import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf } from './json.js';
import { type Problems, pointer } from './problems.js';

/** The fields of one object of a definition. What nobody asked for by the end is unknown, and a problem. */
export class Fields {
  readonly #asked = new Set<string>();

  constructor(
    readonly object: JsonObject,
    readonly at: string,
    readonly problems: Problems,
  ) {}

  has(name: string): boolean {
    return Object.hasOwn(this.object, name);
  }

  where(name: string): string {
    return pointer(this.at, name);
  }

  value(name: string): Json | undefined {
    this.#asked.add(name);
    return memberOf(this.object, name);
  }

  string(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    return this.#wrong(name, 'a string');
  }

  requiredString(name: string): string | undefined {
    if (this.value(name) === undefined) this.missing(name);
    return this.string(name);
  }

  missing(name: string): void {
    this.problems.add(this.at === '' ? '/' : this.at, `The field '${name}' is required but was missing`);
  }

  number(name: string, { min, max, integer = true }: NumberRule): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
    return this.#wrong(name, `${integer ? 'an integer' : 'a number'} between ${min} and ${max}`);
  }

  objects(name: string): readonly Fields[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!isJsonArray(value)) return this.#wrong(name, 'an array');
    return value.flatMap((item, index) => this.#fieldsOf(item, pointer(this.at, name, index)) ?? []);
  }

  /** An object that is there or is missed. */
  requiredObject(name: string): Fields | undefined {
    const value = this.value(name);
    if (value === undefined) {
      this.missing(name);
      return undefined;
    }
    return this.#fieldsOf(value, this.where(name));
  }

  strings(name: string): readonly string[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (isJsonArray(value) && value.every((item) => typeof item === 'string')) return value;
    return this.#wrong(name, 'an array of strings');
  }

  /** A field that is known, and not taken here. */
  refuse(name: string, why: string): void {
    if (this.value(name) !== undefined) this.problems.add(this.where(name), why);
  }

  end(): void {
    for (const name of Object.keys(this.object)) {
      if (!this.#asked.has(name)) this.problems.add(this.where(name), `The field '${name}' is not supported here`);
    }
  }

  #wrong(name: string, expected: string): undefined {
    this.problems.add(this.where(name), `The field '${name}' must be ${expected}`);
    return undefined;
  }

  #fieldsOf(value: Json, at: string): Fields | undefined {
    if (isJsonObject(value)) return new Fields(value, at, this.problems);
    this.problems.add(at, 'An object is expected here');
    return undefined;
  }
}

export interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}
