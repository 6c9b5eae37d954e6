import type { Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';

/** The members of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

export function wrong(text: string): Refusal {
  return invalid(`DataProtectionPolicy Reason: ${text}`);
}

/** Nothing is accepted and ignored. */
export function checkFields(fields: Fields, where: string, known: readonly string[]): Refusal | undefined {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  return unknown === undefined ? undefined : wrong(`${where} has the unknown member ${unknown}`);
}
