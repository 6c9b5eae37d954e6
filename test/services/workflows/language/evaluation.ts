import type { Random } from '../../../../src/base/random.js';
import { evaluate } from '../../../../src/services/workflows/language/evaluate.js';
import type { QueryLanguage } from '../../../../src/services/workflows/language/expression.js';
import { readTemplate } from '../../../../src/services/workflows/language/expression-reader.js';
import { Failure } from '../../../../src/services/workflows/language/failure.js';
import type { Json, JsonObject } from '../../../../src/services/workflows/language/json.js';
import { Problems } from '../../../../src/services/workflows/language/problems.js';

/** The same numbers each time. */
export function countingRandom(): Random {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
    bytes: (length) => Buffer.alloc(length, 0x80),
  };
}

export interface Given {
  readonly input?: Json;
  readonly context?: JsonObject;
  readonly variables?: JsonObject;
  readonly result?: Json;
}

/** What a template gives: its value, or the error name and the cause of the failure; or that it cannot be read. */
export async function templateValue(template: Json, language: QueryLanguage, given: Given = {}): Promise<unknown> {
  const problems = new Problems();
  const expression = readTemplate(template, '/States/S/Field', { language, state: '/States/S', problems });
  if (problems.hasErrors) return problems.found.map(({ message }) => message);
  const { input = {}, context = {}, variables = {}, result } = given;
  const states = { input, context, ...(result !== undefined && { result }) };
  const scope = { input, context, states, variables, now: Date.UTC(2026, 0, 1), random: countingRandom() };
  const value = await evaluate(expression, scope);
  return value instanceof Failure ? [value.error, value.cause] : value;
}
