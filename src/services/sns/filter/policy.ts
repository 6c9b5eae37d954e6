import { Cidr } from './cidr.js';
import type { Bound, Condition, FilterValue, TextTest } from './condition.js';
import { compareDecimals, type Decimal } from './decimal.js';
import { type ExactJson, isDecimal, isMap, parseExactJson } from './exact-json.js';

/**
 * Filter policies, read once; developer guide, "Amazon SNS subscription filter policies". Error texts as recorded.
 */
export type FilterScope = 'MessageAttributes' | 'MessageBody';

export interface FilterPolicy {
  readonly scope: FilterScope;
  readonly rule: Rule;
}

/** All leaves and all alternations must hold. */
export interface Rule {
  readonly leaves: readonly Leaf[];
  /** Of each, one branch must hold. */
  readonly alternations: readonly (readonly Rule[])[];
}

export interface Leaf {
  /** Keys from the top, joined by dots. */
  readonly path: string;
  readonly depth: number;
  readonly conditions: readonly Condition[];
}

/** `text` is what AWS says after `FilterPolicy: `; with `wholeText` it stands alone. */
export interface FilterProblem {
  readonly kind: 'filterProblem';
  readonly text: string;
  readonly wholeText: boolean;
}

const policyBytesMax = 262_144;
const keysMax = 5;
const complexityMax = 150;
const asterisksMax = 3;
const wildcardPointsMax = 100;

export function parseFilterPolicy(json: string, scope: FilterScope): FilterPolicy | FilterProblem {
  if (Buffer.byteLength(json) > policyBytesMax) return problem('Filter policy is too large').toProblem();
  try {
    const rule = new Reader(scope).read(json);
    checkLimits(rule);
    return { scope, rule };
  } catch (fault) {
    if (fault instanceof Problem) return fault.toProblem();
    throw fault;
  }
}

export function isFilterProblem(value: FilterPolicy | FilterProblem): value is FilterProblem {
  return 'kind' in value;
}

/** Leaves the recursive descent of the reader, and nothing more. */
class Problem extends Error {
  constructor(
    readonly text: string,
    readonly wholeText = false,
  ) {
    super(text);
  }

  toProblem(): FilterProblem {
    return { kind: 'filterProblem', text: this.text, wholeText: this.wholeText };
  }
}

function problem(text: string): Problem {
  return new Problem(text);
}

class Reader {
  readonly #paths = new Set<string>();

  constructor(private readonly scope: FilterScope) {}

  read(json: string): Rule {
    const value = parseExactJson(json);
    if (value === undefined) throw problem(`failed to parse JSON. ${syntaxText(json)}`);
    if (!isMap(value)) throw problem('Filter is not an object');
    return this.#rule(value, '', 1, this.#paths);
  }

  #rule(object: ReadonlyMap<string, ExactJson>, prefix: string, depth: number, paths: Set<string>): Rule {
    const leaves: Leaf[] = [];
    const alternations: (readonly Rule[])[] = [];
    for (const [key, value] of object) {
      if (key === '$or' && isAlternation(value)) {
        alternations.push(this.#branches(value, prefix, depth, paths));
        continue;
      }
      const path = prefix === '' ? key : `${prefix}.${key}`;
      if (isMap(value)) {
        if (this.scope === 'MessageAttributes')
          throw new Problem('Filter policy scope MessageAttributes does not support nested filter policy', true);
        if (value.size === 0) throw problem('Empty objects are not allowed');
        const nested = this.#rule(value, path, depth + 1, paths);
        leaves.push(...nested.leaves);
        alternations.push(...nested.alternations);
      } else if (Array.isArray(value)) {
        if (paths.has(path)) throw problem(`Path ${path} cannot be allowed multiple times`);
        paths.add(path);
        leaves.push({ path, depth, conditions: readConditions(value) });
      } else throw problem(`"${key}" must be an object or an array`);
    }
    return { leaves, alternations };
  }

  /** Branches may name a path again, of each other as of the rule around them. */
  #branches(value: readonly ExactJson[], prefix: string, depth: number, paths: ReadonlySet<string>): readonly Rule[] {
    if (value.length < 2) throw problem('There must have at least 2 Objects in $or relationship.');
    return value.map((branch) => {
      if (!isMap(branch)) throw problem('There must have at least 2 Objects in $or relationship.');
      if (branch.size === 0) throw problem('Empty objects are not allowed');
      return this.#rule(branch, prefix, depth, new Set(paths));
    });
  }
}

const operators = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'anything-but', 'numeric', 'exists', 'cidr'];

