import type { Refusal } from '../../../wire/refusal.js';
import { validationFailed } from '../errors.js';

/**
 * The constraints of the service's model, checked as its front end does: all of a request, and told together. Members are named by
 * their paths in lower camel case. An absent member breaks none but `required`.
 */
export class Constraints {
  readonly #violations: string[] = [];

  required(member: string, value: unknown): this {
    if (value === undefined) this.#violated('null', member, 'Member must not be null');
    return this;
  }

  pattern(member: string, value: string | undefined, pattern: string): this {
    if (value !== undefined && !matches(value, pattern)) {
      this.#violated(quoted(value), member, `Member must satisfy regular expression pattern: ${pattern}`);
    }
    return this;
  }

  length(member: string, value: string | undefined, min: number, max: number): this {
    if (value === undefined) return this;
    if (value.length < min) this.#violated(quoted(value), member, `Member must have length greater than or equal to ${min}`);
    if (value.length > max) this.#violated(quoted(value), member, `Member must have length less than or equal to ${max}`);
    return this;
  }

  range(member: string, value: number | undefined, min: number, max: number): this {
    if (value === undefined) return this;
    if (value < min) this.#violated(quoted(String(value)), member, `Member must have value greater than or equal to ${min}`);
    if (value > max) this.#violated(quoted(String(value)), member, `Member must have value less than or equal to ${max}`);
    return this;
  }

  oneOf(member: string, value: string | undefined, values: readonly string[]): this {
    if (value !== undefined && !values.includes(value)) {
      this.#violated(quoted(value), member, `Member must satisfy enum value set: [${values.join(', ')}]`);
    }
    return this;
  }

  keys(member: string, map: Readonly<Record<string, string>> | undefined, pattern: string): this {
    const keys = Object.keys(map ?? {});
    if (keys.some((key) => !matches(key, pattern))) {
      const constraint = `Map keys must satisfy constraint: [Member must satisfy regular expression pattern: ${pattern}]`;
      this.#violated(quoted(`{${keys.map((key) => `${key}=***`).join(', ')}}`), member, constraint);
    }
    return this;
  }

  refusal(): Refusal | undefined {
    return this.#violations.length === 0 ? undefined : validationFailed(this.#violations);
  }

  #violated(value: string, member: string, constraint: string): void {
    this.#violations.push(`Value ${value} at '${member}' failed to satisfy constraint: ${constraint}`);
  }
}

/** Long values are cut: a refusal is no place for a megabyte. */
function quoted(value: string): string {
  return `'${value.length > 300 ? `${value.slice(0, 300)}...` : value}'`;
}

const compiled = new Map<string, RegExp>();

/** Patterns are the few of the service's model. */
function matches(value: string, pattern: string): boolean {
  let whole = compiled.get(pattern);
  if (whole === undefined) {
    whole = new RegExp(`^(?:${pattern})$`);
    compiled.set(pattern, whole);
  }
  return whole.test(value);
}
