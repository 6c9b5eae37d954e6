import { Packr } from 'msgpackr';
import type { MessageId, QueueAddress } from '../base/ids.js';
import type { Value } from '../store/store.js';
import type { MoveTask, QueueDefinition } from './engine.js';

/** Plain MessagePack: no shared structures, so every record can be read by itself. */
const packr = new Packr({ useRecords: false, moreTypes: false, structuredClone: false });

export interface QueueRecord extends QueueDefinition {
  readonly address: QueueAddress;
  readonly id: number;
  /** Part of every message key; bumped by a purge. */
  readonly generation: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly purgedAt: number;
}

export type CatalogueRecord =
  | { readonly kind: 'queue'; readonly id: number }
  | { readonly kind: 'deleted'; readonly at: number; readonly id: number };

export interface DeletedRecord {
  readonly address: QueueAddress;
  readonly at: number;
}

/** The state of one message. `enqueuedAt` and `seq` are its key; retention counts from `enqueuedAt`. */
export interface MessageState {
  readonly enqueuedAt: number;
  readonly seq: number;
  /** When it is visible next, or has been visible since. A FIFO message that was never received: its queue's delay decides instead. */
  readonly visibleAt: number;
  /** Receives from this queue, those given back included: tells receipts apart, never goes down. */
  readonly claims: number;
  /** Receives as clients see them; goes on across dead-letter moves. */
  readonly receives: number;
  /** Receives that count towards the dead-letter limit of this queue. */
  readonly receivesHere: number;
  readonly claimedAt: number;
  readonly firstReceivedAt: number;
  readonly sentAt: number;
  readonly group: string | undefined;
  /** Listed under `x`: goes to the dead-letter queue when its visibility timeout ends. */
  readonly exhausted: boolean;
  /** In the hands of a worker of the program: of this process, or of one that has ended. */
  readonly held: boolean;
}

/** What never changes while a message stays in its queue. */
export interface MessageBody {
  readonly messageId: MessageId;
  readonly deduplicationId: string | undefined;
  readonly deadLetterSource: QueueAddress | undefined;
  readonly content: Buffer;
}

export interface TaskRecord extends MoveTask {
  /** The next chunk is not moved before this time: the task's rate. */
  readonly nextAt: number;
}

export interface AttemptRecord {
  readonly expiresAt: number;
  readonly claims: readonly { readonly enqueuedAt: number; readonly seq: number; readonly claims: number; readonly visibleAt: number }[];
}

export interface DuplicateRecord {
  readonly messageId: MessageId;
  readonly seq: number;
  readonly expiresAt: number;
}

export function recordOf<T>(): { encode(record: T): Value; decode(value: Value): T } {
  return { encode: (record) => packr.pack(record), decode: (value) => packr.unpack(value) as T };
}

export const queueRecord = recordOf<QueueRecord>();
export const catalogueRecord = recordOf<CatalogueRecord>();
export const deletedRecord = recordOf<DeletedRecord>();
export const taskRecord = recordOf<TaskRecord>();
export const attemptRecord = recordOf<AttemptRecord>();
export const duplicateRecord = recordOf<DuplicateRecord>();

/** Lists of numbers that are read and written by every transaction: eight bytes each, several times faster than MessagePack. */
export const numbers = {
  encode(list: readonly number[]): Value {
    const value = Buffer.allocUnsafe(list.length * 8);
    for (let index = 0; index < list.length; index++) value.writeDoubleBE(list[index] ?? 0, index * 8);
    return value;
  },
  decode(value: Value): readonly number[] {
    const list: number[] = [];
    for (let at = 0; at < value.length; at += 8) list.push(value.readDoubleBE(at));
    return list;
  },
} as const;

/**
 * A message's state, laid out by hand, as every step of its life reads or writes it: four times (48 bits), three counts
 * (32 bits), a byte of flags, the group in UTF-8.
 */
const stateAt = {
  visibleAt: 0,
  claimedAt: 6,
  firstReceivedAt: 12,
  sentAt: 18,
  claims: 24,
  receives: 28,
  receivesHere: 32,
  flags: 36,
  group: 37,
};
const stateFlag = { exhausted: 1, grouped: 2, held: 4 };

