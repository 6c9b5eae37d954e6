import type { MessageId, ReceiptHandle } from '../../../base/ids.js';
import type { ReceivedMessage } from '../../../engine/engine.js';
import { requestBytesMax } from '../limits.js';
import type { EventRecord } from './event.js';

/** A message in hand. */
export interface Held {
  readonly messageId: MessageId;
  /** Of its latest receive. */
  receipt: ReceiptHandle;
  /** Epoch milliseconds, of that receive. */
  receivedAt: number;
}

const opening = '{"Records":[';
const closing = ']}';

/** Messages on their way to one invocation, and the event that they are. */
export class Batch {
  readonly messages: Held[] = [];
  readonly traceHeaders: string[] = [];
  #records: string[] = [];
  #bytes = opening.length + closing.length;
  #full = false;

  /** `claimMs`: for how long each receive hides its messages. */
  constructor(
    readonly claimMs: number,
    private readonly sizeMax: number,
  ) {}

  get size(): number {
    return this.messages.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Of the first message, when there is one. */
  get receivedAt(): number {
    return this.messages[0]?.receivedAt ?? 0;
  }

  /** It has as many messages as it may, or one did not fit any more. */
  get full(): boolean {
    return this.#full || this.size >= this.sizeMax;
  }

  /** Undefined: it is full, or the event would be larger than an invocation takes. A message by itself always fits. */
  add({ messageId, receipt }: ReceivedMessage, record: EventRecord, receivedAt: number): Held | undefined {
    if (this.full) return undefined;
    const text = JSON.stringify(record);
    const bytes = Buffer.byteLength(text) + 1;
    if (this.size > 0 && this.#bytes + bytes > requestBytesMax) {
      this.#full = true;
      return undefined;
    }
    this.#bytes += bytes;
    this.#records.push(text);
    const held = { messageId, receipt, receivedAt };
    this.messages.push(held);
    const { AWSTraceHeader } = record.attributes;
    if (AWSTraceHeader !== undefined) this.traceHeaders.push(AWSTraceHeader);
    return held;
  }

  /** Once: what it was made from is not kept beside it. */
  takePayload(): Buffer {
    const payload = Buffer.from(opening + this.#records.join(',') + closing);
    this.#records = [];
    return payload;
  }
}
