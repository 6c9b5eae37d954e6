import { type Condition, fold, type TextTest } from './condition.js';
import { type ExactJson, isArray, isDecimal, isObject, isScalar, type JsonObject, type JsonScalar } from './exact-json.js';
import { type FilterProblem, isFilterProblem, problem, readAll } from './filter-problem.js';
import { readCidr, readNumeric } from './number-reader.js';
import type { Dialect } from './rule.js';
import { readWildcard } from './wildcard-reader.js';

/** What stands in the array of a key; developer guide, "Filter policy operators". */
const operators = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'anything-but', 'numeric', 'exists', 'cidr'] as const;
type Operator = (typeof operators)[number];
const textOperators = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'] as const;
type TextOperator = (typeof textOperators)[number];

export function isOperator(name: string): name is Operator {
  return operators.includes(name as Operator);
}

function isTextOperator(name: string): name is TextOperator {
  return textOperators.includes(name as TextOperator);
}

export function readConditions(list: readonly ExactJson[], dialect: Dialect): readonly Condition[] | FilterProblem {
  return list.length === 0 ? problem('Empty arrays are not allowed') : readAll(list, (value) => readCondition(value, dialect));
}

function readCondition(value: ExactJson, dialect: Dialect): Condition | FilterProblem {
  if (dialect.numbers === 'asWritten' && isDecimal(value)) return { kind: 'written', text: value.text };
  if (isScalar(value)) return { kind: 'equals', value };
  if (!isObject(value)) return problem('Match value must be String, number, true, false, or null');
  const entry = onlyMember(value);
  if (isFilterProblem(entry)) return entry;
  const [operator, operand] = entry;
  return isOperator(operator) ? readOperator(operator, operand, dialect) : problem(`Unrecognized match type ${operator}`);
}

function readOperator(operator: Operator, operand: ExactJson, dialect: Dialect): Condition | FilterProblem {
  switch (operator) {
    case 'prefix':
    case 'suffix':
    case 'wildcard':
    case 'equals-ignore-case': {
      const test = readTextTest(operator, operand);
      return isFilterProblem(test) ? test : { kind: 'text', test };
    }
    case 'anything-but': {
      const excluded = isObject(operand) ? readExcludedTexts(operand) : readExcluded(operand);
      return isFilterProblem(excluded) ? excluded : { kind: 'anythingBut', excluded };
    }
    case 'numeric':
      return readNumeric(operand, dialect);
    case 'exists':
      if (typeof operand !== 'boolean') return problem('exists match pattern must be either true or false.');
      return { kind: operand ? 'exists' : 'absent' };
    case 'cidr': {
      const cidr = readCidr(operand);
      return isFilterProblem(cidr) ? cidr : { kind: 'cidr', cidr };
    }
  }
}

function readTextTest(operator: TextOperator, operand: ExactJson): TextTest | FilterProblem {
  if (isObject(operand) && (operator === 'prefix' || operator === 'suffix')) return readFolded(operator, operand);
  if (typeof operand !== 'string') return problem(`${operator} match pattern must be a string`);
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return { kind: operator, text: operand, ignoreCase: false };
    case 'equals-ignore-case':
      return { kind: 'equalsIgnoreCase', text: fold(operand) };
    case 'wildcard':
      return readWildcard(operand);
  }
}

function readFolded(operator: 'prefix' | 'suffix', operand: JsonObject): TextTest | FilterProblem {
  const entry = onlyMember(operand);
  if (isFilterProblem(entry)) return entry;
  const [inner, text] = entry;
  if (inner !== 'equals-ignore-case') return problem(`Unsupported ${operator} pattern: ${inner}`);
  if (typeof text !== 'string') return problem('equals-ignore-case match pattern must be a string');
  return { kind: operator, text: fold(text), ignoreCase: true };
}

const unlisted = 'Inside anything but list, start|null|boolean is not supported.';
const mixed = 'Inside anything but list, either all values are number or string, mixed type is not supported';

function readExcluded(operand: ExactJson): readonly JsonScalar[] | FilterProblem {
  if (typeof operand === 'string' || isDecimal(operand)) return [operand];
  if (!isArray(operand)) return problem('Value of anything-but must be an array or single string/number value.');
  const list = readAll(operand, (item) => (typeof item === 'string' || isDecimal(item) ? item : problem(unlisted)));
  if (isFilterProblem(list)) return list;
  const texts = list.filter((item) => typeof item === 'string').length;
  return list.length === 0 || (texts > 0 && texts < list.length) ? problem(mixed) : list;
}

function readExcludedTexts(operand: JsonObject): readonly TextTest[] | FilterProblem {
  const entry = onlyMember(operand);
  if (isFilterProblem(entry)) return entry;
  const [operator, patterns] = entry;
  if (!isTextOperator(operator)) return problem(`Unsupported anything-but pattern: ${operator}`);
  const list = isArray(patterns) ? patterns : [patterns];
  if (list.length === 0) return problem('Empty arrays are not allowed');
  return readAll(list, (pattern) =>
    typeof pattern === 'string' ? readTextTest(operator, pattern) : problem(`${operator} match pattern must be a string`),
  );
}

function onlyMember({ members, repeated }: JsonObject): readonly [string, ExactJson] | FilterProblem {
  const [entry, ...others] = members;
  if (entry === undefined) return problem('Empty objects are not allowed');
  return others.length > 0 || repeated !== undefined ? problem('Only one key allowed in match expression') : entry;
}
