import { Cidr } from './cidr.js';
import type { Bound, Condition } from './condition.js';
import { compareDecimals, type Decimal } from './decimal.js';
import { type ExactJson, isArray, isDecimal } from './exact-json.js';
import { type FilterProblem, isFilterProblem, problem } from './filter-problem.js';
import type { Dialect } from './rule.js';

const fractionDigitsMax = 5;

/** The operand of `numeric`: an operator and a number, or a lower bound and an upper one. */
export function readNumeric(operand: ExactJson, { numberMax }: Pick<Dialect, 'numberMax'>): Condition | FilterProblem {
  if (!isArray(operand)) return problem('Value of numeric must be an array.');
  const [operator, first, ...rest] = operand;
  if (typeof operator !== 'string') return problem(`Invalid member in numeric match: ${shown(operator)}`);
  switch (operator) {
    case '=': {
      const equal = readBound('=', first, numberMax);
      if (isFilterProblem(equal)) return equal;
      return rest.length > 0 ? tooManyElements : { kind: 'equals', value: equal.value };
    }
    case '<':
    case '<=': {
      const upper = readBound(operator, first, numberMax);
      if (isFilterProblem(upper)) return upper;
      return rest.length > 0 ? tooManyElements : { kind: 'range', lower: undefined, upper };
    }
    case '>':
    case '>=': {
      const lower = readBound(operator, first, numberMax);
      if (isFilterProblem(lower)) return lower;
      return rest.length > 0 ? readUpper(lower, rest, numberMax) : { kind: 'range', lower, upper: undefined };
    }
    default:
      return problem(`Unrecognized numeric range operator: ${operator}`);
  }
}

const tooManyElements = problem('Too many elements in numeric expression');

function readUpper(lower: Bound, [operator, value, ...more]: readonly ExactJson[], numberMax: number): Condition | FilterProblem {
  if (typeof operator !== 'string') return problem(`Bad value in numeric range: ${shown(operator)}`);
  if (operator !== '<' && operator !== '<=') return problem(`Bad numeric range operator: ${operator}`);
  const upper = readBound(operator, value, numberMax);
  if (isFilterProblem(upper)) return upper;
  if (more.length > 0) return problem('Too many terms in numeric range expression');
  return compareDecimals(lower.value, upper.value) >= 0 ? problem('Bottom must be less than top') : { kind: 'range', lower, upper };
}

function readBound(operator: '=' | '<' | '<=' | '>' | '>=', value: ExactJson | undefined, numberMax: number): Bound | FilterProblem {
  if (!isDecimal(value)) return problem(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  const outermost = `${(numberMax / 1e9).toFixed(1)}E9`;
  return isInBounds(value, numberMax)
    ? { value, inclusive: operator.endsWith('=') }
    : problem(`Value must be between -${outermost} and ${outermost}, with at most ${fractionDigitsMax} digits behind the decimal point`);
}

/** SNS developer guide, "Filter policy constraints": five digits behind the point. */
function isInBounds({ approximate, digits, magnitude }: Decimal, numberMax: number): boolean {
  return Math.abs(approximate) <= numberMax && digits.length - magnitude <= fractionDigitsMax;
}

export function readCidr(operand: ExactJson): Cidr | FilterProblem {
  if (typeof operand !== 'string') return problem('prefix match pattern must be a string'); // not `cidr`, as recorded
  const [address = '', bits = '', ...others] = operand.split('/');
  if (bits === '' || others.length > 0) return problem("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d{1,9}$/.test(bits)) return problem('Malformed CIDR, mask bits must be an integer');
  if (Number(bits) < 0) return problem('Malformed CIDR, mask bits must not be negative');
  return Cidr.of(address, Number(bits)) ?? problem(`Nonstandard IP address: ${address}`);
}

/** As the streaming reader of AWS shows what it stands on: of an array or an object its bracket, at the end the closing one. */
function shown(value: ExactJson | undefined): string {
  if (value === undefined) return ']';
  if (isDecimal(value)) return value.text;
  if (isArray(value)) return '[';
  return typeof value === 'object' && value !== null ? '{' : String(value);
}
