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

function recordOf<T>(): { encode(record: T): Value; decode(value: Value): T } {
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

type StateTuple = readonly [number, number, number, number, number, number, number, string | null, boolean];

export function encodeState(s: MessageState): Value {
  const tuple: StateTuple = [
    s.visibleAt,
    s.claims,
    s.receives,
    s.receivesHere,
    s.claimedAt,
    s.firstReceivedAt,
    s.sentAt,
    s.group ?? null,
    s.exhausted,
  ];
  return packr.pack(tuple);
}

export function decodeState(enqueuedAt: number, seq: number, value: Value): MessageState {
  const [visibleAt, claims, receives, receivesHere, claimedAt, firstReceivedAt, sentAt, group, exhausted] = packr.unpack(
    value,
  ) as StateTuple;
  return {
    enqueuedAt,
    seq,
    visibleAt,
    claims,
    receives,
    receivesHere,
    claimedAt,
    firstReceivedAt,
    sentAt,
    group: group ?? undefined,
    exhausted,
  };
}

type BodyHead = readonly [MessageId, string | null, QueueAddress | null];

/** The length of the packed head, the head, and the content as it is: it is the bulk, and is copied once. */
export function encodeBody(body: MessageBody): Value {
  const tuple: BodyHead = [body.messageId, body.deduplicationId ?? null, body.deadLetterSource ?? null];
  const head = packr.pack(tuple);
  const value = Buffer.allocUnsafe(headLengthBytes + head.length + body.content.length);
  value.writeUInt16BE(head.length, 0);
  value.set(head, headLengthBytes);
  value.set(body.content, headLengthBytes + head.length);
  return value;
}

export function decodeBody(value: Value): MessageBody {
  const contentAt = headLengthBytes + value.readUInt16BE(0);
  const [messageId, deduplicationId, deadLetterSource] = packr.unpack(value.subarray(headLengthBytes, contentAt)) as BodyHead;
  return {
    messageId,
    deduplicationId: deduplicationId ?? undefined,
    deadLetterSource: deadLetterSource ?? undefined,
    content: value.subarray(contentAt),
  };
}

const headLengthBytes = 2;

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
