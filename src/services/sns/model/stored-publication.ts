import type { MessageId, TopicAddress } from '../../../base/ids.js';
import type { W3cTrace } from '../../../base/trace-context.js';
import type { Message } from './message.js';
import type { MessageAttribute } from './message-attributes.js';

/** A message that was accepted, with all that its deliveries have in common. */
export interface Publication {
  readonly topic: TopicAddress;
  readonly messageId: MessageId;
  /** ISO 8601, milliseconds. */
  readonly timestamp: string;
  readonly message: Message;
  /** Of this server, as the publisher reached it: links in messages begin with it. */
  readonly origin: string;
  readonly traceHeader: string | undefined;
  readonly w3cTrace: W3cTrace | undefined;
  /** It tells of an endpoint of a platform application: that it does not reach a device is told to nobody, or failures could multiply without end. */
  readonly isApplicationEvent: boolean;
}

interface StoredAttribute {
  readonly name: string;
  readonly type: string;
  readonly text?: string;
  readonly base64?: string;
}

/** A publication as JSON, for jobs that deliver it later. */
export interface StoredPublication extends Omit<Publication, 'message'> {
  readonly message: Omit<Message, 'texts' | 'attributes'> & {
    readonly text: string;
    readonly others: readonly (readonly [string, string])[];
    readonly attributes: readonly StoredAttribute[];
  };
}

export function storedPublication(publication: Publication): StoredPublication {
  const { texts, attributes, ...message } = publication.message;
  return {
    ...publication,
    message: { ...message, text: texts.default, others: [...texts.others], attributes: attributes.map(storedAttribute) },
  };
}

/** Member by member: replays read very many. */
export function readPublication({
  topic,
  messageId,
  timestamp,
  origin,
  traceHeader,
  w3cTrace,
  isApplicationEvent = false,
  message: stored,
}: StoredPublication): Publication {
  const { text, others, attributes, subject, group, deduplicationId, bytes } = stored;
  const texts = { default: text, others: new Map(others) };
  const message = { texts, subject, attributes: attributes.map(readAttribute), group, deduplicationId, bytes };
  return { topic, messageId, timestamp, message, origin, traceHeader, w3cTrace, isApplicationEvent };
}

function storedAttribute({ name, type, value }: MessageAttribute): StoredAttribute {
  return typeof value === 'string' ? { name, type, text: value } : { name, type, base64: value.toString('base64') };
}

function readAttribute({ name, type, text, base64 }: StoredAttribute): MessageAttribute {
  return { name, type, value: base64 === undefined ? (text ?? '') : Buffer.from(base64, 'base64') };
}