/** `$or` is a key like any other where its objects read like conditions. */
function isAlternation(value: ExactJson): value is readonly ExactJson[] {
  if (!Array.isArray(value)) return false;
  return !value.some((item: ExactJson) => isMap(item) && [...item.keys()].some((key) => operators.includes(key)));
}

function readConditions(list: readonly ExactJson[]): readonly Condition[] {
  if (list.length === 0) throw problem('Empty arrays are not allowed');
  return list.map(readCondition);
}

function readCondition(value: ExactJson): Condition {
  if (Array.isArray(value)) throw problem('Match value must be String, number, true, false, or null');
  if (!isMap(value)) return { kind: 'equals', value: value as FilterValue };
  const [entry, ...others] = value;
  if (entry === undefined) throw problem('Empty objects are not allowed');
  if (others.length > 0) throw problem('Only one key allowed in match expression');
  const [operator, operand] = entry;
  switch (operator) {
    case 'prefix':
    case 'suffix':
    case 'wildcard':
    case 'equals-ignore-case':
      return { kind: 'text', test: readTextTest(operator, operand) };
    case 'anything-but':
      return { kind: 'anythingBut', excluded: readExcluded(operand) };
    case 'numeric':
      return readNumeric(operand);
    case 'exists':
      if (typeof operand !== 'boolean') throw problem('exists match pattern must be either true or false.');
      return { kind: operand ? 'exists' : 'absent' };
    case 'cidr':
      return { kind: 'cidr', cidr: readCidr(operand) };
    default:
      throw problem(`Unrecognized match type ${operator}`);
  }
}

function readTextTest(operator: string, operand: ExactJson): TextTest {
  if (isMap(operand) && (operator === 'prefix' || operator === 'suffix')) {
    const text = operand.get('equals-ignore-case');
    if (operand.size !== 1 || typeof text !== 'string') throw problem(`${operator} match pattern must be a string`);
    return { kind: operator, text: text.toLowerCase(), ignoreCase: true };
  }
  if (typeof operand !== 'string') throw problem(`${operator} match pattern must be a string`);
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return { kind: operator, text: operand, ignoreCase: false };
    case 'equals-ignore-case':
      return { kind: 'equalsIgnoreCase', text: operand.toLowerCase() };
    default:
      return readWildcard(operand);
  }
}

/** `*` is any run of characters, `\*` an asterisk, `\\` a backslash. */
function readWildcard(pattern: string): TextTest {
  const pieces = [''];
  const append = (text: string): void => {
    pieces.push((pieces.pop() ?? '') + text);
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '\\') {
      const escaped = pattern[++at];
      if (escaped !== '*' && escaped !== '\\') throw problem('Invalid escape character inside wildcard');
      append(escaped);
    } else if (character !== '*') append(character);
    else if (pattern[at - 1] === '*' && pattern[at - 2] !== '\\') throw problem('Consecutive wildcard characters are not allowed');
    else pieces.push('');
  }
  if (pieces.length - 1 > asterisksMax) throw problem(`A wildcard pattern can have at most ${asterisksMax} wildcard characters`);
  return { kind: 'wildcard', pieces };
}

function readExcluded(operand: ExactJson): readonly (FilterValue | TextTest)[] {
  if (isMap(operand)) return readExcludedTexts(operand);
  const list: readonly ExactJson[] = Array.isArray(operand) ? operand : [operand];
  if (list.length === 0) throw problem('Empty arrays are not allowed');
  for (const item of list) {
    if (typeof item !== 'string' && !isDecimal(item)) throw problem('Inside anything but list, start|null|boolean is not supported.');
  }
  const kinds = new Set(list.map((item) => typeof item));
  if (kinds.size > 1) throw problem('Inside anything but list, either all values are number or string, mixed type is not supported');
  return list as readonly FilterValue[];
}

function readExcludedTexts(operand: ReadonlyMap<string, ExactJson>): readonly TextTest[] {
  const [entry, ...others] = operand;
  if (entry === undefined) throw problem('Empty objects are not allowed');
  const [operator, patterns] = entry;
  if (others.length > 0) throw problem('Only one key allowed in match expression');
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(operator))
    throw problem(`Unsupported anything-but pattern: ${operator}`);
  const list: readonly ExactJson[] = Array.isArray(patterns) ? patterns : [patterns];
  if (list.length === 0) throw problem('Empty arrays are not allowed');
  return list.map((pattern) => readTextTest(operator, pattern));
}

const numberMax = 1_000_000_000;
const fractionDigitsMax = 5;

