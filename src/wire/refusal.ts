import { ServiceError } from './service.js';

/** Anything that a rule may hand back instead of a value. */
export type Refusal = ServiceError;

export function isRefusal(value: unknown): value is Refusal {
  return value instanceof ServiceError;
}

/** At the edge of an operation: a refusal is thrown to the caller, a value goes on. */
export function accept<T>(value: T): Exclude<T, Refusal> {
  if (value instanceof ServiceError) throw value;
  return value as Exclude<T, Refusal>;
}
