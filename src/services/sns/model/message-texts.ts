import { isObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import type { Platform } from '../mobile/platform.js';

/** What a message says: one text for all, or one for each protocol (`MessageStructure` `json`). */
export interface MessageTexts {
  readonly default: string;
  /** By protocol; what is not here takes the default. */
  readonly others: ReadonlyMap<string, string>;
}

const none: ReadonlyMap<string, string> = new Map();

/** `audience`: a protocol or a platform. Platforms without a text of their own take that of `application`. */
export function textFor({ default: text, others }: MessageTexts, audience: string): string {
  return others.get(audience) ?? (platforms.includes(audience) ? others.get('application') : undefined) ?? text;
}

/** Whose messages are wrapped, and so signed. */
const envelopeProtocols = ['sqs', 'http', 'https', 'email', 'email-json', 'sms', 'lambda', 'application'];
/** Keys of payloads for mobile apps. */
const platforms: readonly string[] = [
  'APNS',
  'APNS_SANDBOX',
  'APNS_VOIP',
  'APNS_VOIP_SANDBOX',
  'MACOS',
  'MACOS_SANDBOX',
  'GCM',
  'ADM',
  'BAIDU',
  'MPNS',
  'WNS',
];
const known: ReadonlySet<string> = new Set([...envelopeProtocols, ...platforms]);

/** Each text that some subscription may get wrapped, once; the default first. */
export function textsOf({ default: text, others }: MessageTexts): readonly string[] {
  return [...new Set([text, ...[...envelopeProtocols, ...platforms].map((audience) => textFor({ default: text, others }, audience))])];
}

/** `platform`: whose text alone will do, where the message is for that one. */
export function readTexts(message: string, structure: string | undefined, platform?: Platform): MessageTexts | Refusal {
  if (structure === undefined || structure === '') return { default: message, others: none };
  if (structure !== 'json') return invalid('MessageStructure');
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return unparsable();
  }
  if (!isObject(parsed)) return unparsable();
  const text = scalarText(parsed.default) ?? (platform !== undefined && typeof parsed[platform] === 'string' ? '' : undefined);
  if (text === undefined) {
    return invalid(
      platform === undefined
        ? 'Message Structure - No default entry in JSON message body'
        : `JSON must contain an entry for 'default' or '${platform}'.`,
    );
  }
  const others = new Map<string, string>();
  for (const [protocol, value] of Object.entries(parsed)) if (known.has(protocol) && typeof value === 'string') others.set(protocol, value);
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
