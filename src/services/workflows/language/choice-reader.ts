import { nestingMax } from '../limits.js';
import { type ChoiceRule, type ComparedType, comparedTypes, type Relation, relations, type TypeTest, typeTests } from './choice-rule.js';
import { readReferencePath } from './expression-reader.js';
import { Fields } from './fields.js';
import { isJsonObject, type Json } from './json.js';
import { namesOneNode, type Path } from './path.js';
import { readTimestamp } from './timestamp.js';

/** One operator a rule, with the `Variable` that it tests; or And, Or, Not. Undefined: a problem was noted. */
export function readChoiceRule(fields: Fields, depth = 0): ChoiceRule | undefined {
  if (depth > nestingMax) {
    fields.problems.add(fields.at, 'Choice rules are nested too deeply', 'TOO_DEEPLY_NESTED');
    return undefined;
  }
  const names = Object.keys(fields.object).filter((name) => operators.has(name));
  const [name] = names;
  if (name === undefined || names.length > 1) {
    fields.problems.add(fields.at, 'A choice rule has exactly one comparison operator');
    for (const operator of names) fields.value(operator);
    fields.value('Variable');
    return undefined;
  }
  if (name === 'And' || name === 'Or') return readCombination(fields, name, depth);
  if (name === 'Not') return readNegation(fields, depth);
  const operator = operators.get(name);
  const variable = readVariable(fields);
  const operand = fields.value(name);
  return operator === undefined || variable === undefined || operand === undefined
    ? undefined
    : operator({ fields, name, variable, operand });
}

interface Comparing {
  readonly fields: Fields;
  readonly name: string;
  readonly variable: Path;
  readonly operand: Json;
}

type OperatorReader = (comparing: Comparing) => ChoiceRule | undefined;

/** By the name of their field; combinations have no reader here. */
const operators: ReadonlyMap<string, OperatorReader | undefined> = new Map<string, OperatorReader | undefined>([
  ['And', undefined],
  ['Or', undefined],
  ['Not', undefined],
  ['StringMatches', readMatches],
  ...typeTests.map((what): [string, OperatorReader] => [`Is${what}`, (comparing) => readTypeTest(comparing, what)]),
  ...comparedTypes.flatMap((type) =>
    relations
      .filter((relation) => type !== 'Boolean' || relation === 'Equals')
      .flatMap((relation): [string, OperatorReader][] => [
        [`${type}${relation}`, (comparing) => readLiteralComparison(comparing, type, relation)],
        [`${type}${relation}Path`, (comparing) => readPathComparison(comparing, type, relation)],
      ]),
  ),
]);

function readCombination(fields: Fields, name: 'And' | 'Or', depth: number): ChoiceRule | undefined {
  const parts = fields.objects(name) ?? [];
  if (parts.length === 0) fields.problems.add(fields.where(name), 'Value cannot be empty');
  const rules = parts.flatMap((part) => readNested(part, depth) ?? []);
  return { kind: name === 'And' ? 'and' : 'or', rules };
}

function readNegation(fields: Fields, depth: number): ChoiceRule | undefined {
  const value = fields.value('Not');
  if (!isJsonObject(value)) {
    fields.problems.add(fields.where('Not'), 'An object is expected here');
    return undefined;
  }
  const rule = readNested(new Fields(value, fields.where('Not'), fields.problems), depth);
  return rule && { kind: 'not', rule };
}

function readNested(fields: Fields, depth: number): ChoiceRule | undefined {
  const rule = readChoiceRule(fields, depth + 1);
  fields.end();
  return rule;
}

function readVariable(fields: Fields): Path | undefined {
  if (!fields.has('Variable')) fields.missing('Variable');
  return readReferencePath(fields, 'Variable', namesOneNode);
}

function readMatches({ fields, name, variable, operand }: Comparing): ChoiceRule | undefined {
  if (typeof operand === 'string') return { kind: 'matches', variable, pattern: operand };
  return wrongOperand(fields, name, 'a string');
}

function readTypeTest({ fields, name, variable, operand }: Comparing, what: TypeTest): ChoiceRule | undefined {
  if (typeof operand === 'boolean') return { kind: 'is', variable, what, expected: operand };
  return wrongOperand(fields, name, 'a boolean');
}

function readLiteralComparison(
  { fields, name, variable, operand }: Comparing,
  type: ComparedType,
  relation: Relation,
): ChoiceRule | undefined {
  const { test, expected } = literals[type];
  if (!test(operand)) return wrongOperand(fields, name, expected);
  return { kind: 'compare', variable, type, relation, operand: { kind: 'literal', value: operand } };
}

const literals: Readonly<Record<ComparedType, { readonly test: (value: Json) => boolean; readonly expected: string }>> = {
  String: { test: (value) => typeof value === 'string', expected: 'a string' },
  Numeric: { test: (value) => typeof value === 'number', expected: 'a number' },
  Boolean: { test: (value) => typeof value === 'boolean', expected: 'a boolean' },
  Timestamp: { test: (value) => typeof value === 'string' && readTimestamp(value) !== undefined, expected: 'an RFC3339 timestamp' },
};

function readPathComparison({ fields, name, variable }: Comparing, type: ComparedType, relation: Relation): ChoiceRule | undefined {
  const path = readReferencePath(fields, name, namesOneNode);
  return path && { kind: 'compare', variable, type, relation, operand: { kind: 'path', path } };
}

function wrongOperand(fields: Fields, name: string, expected: string): undefined {
  fields.problems.add(fields.where(name), `The field '${name}' must be ${expected}`);
  return undefined;
}
