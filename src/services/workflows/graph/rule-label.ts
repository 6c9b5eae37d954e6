import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf } from '../language/json.js';

/** What a choice tests, in words as short as they can be: `$.total > 100`. A comment of the author says it better. */
export function ruleLabel(rule: JsonObject): string {
  const comment = memberOf(rule, 'Comment');
  if (typeof comment === 'string' && comment !== '') return comment;
  const condition = memberOf(rule, 'Condition');
  if (typeof condition === 'string') return condition.replace(/^\{%\s*|\s*%\}$/g, '');
  return tested(rule);
}

function tested(rule: JsonObject): string {
  for (const [name, joint] of [
    ['And', ' and '],
    ['Or', ' or '],
  ] as const) {
    const parts = memberOf(rule, name);
    if (isJsonArray(parts)) return parts.map((part) => enclosed(part)).join(joint);
  }
  const negated = memberOf(rule, 'Not');
  if (isJsonObject(negated)) return `not ${enclosed(negated)}`;
  const variable = String(memberOf(rule, 'Variable') ?? '');
  const [operator, operand] = Object.entries(rule).find(([name]) => pattern.test(name)) ?? ['', null];
  return `${variable} ${comparison(operator, operand)}`;
}

function enclosed(part: Json): string {
  if (!isJsonObject(part)) return '';
  const text = tested(part);
  return memberOf(part, 'And') === undefined && memberOf(part, 'Or') === undefined ? text : `(${text})`;
}

const pattern =
  /^(?:Is[A-Z]\w+|StringMatches|(?:String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(?:Path)?)$/;

const signs: Readonly<Record<string, string>> = {
  Equals: '=',
  LessThan: '<',
  GreaterThan: '>',
  LessThanEquals: '≤',
  GreaterThanEquals: '≥',
};

function comparison(operator: string, operand: Json): string {
  const [, relation = ''] = pattern.exec(operator) ?? [];
  const value = operator.endsWith('Path') ? String(operand) : JSON.stringify(operand);
  if (operator === 'StringMatches') return `matches ${value}`;
  if (operator.startsWith('Is')) return `${operand === false ? 'is not' : 'is'} ${operator.slice('Is'.length).toLowerCase()}`;
  return `${signs[relation] ?? operator} ${value}`;
}
