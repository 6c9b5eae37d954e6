import { hash } from 'node:crypto';
import type { AccountId } from '../../base/ids.js';
import { messageAttributesMax } from './limits.js';
import { hasIllegalCharacter } from './model/characters.js';
import { attributesDigest, type MessageAttribute } from './model/message-attributes.js';
import { encodeContent } from './model/message-content.js';
import { maximumMessageBytes } from './model/queue-attributes.js';

/** A message that comes from within the broker instead of by SendMessage. */
export interface DeliveredMessage {
  readonly body: string;
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly value: string | Buffer }[];
  readonly senderId: AccountId;
  readonly traceHeader: string | undefined;
}

/** Its content as queues hold it; undefined for what SendMessage would refuse on any queue. */
export function deliveredContent({ body, attributes: given, senderId, traceHeader }: DeliveredMessage): Buffer | undefined {
  if (given.length > messageAttributesMax || body === '' || hasIllegalCharacter(body)) return undefined;
  if (given.some(({ value }) => typeof value === 'string' && hasIllegalCharacter(value))) return undefined;
  const attributes = given.map(({ name, type, value }): MessageAttribute => [name, type, value]).sort(byName);
  return encodeContent({
    body,
    md5OfBody: hash('md5', body),
    senderId,
    traceHeader,
    attributes,
    md5OfAttributes: attributes.length === 0 ? undefined : attributesDigest(attributes),
  });
}

/** In the order of `Array.sort` on the names alone, as sent messages have it. */
function byName([a]: MessageAttribute, [b]: MessageAttribute): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether the queue's `MaximumMessageSize` admits it. */
export function queueTakes({ properties }: { readonly properties: Readonly<Record<string, string>> }, bytes: number): boolean {
  return bytes <= maximumMessageBytes(properties);
}
