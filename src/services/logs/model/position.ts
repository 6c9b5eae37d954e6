import type { Position } from '../log-group.js';

const digits = 16;

/** Digits that order as positions do: ids of events, and what pages go on from. */
export function encodePosition({ file, offset }: Position): string {
  return `${String(file).padStart(digits, '0')}${String(offset).padStart(digits, '0')}`;
}

/** Undefined for what is none. */
export function readPosition(text: string): Position | undefined {
  if (!/^\d{32}$/.test(text)) return undefined;
  return { file: Number(text.slice(0, digits)), offset: Number(text.slice(digits)) };
}
