import type { Refusal } from '../../../wire/refusal.js';
import { constraint } from '../errors.js';

/** STANDARD keeps its history and runs up to a year; EXPRESS answers at once or within five minutes, and keeps nothing. */
export type MachineType = 'STANDARD' | 'EXPRESS';

export function readType(type: string | undefined): MachineType | Refusal {
  if (type === undefined || type === 'STANDARD' || type === 'EXPRESS') return type ?? 'STANDARD';
  return constraint('type', `'${type}'`, 'Member must satisfy enum value set: [STANDARD, EXPRESS]');
}