function readNumeric(operand: ExactJson): Condition {
  if (!Array.isArray(operand) || operand.length === 0) throw problem('Invalid member in numeric match: value must be an array');
  const terms: readonly ExactJson[] = operand;
  const [operator, first, secondOperator, second] = terms;
  if (typeof operator !== 'string') throw problem(`Invalid member in numeric match: ${shown(operator)}`);
  switch (operator) {
    case '=': {
      if (!isDecimal(first)) throw problem('Value of equals must be numeric');
      if (terms.length > 2) throw problem('Too many terms in numeric range expression');
      return { kind: 'equals', value: inBounds(first) };
    }
    case '<':
    case '<=':
      if (!isDecimal(first)) throw problem(`Value of ${operator} must be numeric`);
      if (terms.length > 2) throw problem('Too many elements in numeric expression');
      return { kind: 'range', lower: undefined, upper: bound(operator, first) };
    case '>':
    case '>=': {
      if (!isDecimal(first)) throw problem(`Value of ${operator} must be numeric`);
      const lower = bound(operator, first);
      if (terms.length === 2) return { kind: 'range', lower, upper: undefined };
      if (terms.length > 4) throw problem('Too many terms in numeric range expression');
      if (secondOperator !== '<' && secondOperator !== '<=') throw problem(`Bad numeric range operator: ${shown(secondOperator)}`);
      if (!isDecimal(second)) throw problem(`Bad value in numeric range: ${shown(second)}`);
      if (compareDecimals(first, second) >= 0) throw problem('Bottom must be less than top');
      return { kind: 'range', lower, upper: bound(secondOperator, second) };
    }
    default:
      throw problem(`Unrecognized numeric range operator: ${operator}`);
  }
}

function bound(operator: string, value: Decimal): Bound {
  return { value: inBounds(value), inclusive: operator.endsWith('=') };
}

/** Docs: from -10^9 to 10^9, five digits behind the point. */
function inBounds(value: Decimal): Decimal {
  const fractionDigits = value.digits.length - value.magnitude;
  if (Math.abs(value.approximate) <= numberMax && fractionDigits <= fractionDigitsMax) return value;
  throw problem(`Value must be between -1.0E9 and 1.0E9, with at most ${fractionDigitsMax} digits behind the decimal point`);
}

function readCidr(operand: ExactJson): Cidr {
  if (typeof operand !== 'string') throw problem('prefix match pattern must be a string');
  const [address = '', bits, ...others] = operand.split('/');
  if (bits === undefined || others.length > 0) throw problem("Malformed CIDR, one '/' required");
  if (!/^\d{1,3}$/.test(bits)) throw problem('Malformed CIDR, mask bits must be an integer');
  const cidr = Cidr.of(address, Number(bits));
  if (cidr === undefined) throw problem(`Nonstandard IP address: ${address}`);
  return cidr;
}

function shown(value: ExactJson | undefined): string {
  return typeof value === 'string' ? value : isDecimal(value) ? value.canonical : String(value);
}

function syntaxText(json: string): string {
  const [token] = /^[^\s"[\]{},:]+/.exec(json.trim()) ?? [];
  const column = json.length - json.trimStart().length + (token?.length ?? 0) + 1;
  const where = `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`;
  return token === undefined
    ? `Unexpected character or end of input${where}`
    : `Unrecognized token '${token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')${where}`;
}

// Limits: developer guide, "Filter policy constraints"

function checkLimits(rule: Rule): void {
  if (keysOf(rule) > keysMax) throw problem(`Filter policy can not have more than ${keysMax} keys`);
  if (complexityOf(rule) > complexityMax || wildcardPoints(rule) > wildcardPointsMax) throw problem('Filter policy is too complex');
}

function keysOf({ leaves, alternations }: Rule): number {
  return leaves.length + sum(alternations.flat().map(keysOf));
}

/** Conditions times depth, multiplied over keys, summed over branches. */
function complexityOf({ leaves, alternations }: Rule): number {
  const ofLeaves = leaves.reduce((product, { conditions, depth }) => product * conditions.length * depth, 1);
  return alternations.reduce((product, branches) => product * sum(branches.map(complexityOf)), ofLeaves);
}

function wildcardPoints({ leaves, alternations }: Rule): number {
  return sum(leaves.map(pointsOfLeaf)) + sum(alternations.flat().map(wildcardPoints));
}

function pointsOfLeaf({ conditions }: Leaf): number {
  const points = conditions.flatMap((condition) => {
    if (condition.kind === 'text' && condition.test.kind === 'wildcard')
      return [condition.test.pieces.length > 2 ? 3 * (condition.test.pieces.length - 1) : 1];
    if (condition.kind !== 'anythingBut') return [];
    return condition.excluded.flatMap((excluded) => (typeof excluded === 'object' && excluded?.kind === 'wildcard' ? [1] : []));
  });
  return sum(points) * points.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
