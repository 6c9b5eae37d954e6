import type { PathExpression } from './intrinsic.js';
import type { Json } from './json.js';
import type { Query } from './query.js';

/**
 * What a field of a definition says its value is: a literal, something to evaluate, or a template of both. `field` is where it stands,
 * as messages name it: the key in JSONPath states, the whole way below the state in JSONata states.
 */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'path'; readonly field: string; readonly text: string; readonly expression: PathExpression }
  | { readonly kind: 'query'; readonly field: string; readonly query: Query }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Expression])[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] };

export type QueryLanguage = 'JSONPath' | 'JSONata';

/** Literal all through: collapsed, so that nothing is copied when it is evaluated. */
export function simplified(expression: Expression): Expression {
  if (expression.kind === 'array' && expression.items.every(isLiteral)) {
    return { kind: 'literal', value: expression.items.map((item) => item.value) };
  }
  if (expression.kind === 'object' && expression.members.every(([, member]) => isLiteral(member))) {
    const entries = expression.members.flatMap(([name, member]) => (isLiteral(member) ? [[name, member.value] as const] : []));
    return { kind: 'literal', value: Object.fromEntries(entries) };
  }
  return expression;
}

function isLiteral(expression: Expression): expression is Extract<Expression, { kind: 'literal' }> {
  return expression.kind === 'literal';
}
