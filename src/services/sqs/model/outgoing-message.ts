import { hash } from 'node:crypto';
import type { AccountId } from '../../../base/ids.js';
import { isMessagingId } from '../../../base/messaging-id.js';
import type { Queue } from '../../../engine/engine.js';
import type { NewMessage } from '../../../engine/new-message.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalidMessageContents, invalidRequest, invalidValue, missingParameter, notForThisQueueType } from '../errors.js';
import { delaySecondsMax } from '../limits.js';
import { hasIllegalCharacter } from './characters.js';
import { type AttributeInputs, attributesDigest, readMessageAttributes, readSystemAttributes } from './message-attributes.js';
import { encodeContent } from './message-content.js';
import { maximumMessageBytes } from './queue-attributes.js';

/** A message as SendMessage and the entries of SendMessageBatch carry it. */
export interface MessageInput {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: AttributeInputs | undefined;
  readonly MessageSystemAttributes?: AttributeInputs | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

export interface Sender {
  readonly accountId: AccountId;
  /** The request's `X-Amzn-Trace-Id`: becomes AWSTraceHeader unless that is given. */
  readonly traceHeader?: string | undefined;
}

/** What goes to the engine, and the digests for the answer: always those of what was just sent, for a duplicate too. */
export interface OutgoingMessage {
  readonly message: NewMessage;
  readonly md5OfBody: string;
  readonly md5OfAttributes: string | undefined;
  readonly md5OfSystemAttributes: string | undefined;
}

/** Bytes of the body and the message attributes: what `MaximumMessageSize` and the batch total count. */
export function messageSize(input: MessageInput): number {
  let size = Buffer.byteLength(input.MessageBody ?? '');
  if (input.MessageAttributes === undefined) return size;
  for (const [name, value] of Object.entries(input.MessageAttributes)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value.DataType ?? '');
    size += Buffer.byteLength(value.StringValue ?? '') + (value.BinaryValue?.length ?? 0);
  }
  return size;
}

export function readMessage(
  queue: Queue,
  input: MessageInput,
  sender: Sender,
  tooLong: (maxBytes: number) => Refusal,
): OutgoingMessage | Refusal {
  const body = input.MessageBody ?? '';
  if (body === '') return missingParameter('MessageBody');
  if (hasIllegalCharacter(body)) return invalidMessageContents();

  const attributes = readMessageAttributes(input.MessageAttributes);
  if (isRefusal(attributes)) return attributes;
  const systemAttributes = readSystemAttributes(input.MessageSystemAttributes);
  if (isRefusal(systemAttributes)) return systemAttributes;

  const maxBytes = maximumMessageBytes(queue.properties);
  if (messageSize(input) > maxBytes) return tooLong(maxBytes);

  const placing = queue.settings.ordering === 'fifo' ? placeOnFifo(queue, input, body) : placeOnStandard(input);
  if (isRefusal(placing)) return placing;

  const traceHeader = systemAttributes[0]?.[2] ?? sender.traceHeader;
  const md5OfBody = hash('md5', body);
  const md5OfAttributes = attributes.length === 0 ? undefined : attributesDigest(attributes);
  const content = encodeContent({
    body,
    md5OfBody,
    senderId: sender.accountId,
    traceHeader: typeof traceHeader === 'string' ? traceHeader : undefined,
    attributes,
    md5OfAttributes,
  });
  return {
    message: { content, ...placing },
    md5OfBody,
    md5OfAttributes,
    md5OfSystemAttributes: systemAttributes.length === 0 ? undefined : attributesDigest(systemAttributes),
  };
}

type Placing = Omit<NewMessage, 'content'>;

/** A group on a standard queue is a tenant (fair queues): it orders and locks nothing. */
function placeOnStandard(input: MessageInput): Placing | Refusal {
  const { DelaySeconds: delay, MessageGroupId: group, MessageDeduplicationId: deduplicationId } = input;
  if (delay !== undefined && !isDelay(delay)) return invalidDelay(delay);
  if (group !== undefined && !isMessagingId(group)) return invalidId('MessageGroupId', group);
  if (deduplicationId !== undefined) {
    return invalidValue(
      deduplicationId,
      'MessageDeduplicationId',
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  return { ...(delay !== undefined && { delayMs: delay * 1000 }), ...(group !== undefined && { group }) };
}

/** A delay of 0 is tolerated and changes nothing: the queue's own delay applies. */
function placeOnFifo(queue: Queue, input: MessageInput, body: string): Placing | Refusal {
  const { DelaySeconds: delay, MessageGroupId: group } = input;
  if (delay !== undefined && !isDelay(delay)) return invalidDelay(delay);
  if (delay !== undefined && delay !== 0) return notForThisQueueType(delay, 'DelaySeconds');
  if (group === undefined) return missingParameter('MessageGroupId');
  if (!isMessagingId(group)) return invalidId('MessageGroupId', group);
  const deduplicationId = input.MessageDeduplicationId ?? contentId(queue, body);
  if (deduplicationId === undefined) return deduplicationIdNeeded();
  if (!isMessagingId(deduplicationId)) return invalidId('MessageDeduplicationId', deduplicationId);
  return { group, deduplicationId };
}

/** Whether a FIFO queue can tell a message without an explicit id from its duplicates. */
export function deduplicatesByContent(queue: Queue): boolean {
  return queue.properties.ContentBasedDeduplication === 'true';
}

export function deduplicationIdNeeded(): Refusal {
  return invalidRequest('The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
}

/** Of the body only: other attributes do not make another message. */
function contentId(queue: Queue, body: string): string | undefined {
  return deduplicatesByContent(queue) ? hash('sha256', body) : undefined;
}

function isDelay(delay: number): boolean {
  return Number.isInteger(delay) && delay >= 0 && delay <= delaySecondsMax;
}

function invalidDelay(delay: number): Refusal {
  return invalidValue(delay, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${delaySecondsMax}.`);
}

export function invalidId(parameter: string, value: string): Refusal {
  return invalidValue(value, parameter, `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);
}

/** 20 digits. */
export function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(20, '0');
}