export function encodeState(state: MessageState): Value {
  const { group } = state;
  const value = Buffer.allocUnsafe(stateAt.group + (group === undefined ? 0 : Buffer.byteLength(group)));
  value.writeUIntBE(state.visibleAt, stateAt.visibleAt, 6);
  value.writeUIntBE(state.claimedAt, stateAt.claimedAt, 6);
  value.writeUIntBE(state.firstReceivedAt, stateAt.firstReceivedAt, 6);
  value.writeUIntBE(state.sentAt, stateAt.sentAt, 6);
  value.writeUInt32BE(state.claims, stateAt.claims);
  value.writeUInt32BE(state.receives, stateAt.receives);
  value.writeUInt32BE(state.receivesHere, stateAt.receivesHere);
  value[stateAt.flags] =
    (state.exhausted ? stateFlag.exhausted : 0) | (group === undefined ? 0 : stateFlag.grouped) | (state.held ? stateFlag.held : 0);
  if (group !== undefined) value.write(group, stateAt.group);
  return value;
}

export function decodeState(enqueuedAt: number, seq: number, value: Value): MessageState {
  const flags = value[stateAt.flags] ?? 0;
  return {
    enqueuedAt,
    seq,
    visibleAt: value.readUIntBE(stateAt.visibleAt, 6),
    claims: value.readUInt32BE(stateAt.claims),
    receives: value.readUInt32BE(stateAt.receives),
    receivesHere: value.readUInt32BE(stateAt.receivesHere),
    claimedAt: value.readUIntBE(stateAt.claimedAt, 6),
    firstReceivedAt: value.readUIntBE(stateAt.firstReceivedAt, 6),
    sentAt: value.readUIntBE(stateAt.sentAt, 6),
    group: (flags & stateFlag.grouped) === 0 ? undefined : value.toString('utf8', stateAt.group),
    exhausted: (flags & stateFlag.exhausted) !== 0,
    held: (flags & stateFlag.held) !== 0,
  };
}

/** Its three texts, each behind its length in bytes plus one, zero for none, and then the content as it is. */
export function encodeBody({ messageId, deduplicationId, deadLetterSource, content }: MessageBody): Value {
  const value = Buffer.allocUnsafe(textBytes(messageId) + textBytes(deduplicationId) + textBytes(deadLetterSource) + content.length);
  let at = writeText(value, messageId, 0);
  at = writeText(value, deduplicationId, at);
  at = writeText(value, deadLetterSource, at);
  value.set(content, at);
  return value;
}

export function decodeBody(value: Value): MessageBody {
  const messageId = readText(value, 0);
  const deduplicationId = readText(value, messageId.end);
  const deadLetterSource = readText(value, deduplicationId.end);
  return {
    messageId: messageId.text as MessageId,
    deduplicationId: deduplicationId.text,
    deadLetterSource: deadLetterSource.text as QueueAddress | undefined,
    content: value.subarray(deadLetterSource.end),
  };
}

const lengthBytes = 2;

function textBytes(text: string | undefined): number {
  return lengthBytes + (text === undefined ? 0 : Buffer.byteLength(text));
}

/** Answers where the text ends. */
function writeText(value: Value, text: string | undefined, at: number): number {
  const bytes = text === undefined ? -1 : value.write(text, at + lengthBytes);
  value.writeUInt16BE(bytes + 1, at);
  return at + lengthBytes + Math.max(0, bytes);
}

function readText(value: Value, at: number): { readonly text: string | undefined; readonly end: number } {
  const bytes = value.readUInt16BE(at) - 1;
  const from = at + lengthBytes;
  return bytes < 0 ? { text: undefined, end: from } : { text: value.toString('utf8', from, from + bytes), end: from + bytes };
}

/** A 48-bit time or number as a value. */
export function encodeTime(at: number): Value {
  const value = Buffer.allocUnsafe(6);
  value.writeUIntBE(at, 0, 6);
  return value;
}

export function decodeTime(value: Value): number {
  return value.readUIntBE(0, 6);
}

/** The value of keys that say all by being there. */
export const present: Value = Buffer.of(1);
