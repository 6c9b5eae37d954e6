import { isJsonArray, isJsonObject, type Json, memberOf } from '../language/json.js';
import type { ApiModel } from '../targets.js';

/** `STRICT` asks for required members too; members that a model does not have are nothing to it in either mode, as on AWS. */
export const fieldValidationModes = ['STRICT', 'PRESENT', 'NONE'] as const;
export type FieldValidationMode = (typeof fieldValidationModes)[number];

/**
 * What is wrong with a result that somebody made up. Texts as recorded from the service.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html
 */
export function answerProblem(result: Json, model: ApiModel, mode: 'STRICT' | 'PRESENT'): string | undefined {
  const problem = isJsonObject(result) ? problemOf(result, model, '', mode === 'STRICT') : 'The result must be an object';
  return problem && `Mock result schema validation error: ${problem}`;
}

function problemOf(value: Json, model: ApiModel, name: string, strict: boolean): string | undefined {
  switch (model.kind) {
    case 'any':
      return undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : mustBe(name, 'a boolean');
    case 'number':
      return typeof value === 'number' ? undefined : mustBe(name, 'a number');
    case 'string':
      if (typeof value !== 'string') return mustBe(name, 'a string');
      return model.values?.includes(value) === false ? `Field '${name}' is not an expected value` : undefined;
    case 'list':
      return isJsonArray(value) ? first(value, (item) => problemOf(item, model.item(), name, strict)) : mustBe(name, 'an array');
    case 'map':
      if (!isJsonObject(value)) return mustBe(name, 'an object');
      return first(Object.entries(value), ([key, item]) => problemOf(item, model.value(), key, strict));
    case 'structure': {
      if (!isJsonObject(value)) return mustBe(name, 'an object');
      const missing = strict ? model.required.find((member) => memberOf(value, member) === undefined) : undefined;
      if (missing !== undefined) return `Required field '${missing}' is missing`;
      const members = model.members();
      return first(Object.entries(value), ([member, item]) => {
        const known = members.get(member);
        return known && problemOf(item, known, member, strict);
      });
    }
  }
}

function mustBe(name: string, expected: string): string {
  return `Field '${name}' must be ${expected}`;
}

function first<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
