import type { Scope } from './evaluate.js';
import { lookUp } from './evaluate.js';
import { type Failure, isFailure, runtime } from './failure.js';
import type { Json } from './json.js';
import type { Path } from './path.js';
import { readTimestamp } from './timestamp.js';

/** What a choice of a JSONPath state tests. Amazon States Language, "Choice State". */
export type ChoiceRule =
  | { readonly kind: 'and' | 'or'; readonly rules: readonly ChoiceRule[] }
  | { readonly kind: 'not'; readonly rule: ChoiceRule }
  | { readonly kind: 'is'; readonly variable: Path; readonly what: TypeTest; readonly expected: boolean }
  | { readonly kind: 'matches'; readonly variable: Path; readonly pattern: string }
  | {
      readonly kind: 'compare';
      readonly variable: Path;
      readonly type: ComparedType;
      readonly relation: Relation;
      readonly operand: { readonly kind: 'literal'; readonly value: Json } | { readonly kind: 'path'; readonly path: Path };
    };

export const typeTests = ['Null', 'Present', 'String', 'Numeric', 'Boolean', 'Timestamp'] as const;
export type TypeTest = (typeof typeTests)[number];
export const comparedTypes = ['String', 'Numeric', 'Boolean', 'Timestamp'] as const;
export type ComparedType = (typeof comparedTypes)[number];
export const relations = ['Equals', 'LessThan', 'GreaterThan', 'LessThanEquals', 'GreaterThanEquals'] as const;
export type Relation = (typeof relations)[number];

/** A value of the wrong type is no match; one that is not there is a failure, unless that is what is tested. */
export function holds(rule: ChoiceRule, scope: Scope): boolean | Failure {
  switch (rule.kind) {
    case 'and':
    case 'or': {
      const decisive = rule.kind === 'or';
      for (const part of rule.rules) {
        const held = holds(part, scope);
        if (isFailure(held) || held === decisive) return held;
      }
      return !decisive;
    }
    case 'not': {
      const held = holds(rule.rule, scope);
      return isFailure(held) ? held : !held;
    }
    case 'is':
      return isOfType(rule, scope);
    case 'matches': {
      const value = valueAt(rule.variable, scope);
      if (isFailure(value)) return value;
      return typeof value === 'string' && matches(value, rule.pattern);
    }
    case 'compare':
      return compare(rule, scope);
  }
}

function isOfType({ variable, what, expected }: Extract<ChoiceRule, { kind: 'is' }>, scope: Scope): boolean | Failure {
  const value = valueAt(variable, scope);
  if (what === 'Present') return !isFailure(value) === expected;
  if (isFailure(value)) return value;
  return testers[what](value) === expected;
}

const testers: Readonly<Record<Exclude<TypeTest, 'Present'>, (value: Json) => boolean>> = {
  Null: (value) => value === null,
  String: (value) => typeof value === 'string',
  Numeric: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
  Timestamp: (value) => typeof value === 'string' && readTimestamp(value) !== undefined,
};

function valueAt(path: Path, scope: Scope): Json | Failure {
  const outcome = lookUp(path, scope);
  if (isFailure(outcome)) return outcome;
  return outcome.kind === 'found'
    ? outcome.value
    : runtime(`Invalid path '${path.text}': The choice state's condition path references an invalid value.`);
}

function compare({ variable, type, relation, operand }: Extract<ChoiceRule, { kind: 'compare' }>, scope: Scope): boolean | Failure {
  const left = valueAt(variable, scope);
  if (isFailure(left)) return left;
  const right = operand.kind === 'literal' ? operand.value : valueAt(operand.path, scope);
  if (isFailure(right)) return right;
  const [a, b] = [comparable(left, type), comparable(right, type)];
  if (a === undefined || b === undefined) return false;
  switch (relation) {
    case 'Equals':
      return a === b;
    case 'LessThan':
      return a < b;
    case 'GreaterThan':
      return a > b;
    case 'LessThanEquals':
      return a <= b;
    case 'GreaterThanEquals':
      return a >= b;
  }
}

/** Strings order by code unit, timestamps as instants. Undefined: not of the type. */
function comparable(value: Json, type: ComparedType): string | number | boolean | undefined {
  switch (type) {
    case 'String':
      return typeof value === 'string' ? value : undefined;
    case 'Numeric':
      return typeof value === 'number' ? value : undefined;
    case 'Boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'Timestamp':
      return typeof value === 'string' ? readTimestamp(value) : undefined;
  }
}

/** `*` is any run of characters, `\*` an asterisk, `\\` a backslash. Time is at most the product of both lengths. */
export function matches(text: string, pattern: string): boolean {
  const parts = patternParts(pattern);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (index === 0) {
      if (!text.startsWith(part)) return false;
      if (parts.length === 1) return text.length === part.length;
      at = part.length;
    } else if (index === parts.length - 1) return text.length - part.length >= at && text.endsWith(part);
    else {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
  }
  return true;
}

function patternParts(pattern: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '*') {
      parts.push(part);
      part = '';
    } else part += character === '\\' ? pattern.charAt(++at) : character;
  }
  return [...parts, part];
}
