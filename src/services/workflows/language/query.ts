import type jsonata from 'jsonata';
import type { Random } from '../../../base/random.js';
import { expressionCharsMax, payloadBytesMax, querySequenceMax, queryStackMax } from '../limits.js';
import { fraction, hash, partition, range, seededFraction, unique } from './intrinsic-functions.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf, parseJson } from './json.js';
import { loadedJsonata } from './jsonata.js';
import { LinearRegExp } from './linear-reg-exp.js';
import { boundedResult, boundedWork } from './query-bounds.js';

/**
 * JSONata expressions, as AWS has them: `$states` and variables are bound, the input is not the context, `$eval` is not there and six
 * functions are added. Evaluation is asynchronous in the library; it is bounded in steps, depth and lengths, and lets other work of the
 * process go first now and then.
 */
export interface Query {
  /** Without the marks. */
  readonly text: string;
  readonly expression: jsonata.Expression;
  /** Of an expression that is a variable with names behind it, and no more. */
  readonly names: readonly string[] | undefined;
}

export interface QueryBindings {
  readonly states: JsonObject;
  readonly variables: JsonObject;
}

export interface QueryEnvironment {
  readonly now: number;
  readonly random: Random;
}

/** What comes out is any value of JavaScript: see `queryResult` in `evaluate.ts`. */
export type QueryOutcome = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'threw'; readonly message: string };

/** What an expression begins with. */
export const queryMark = '{%';
const close = '%}';

/** A whole text between marks is an expression; anything else is plain text. */
export function isQueryText(text: string): boolean {
  return text.length >= queryMark.length + close.length && text.startsWith(queryMark) && text.endsWith(close);
}

/** A text is what is wrong with it. */
export function readQuery(marked: string): Query | string {
  const text = marked.slice(queryMark.length, -close.length).trim();
  if (text.length > expressionCharsMax) return `The JSONata expression is longer than ${expressionCharsMax} characters.`;
  try {
    const options = { stack: queryStackMax, sequence: querySequenceMax, RegexEngine: LinearRegExp as unknown as RegExpConstructor };
    const expression = loadedJsonata()(text, options);
    expression.assign(enteredHook as unknown as string, boundedWork());
    expression.assign(leftHook as unknown as string, boundedResult);
    return checkNode(expression.ast(), true) ?? { text, expression, names: namesOf(text) };
  } catch (fault) {
    return messageOf(fault);
  }
}

