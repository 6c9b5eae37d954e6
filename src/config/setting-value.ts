import { ConfigError } from './config-error.js';
import type { Setting, ValueKind } from './settings.js';

type Value = string | number | boolean;

const switchTexts: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** From a flag or a variable. `where` names it in errors. */
export function readText(setting: Setting, text: string, where: string): Value {
  const { value: kind } = setting;
  switch (kind.kind) {
    case 'integer':
      return checked(kind, /^\d{1,9}$/.test(text) ? Number(text) : text, where);
    case 'switch':
      return checked(kind, switchTexts.get(text.toLowerCase()) ?? text, where);
    case 'choice':
    case 'origin':
    case 'text':
      return checked(kind, text, where);
  }
}

/** From a file or a program. */
export function readValue(setting: Setting, value: unknown, where: string): Value {
  return checked(setting.value, value, where);
}

function checked(kind: ValueKind, value: unknown, where: string): Value {
  if (isValid(kind, value)) return value;
  throw new ConfigError(`${where} is ${JSON.stringify(value)}: expected ${expectedOf(kind)}`);
}

function isValid(kind: ValueKind, value: unknown): value is Value {
  switch (kind.kind) {
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && value >= kind.min && value <= kind.max;
    case 'choice':
      return typeof value === 'string' && kind.of.includes(value);
    case 'text':
      return typeof value === 'string' && value !== '' && !value.includes('\0');
    case 'origin':
      return typeof value === 'string' && isOrigin(value);
    case 'switch':
      return typeof value === 'boolean';
  }
}

function expectedOf(kind: ValueKind): string {
  switch (kind.kind) {
    case 'integer':
      return `an integer from ${kind.min} to ${kind.max}`;
    case 'choice':
      return `one of ${kind.of.join(', ')}`;
    case 'text':
      return kind.expected;
    case 'origin':
      return 'an http or https URL of scheme and host, in lower case and with the port where it is not the usual one, and nothing after it: https://queues.example.com';
    case 'switch':
      return 'true or false';
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}
