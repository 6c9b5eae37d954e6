import type { ReceivedMessage } from '../../../engine/engine.js';
import type { Refusal } from '../../../wire/refusal.js';
import { unknownAttribute } from '../errors.js';
import { attributesDigest, type MessageAttribute, selectAttributes } from './message-attributes.js';
import { decodeContent } from './message-content.js';
import { sequenceNumber } from './outgoing-message.js';

/** What a receive asks to be told of each message. */
export interface Wanted {
  /** System attributes by name; undefined means all that are present. */
  readonly systemNames: ReadonlySet<string> | undefined;
  /** As in MessageAttributeNames: names, prefixes, `All`. */
  readonly attributeNames: readonly string[];
  readonly ordering: 'standard' | 'fifo';
}

const systemNames: ReadonlySet<string> = new Set([
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'AWSTraceHeader',
  'MessageGroupId',
  'MessageDeduplicationId',
  'SequenceNumber',
  'DeadLetterQueueSourceArn',
]);

/** The union of the two lists that may name system attributes; undefined for all. */
export function readSystemNames(...lists: readonly (readonly string[] | undefined)[]): ReadonlySet<string> | undefined | Refusal {
  const names = new Set<string>();
  let all = false;
  for (const name of lists.flatMap((list) => list ?? [])) {
    if (name === 'All') all = true;
    else if (systemNames.has(name)) names.add(name);
    else return unknownAttribute(name);
  }
  return all ? undefined : names;
}

export function receivedMessage(message: ReceivedMessage, wanted: Wanted) {
  const content = decodeContent(message.content);
  const attributes = selectAttributes(content.attributes, wanted.attributeNames);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receipt,
    MD5OfBody: content.md5OfBody,
    Body: content.body,
    Attributes: systemAttributes(message, content.senderId, content.traceHeader, wanted),
    MD5OfMessageAttributes: digestOf(attributes, content.attributes, content.md5OfAttributes),
    MessageAttributes: attributes.length === 0 ? undefined : Object.fromEntries(attributes.map(attributeEntry)),
  };
}

/** Over the attributes that are returned, which are mostly all or none. */
function digestOf(
  returned: readonly MessageAttribute[],
  all: readonly MessageAttribute[],
  digestOfAll: string | undefined,
): string | undefined {
  if (returned.length === all.length) return digestOfAll;
  return returned.length === 0 ? undefined : attributesDigest(returned);
}

function attributeEntry([name, dataType, value]: MessageAttribute) {
  return [
    name,
    typeof value === 'string' ? { StringValue: value, DataType: dataType } : { BinaryValue: value, DataType: dataType },
  ] as const;
}

function systemAttributes(
  message: ReceivedMessage,
  senderId: string,
  traceHeader: string | undefined,
  { systemNames: names, ordering }: Wanted,
): Readonly<Record<string, string>> | undefined {
  if (names?.size === 0) return undefined;
  const attributes: Record<string, string> = {};
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && (names === undefined || names.has(name))) attributes[name] = value;
  };
  add('SenderId', senderId);
  add('SentTimestamp', String(message.sentAt));
  add('ApproximateReceiveCount', String(message.receives));
  add('ApproximateFirstReceiveTimestamp', String(message.firstReceivedAt));
  add('AWSTraceHeader', traceHeader);
  add('MessageGroupId', message.group);
  if (ordering === 'fifo') {
    add('MessageDeduplicationId', message.deduplicationId);
    add('SequenceNumber', sequenceNumber(message.sequence));
  }
  add('DeadLetterQueueSourceArn', message.deadLetterSource);
  return Object.keys(attributes).length === 0 ? undefined : attributes;
}
