import { hash } from 'node:crypto';
import { isMessagingId } from '../../../base/messaging-id.js';
import type { Topic } from '../../../engine/topics/topics.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid, MessageTooLong, nullNotAllowed } from '../errors.js';
import { subjectCharsMax } from '../limits.js';
import { readSmsOptions } from '../sms/sms-options.js';
import { type AttributeInputs, attributesBytes, type MessageAttribute, readMessageAttributes } from './message-attributes.js';
import { type MessageTexts, readTexts } from './message-texts.js';
import { maximumMessageBytes } from './topic-attributes.js';

/** A message as Publish and the entries of PublishBatch carry it. */
export interface MessageInput {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: AttributeInputs | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

/** A message that may be published. */
export interface Message {
  readonly texts: MessageTexts;
  readonly subject: string | undefined;
  readonly attributes: readonly MessageAttribute[];
  /** FIFO topics: always. Standard topics: the tenant, for fair queues. */
  readonly group: string | undefined;
  /** FIFO topics: always. */
  readonly deduplicationId: string | undefined;
  /** Body and attributes. */
  readonly bytes: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacter = /[\u0000-\u001f\u007f]/;

/** What concerns the message as such. In a batch, these refuse one entry of a standard topic. */
export function checkText({ Message: text, Subject: subject }: MessageInput): Refusal | undefined {
  if (text === '') return invalid('Empty message');
  if (subject !== undefined && (subject === '' || subject.length > subjectCharsMax || controlCharacter.test(subject)))
    return invalid('Subject');
  return undefined;
}

/** `path` is where the members stand in the request: `messageAttributes`, or that of a batch's entry. */
export function readMessage(topic: Topic, input: MessageInput, path: string): Message | Refusal {
  const { Message: text } = input;
  if (text === undefined) return nullNotAllowed('message');
  const attributes = readMessageAttributes(input.MessageAttributes, path);
  if (isRefusal(attributes)) return attributes;
  const smsOptions = readSmsOptions(attributes);
  if (isRefusal(smsOptions)) return smsOptions;
  const placing = topic.settings.ordering === 'fifo' ? placeOnFifo(topic, input, text) : placeOnStandard(input);
  if (isRefusal(placing)) return placing;
  const refusal = checkText(input);
  if (refusal !== undefined) return refusal;
  const bytes = Buffer.byteLength(text) + attributesBytes(attributes);
  if (bytes > maximumMessageBytes(topic)) return new MessageTooLong();
  const texts = readTexts(text, input.MessageStructure);
  if (isRefusal(texts)) return texts;
  return { texts, subject: input.Subject, attributes, ...placing, bytes };
}

type Placing = Pick<Message, 'group' | 'deduplicationId'>;

function placeOnStandard({ MessageGroupId: group, MessageDeduplicationId: deduplicationId }: MessageInput): Placing | Refusal {
  if (deduplicationId !== undefined) {
    return invalid(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  return group === undefined || isMessagingId(group) ? { group, deduplicationId } : invalidId('MessageGroupId');
}

function placeOnFifo(topic: Topic, input: MessageInput, text: string): Placing | Refusal {
  const { MessageGroupId: group } = input;
  if (group === undefined) return invalid('The MessageGroupId parameter is required for FIFO topics');
  if (!isMessagingId(group)) return invalidId('MessageGroupId');
  const deduplicationId = input.MessageDeduplicationId ?? contentId(topic, text);
  if (deduplicationId === undefined) {
    return invalid('The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
  }
  return isMessagingId(deduplicationId) ? { group, deduplicationId } : invalidId('MessageDeduplicationId');
}

/** Of the whole text as it was sent, and of nothing else. */
function contentId({ properties }: Topic, text: string): string | undefined {
  return properties.ContentBasedDeduplication === 'true' ? hash('sha256', text) : undefined;
}

function invalidId(parameter: string): Refusal {
  return invalid(`${parameter} Reason: ${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length`);
}

/** 20 digits. */
export function sequenceNumber(sequence: number): string {
  return String(sequence).padStart(20, '0');
}
