import { isObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';

/** What a message says: one text for all, or one for each protocol (`MessageStructure` `json`). */
export interface MessageTexts {
  readonly default: string;
  /** By protocol; what is not here takes the default. */
  readonly others: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<string, string> = new Map();

export function textFor({ default: text, others }: MessageTexts, protocol: string): string {
  return others.get(protocol) ?? text;
}

export function readTexts(message: string, structure: string | undefined): MessageTexts | Refusal {
  if (structure === undefined || structure === '') return { default: message, others: none };
  if (structure !== 'json') return invalid('MessageStructure');
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return unparsable();
  }
  if (!isObject(parsed)) return unparsable();
  const text = scalarText(parsed.default);
  if (text === undefined) return invalid('Message Structure - No default entry in JSON message body');
  const others = new Map<string, string>();
  for (const [protocol, value] of Object.entries(parsed))
    if (protocol !== 'default' && typeof value === 'string') others.set(protocol, value);
  return { default: text, others };
}

function unparsable(): Refusal {
  return invalid('Message Structure - JSON message body failed to parse');
}

/** Of the default: numbers and booleans become text, what is nested is refused. */
function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
