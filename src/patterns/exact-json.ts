import { type Decimal, parseDecimal } from './decimal.js';
import type { JsonFault } from './json-fault.js';
import * as fault from './json-fault.js';

/** JSON whose numbers are exact, and whose objects remember what filters ask about. */
export type ExactJson = null | boolean | string | Decimal | readonly ExactJson[] | JsonObject;
export type JsonScalar = null | boolean | string | Decimal;

export interface JsonObject {
  readonly kind: 'object';
  /** A map, so that `__proto__` is a key like any other. Of a key given twice, the last value. */
  readonly members: ReadonlyMap<string, ExactJson>;
  /** The keys that have a dot in them. */
  readonly dotted: readonly string[];
  /** A key that was given twice. */
  readonly repeated: string | undefined;
}

/** As much as the JSON reader of AWS's engine takes by default (Jackson, StreamReadConstraints); a bound for recursion, too. */
export const jsonDepthMax = 1_000;

export function parseExactJson(text: string): ExactJson | JsonFault {
  const reader = new JsonReader(text);
  const value = reader.document();
  return value === undefined ? (reader.fault ?? fault.noContent(text)) : value;
}

export function objectOf(members: ReadonlyMap<string, ExactJson>, repeated?: string): JsonObject {
  const dotted: string[] = [];
  for (const key of members.keys()) if (key.includes('.')) dotted.push(key);
  return { kind: 'object', members, dotted, repeated };
}

export function isObject(value: ExactJson | JsonFault | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'object';
}

export function isArray(value: ExactJson | JsonFault | undefined): value is readonly ExactJson[] {
  return Array.isArray(value);
}

export function isDecimal(value: ExactJson | undefined): value is Decimal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'decimal';
}

export function isScalar(value: ExactJson): value is JsonScalar {
  return typeof value !== 'object' || value === null || isDecimal(value);
}

const quote = 0x22;
const backslash = 0x5c;
const firstPrintable = 0x20;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);
const escapes: ReadonlyMap<string, string> = new Map(
  Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', '/': '/' }),
);

/**
 * RFC 8259 in one pass over the text. Where something is not as it should be, a method sets `fault` and returns undefined, and so do all
 * that called it.
 */
class JsonReader {
  #at = 0;
  #depth = 0;
  fault: JsonFault | undefined;

  constructor(private readonly text: string) {}

  document(): ExactJson | undefined {
    if (this.#skipSpace() === '') return this.#fail(fault.noContent(this.text));
    const value = this.#value();
    if (value === undefined) return undefined;
    return this.#skipSpace() === '' ? value : this.#fail(fault.oddValue(this.text, this.#at));
  }

  #value(): ExactJson | undefined {
    const next = this.#skipSpace();
    if (next === '"') return this.#string(fault.openString);
    if (next === '{') return this.#nested(() => this.#object());
    if (next === '[') return this.#nested(() => this.#array());
    return next === '-' || (next >= '0' && next <= '9') ? this.#number() : this.#word();
  }

  #nested(read: () => ExactJson | undefined): ExactJson | undefined {
    if (this.#depth === jsonDepthMax) return this.#fail(fault.tooDeep(this.text, this.#at, jsonDepthMax));
    this.#depth++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): JsonObject | undefined {
    const start = this.#at++;
    const members = new Map<string, ExactJson>();
    let repeated: string | undefined;
    if (this.#skipSpace() === '}') this.#at++;
    else {
      do {
        const name = this.#name();
        const value = name === undefined ? undefined : this.#value();
        if (name === undefined || value === undefined) return undefined;
        if (members.has(name)) repeated ??= name;
        members.set(name, value);
      } while (this.#goesOn());
      if (!this.#closes('}', 'Object', start)) return undefined;
    }
    return objectOf(members, repeated);
  }

  #array(): readonly ExactJson[] | undefined {
    const start = this.#at++;
    const items: ExactJson[] = [];
    if (this.#skipSpace() === ']') {
      this.#at++;
      return items;
    }
    do {
      const item = this.#value();
      if (item === undefined) return undefined;
      items.push(item);
    } while (this.#goesOn());
    return this.#closes(']', 'Array', start) ? items : undefined;
  }

  #name(): string | undefined {
    if (this.#skipSpace() !== '"') return this.#fail(fault.expected(this.text, this.#at, 'was expecting double-quote to start field name'));
    const name = this.#string(fault.openName);
    if (name === undefined) return undefined;
    if (this.#skipSpace() !== ':') {
      return this.#fail(fault.expected(this.text, this.#at, 'was expecting a colon to separate field name and value'));
    }
    this.#at++;
    return name;
  }

  #goesOn(): boolean {
    if (this.#skipSpace() !== ',') return false;
    this.#at++;
    return true;
  }

  #closes(mark: string, what: 'Object' | 'Array', start: number): boolean {
    const next = this.#skipSpace();
    if (next === mark) this.#at++;
    else if (next === '') this.#fail(fault.open(this.text, what, start));
    else this.#fail(fault.expected(this.text, this.#at, `was expecting comma to separate ${what} entries`));
    return next === mark;
  }

  #string(open: (text: string) => JsonFault): string | undefined {
    let value = '';
    for (;;) {
      const from = this.#at + 1;
      this.#at = plainUntil(this.text, from);
      value += this.text.slice(from, this.#at);
      const code = this.text.charCodeAt(this.#at);
      if (code === quote) {
        this.#at++;
        return value;
      }
      if (code !== backslash) return this.#fail(Number.isNaN(code) ? open(this.text) : fault.control(this.text, this.#at));
      const escaped = this.#escape();
      if (escaped === undefined) return undefined;
      value += escaped;
    }
  }

  /** Ends on the last character of the escape. */
  #escape(): string | undefined {
    const mark = this.text[++this.#at];
    if (mark === 'u') {
      const digits = this.text.slice(this.#at + 1, this.#at + 5);
      if (!/^[\dA-Fa-f]{4}$/.test(digits)) return this.#fail(fault.hexDigit(this.text, this.#at));
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = mark === undefined ? undefined : escapes.get(mark);
    return character ?? this.#fail(fault.unknownEscape(this.text, this.#at));
  }

  #number(): Decimal | undefined {
    number.lastIndex = this.#at;
    const [written] = number.exec(this.text) ?? [];
    const decimal = written === undefined ? undefined : parseDecimal(written);
    if (written === undefined || decimal === undefined) return this.#fail(fault.badNumber(this.text, this.#at));
    this.#at += written.length;
    return /[\d.eE+-]/.test(this.text[this.#at] ?? '') ? this.#fail(fault.badNumber(this.text, this.#at - written.length)) : decimal;
  }

  #word(): null | boolean | undefined {
    const word = fault.wordAt(this.text, this.#at);
    const value = words.get(word);
    if (value === undefined) return this.#fail(fault.oddValue(this.text, this.#at));
    this.#at += word.length;
    return value;
  }

  /** The character after white space; empty at the end. */
  #skipSpace(): string {
    for (;;) {
      const next = this.text[this.#at];
      if (next !== ' ' && next !== '\n' && next !== '\t' && next !== '\r') return next ?? '';
      this.#at++;
    }
  }

  #fail(found: JsonFault): undefined {
    this.fault ??= found;
    return undefined;
  }
}

/** Where a string stops being itself: at a quote, a backslash, a control character or the end. */
function plainUntil(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= firstPrintable && code !== quote && code !== backslash; code = text.charCodeAt(at)) at++;
  return at;
}
