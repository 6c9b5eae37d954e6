import type { Random } from '../../../base/random.js';
import { jsonDepthMax } from '../limits.js';
import type { Expression } from './expression.js';
import { errorNames, Failure, isFailure, runtime } from './failure.js';
import type { IntrinsicArgument, PathExpression } from './intrinsic.js';
import { callIntrinsic } from './intrinsic-functions.js';
import { type Json, type JsonObject, memberOf, printJson } from './json.js';
import type { Path } from './path.js';
import { evaluatePath } from './path-evaluator.js';
import { plainValue, type Query, runQuery } from './query.js';

/** Everything that the expressions of a field may read. */
export interface Scope {
  /** `$` of JSONPath. */
  readonly input: Json;
  /** `$$` of JSONPath. */
  readonly context: Json;
  /** `$states` of JSONata. */
  readonly states: JsonObject;
  readonly variables: JsonObject;
  readonly now: number;
  readonly random: Random;
}

/** The value of a field. Asynchronous, as JSONata is. */
export async function evaluate(expression: Expression, scope: Scope): Promise<Json | Failure> {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return evaluatePathExpression(expression, scope);
    case 'query':
      return evaluateQuery(expression.query, expression.field, scope);
    case 'array': {
      const items: Json[] = [];
      for (const item of expression.items) {
        const value = await evaluate(item, scope);
        if (isFailure(value)) return value;
        items.push(value);
      }
      return items;
    }
    case 'object': {
      const entries: [string, Json][] = [];
      for (const [name, member] of expression.members) {
        const value = await evaluate(member, scope);
        if (isFailure(value)) return value;
        entries.push([name, value]);
      }
      return Object.fromEntries(entries);
    }
  }
}

function evaluatePathExpression({ expression, field, text }: Extract<Expression, { kind: 'path' }>, scope: Scope): Json | Failure {
  return valueOfPath(expression, scope, (path, reason) =>
    field.endsWith('.$')
      ? runtime(`The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${shown(scope.input)}'`)
      : runtime(`Invalid path '${text}' : ${reason}`),
  );
}

/** Causes have a limit, inputs a larger one. */
const shownCharsMax = 10_000;

function shown(value: Json): string {
  return printJson(value).slice(0, shownCharsMax);
}

type Missing = (path: Path, reason: string) => Failure;

function valueOfPath(expression: PathExpression | IntrinsicArgument, scope: Scope, missing: Missing): Json | Failure {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path': {
      const outcome = lookUp(expression.path, scope);
      if (isFailure(outcome)) return outcome;
      return outcome.kind === 'found' ? outcome.value : missing(expression.path, outcome.reason);
    }
    case 'call': {
      const given: Json[] = [];
      for (const argument of expression.arguments) {
        const value = valueOfPath(argument, scope, missing);
        if (isFailure(value)) return value;
        given.push(value);
      }
      return callIntrinsic(expression.name, given, scope.random);
    }
  }
}

export function lookUp(path: Path, { input, context, variables }: Pick<Scope, 'input' | 'context' | 'variables'>) {
  return evaluatePath(path, { input, context, variable: (name) => memberOf(variables, name) });
}

async function evaluateQuery(query: Query, field: string, { states, variables, now, random }: Scope): Promise<Json | Failure> {
  const found = plainValue(query, { states, variables });
  if (found !== undefined) return found;
  const outcome = await runQuery(query, { states, variables }, { now, random });
  const where = `The JSONata expression '${query.text}' specified for the field '${field}'`;
  if (outcome.kind === 'threw') return queryFailure(`${where} threw an error during evaluation. ${outcome.message}`, field);
  if (outcome.value === undefined) return queryFailure(`${where} returned nothing (undefined).`, field);
  const value = plain(outcome.value);
  return value === undefined ? queryFailure(`${where} returned an unsupported result type.`, field) : value;
}

export function queryFailure(cause: string, field: string): Failure {
  return new Failure(errorNames.queryEvaluationError, cause, field);
}

/**
 * The library's value as JSON: members that are undefined are left out. Undefined for what is no JSON, such as a function, and for what is
 * nested deeper than JSON may be here.
 */
function plain(value: unknown, depth = 0): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (depth >= jsonDepthMax) return undefined;
  if (Array.isArray(value)) return all(value.map((item) => (item === undefined ? null : plain(item, depth + 1))));
  if (typeof value !== 'object' || !isPlainObject(value)) return undefined;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const members = all(entries.map(([, member]) => plain(member, depth + 1)));
  return members && Object.fromEntries(entries.map(([name], index) => [name, members[index] ?? null]));
}

function isPlainObject(value: object): boolean {
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function all(values: readonly (Json | undefined)[]): readonly Json[] | undefined {
  return values.some((value) => value === undefined) ? undefined : (values as readonly Json[]);
}