/** `$states.input.order` and the like: most expressions are no more than that. */
const plainPath = /^\$[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
/** Words of JSONata that may not be names. */
const reserved = ['and', 'or', 'in', 'true', 'false', 'null', 'function'];

function namesOf(text: string): readonly string[] | undefined {
  if (!plainPath.test(text)) return undefined;
  const names = text.slice(1).split('.');
  return names.some((name) => reserved.includes(name)) ? undefined : names;
}

/** What the names lead to through objects alone. Undefined: there is more to it, which the library knows, such as what it makes of arrays. */
export function plainValue({ names }: Query, { states, variables }: QueryBindings): Json | undefined {
  if (names === undefined) return undefined;
  const [variable = '', ...members] = names;
  let value = variable === 'states' ? states : memberOf(variables, variable);
  for (const name of members) value = isJsonObject(value) ? memberOf(value, name) : undefined;
  return isJsonArray(value) ? undefined : value;
}

export async function runQuery({ expression }: Query, bindings: QueryBindings, environment: QueryEnvironment): Promise<QueryOutcome> {
  const given = { ...additions(environment), ...bindings.variables, states: bindings.states };
  try {
    return { kind: 'value', value: await expression.evaluate(undefined, given) };
  } catch (fault) {
    return { kind: 'threw', message: messageOf(fault) };
  }
}

/** Called by the library before and after each node, and awaited. */
const enteredHook = Symbol.for('jsonata.__evaluate_entry');
const leftHook = Symbol.for('jsonata.__evaluate_exit');

/** Functions that AWS adds, and those of the library that read the time or draw random numbers, or know no bounds. */
function additions({ now, random }: QueryEnvironment): Readonly<Record<string, unknown>> {
  return {
    eval: undefined,
    partition: (array: unknown, size: unknown) => {
      if (!Array.isArray(array) || typeof size !== 'number' || Math.round(size) <= 0)
        throw { message: '$partition takes an array and a size.' };
      return partition(array, Math.round(size));
    },
    range: (from: Json, to: Json, step: Json) => {
      const numbers = range(from, to, step);
      if (numbers === undefined) throw { message: '$range takes three numbers, and makes at most 1,000 elements.' };
      return numbers;
    },
    distinct: (values: unknown) => (Array.isArray(values) ? distinct(values) : values),
    sort: (values: unknown, comesAfter?: ComesAfter) =>
      values === undefined ? undefined : sorted(Array.isArray(values) ? values : [values], comesAfter),
    hash: (data: Json, algorithm: Json = 'SHA-256') => {
      const digest = data === undefined ? undefined : hash(data, algorithm);
      if (digest === undefined) throw { message: '$hash takes at most 10,000 characters, and MD5, SHA-1, SHA-256, SHA-384 or SHA-512.' };
      return digest;
    },
    random: (seed?: unknown) => (typeof seed === 'number' ? seededFraction(seed) : fraction(random)),
    uuid: () => random.uuid(),
    parse: (text: unknown) => {
      const value = typeof text === 'string' ? parseJson(text) : undefined;
      if (value === undefined) throw { message: '$parse takes a JSON text.' };
      return value;
    },
    pad: (text: unknown, width: unknown, filling: unknown = ' ') => {
      if (text === undefined) return undefined;
      if (typeof text !== 'string' || typeof width !== 'number' || typeof filling !== 'string' || Math.abs(width) > payloadBytesMax) {
        throw { message: `$pad takes a text, a width up to ${payloadBytesMax} and a text to fill with.` };
      }
      const characters = [...text].length;
      const missing = Math.max(0, Math.trunc(Math.abs(width)) - characters);
      const padding = (filling === '' ? ' ' : filling).repeat(missing).slice(0, missing);
      return width < 0 ? padding + text : text + padding;
    },
    millis: () => now,
    now: atTime(now),
  };
}

/** By their texts: the library compares each with each. What the library made as a sequence stays one, which may be a single value. */
function distinct(values: readonly Json[] & { readonly sequence?: boolean }): readonly Json[] {
  const found = unique(values);
  return values.sequence === true ? Object.defineProperty([...found], 'sequence', { value: true }) : found;
}

/** Of two values, whether the first comes after the second. */
type ComesAfter = (a: unknown, b: unknown) => Promise<unknown>;

/** The library copies what is left of the values for each of them. */
async function sorted(values: readonly unknown[], comesAfter: ComesAfter | undefined): Promise<readonly unknown[]> {
  if (comesAfter !== undefined) return mergeSorted(values, comesAfter);
  if (values.every((value) => typeof value === 'number')) return values.toSorted((a, b) => a - b);
  if (values.every((value) => typeof value === 'string')) return values.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
  throw { message: '$sort takes numbers alone or strings alone, or a function that compares.' };
}

/** Each comparison counts as the steps that it takes. */
async function mergeSorted(values: readonly unknown[], comesAfter: ComesAfter): Promise<readonly unknown[]> {
  if (values.length < 2) return values;
  const middle = Math.floor(values.length / 2);
  const left = await mergeSorted(values.slice(0, middle), comesAfter);
  const right = await mergeSorted(values.slice(middle), comesAfter);
  const merged: unknown[] = [];
  let [at, from] = [0, 0];
  while (at < left.length && from < right.length) merged.push((await comesAfter(left[at], right[from])) ? right[from++] : left[at++]);
  return [...merged, ...left.slice(at), ...right.slice(from)];
}

/** `$now(picture, timezone)` of the library reads the machine's clock. */
function atTime(now: number): (picture?: unknown, timezone?: unknown) => unknown {
  return (picture, timezone) => {
    if (picture === undefined) return new Date(now).toISOString();
    return loadedJsonata()('$fromMillis($at, $picture, $timezone)').evaluate(undefined, { at: now, picture, timezone });
  };
}

function messageOf(fault: unknown): string {
  if (typeof fault === 'object' && fault !== null && 'message' in fault && typeof fault.message === 'string') return fault.message;
  return String(fault);
}

/** Only these members of a node hold what is evaluated in the same context as the node itself. */
const sameContext = ['arguments', 'procedure', 'expressions', 'lhs', 'rhs', 'condition', 'then', 'else', 'body', 'expression'];

/** What AWS refuses in an expression: `$` and `$$`, names of fields without anything before them, and regular expressions out of bounds. */
function checkNode(node: unknown, atTop: boolean): string | undefined {
  if (Array.isArray(node)) return firstOf(node, (item) => checkNode(item, atTop));
  if (typeof node !== 'object' || node === null) return undefined;
  const { type, value, steps } = node as { readonly type?: unknown; readonly value?: unknown; readonly steps?: unknown };
  if (type === 'regex') return LinearRegExp.problemOf(value as RegExp);
  if (type === 'variable' && atTop && (value === '' || value === '$'))
    return `The variable '$${String(value)}' is not available here: use $states.input.`;
  if (type === 'name' && atTop) return `The field name '${String(value)}' has nothing before it: use $states.input.`;
  if (type === 'wildcard' || type === 'descendant') return atTop ? 'A wildcard has nothing before it: use $states.input.' : undefined;
  if (Array.isArray(steps)) {
    const [first, ...rest] = steps;
    return checkNode(first, atTop) ?? firstOf(rest, (step) => checkNode(step, false)) ?? checkMembers(node, false, ['steps']);
  }
  return (
    firstOf(sameContext, (name) => checkNode((node as Readonly<Record<string, unknown>>)[name], atTop)) ??
    checkMembers(node, false, sameContext)
  );
}

/** What a node holds besides: in the context of what the node finds. */
function checkMembers(node: object, atTop: boolean, except: readonly string[]): string | undefined {
  return firstOf(Object.entries(node), ([name, member]) =>
    except.includes(name) || name === 'value' ? undefined : checkNode(member, atTop),
  );
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
