import type { QueueAddress } from '../../base/ids.js';
import type { Engine, Queue } from '../../engine/engine.js';
import { internalQueue } from '../../engine/queue-worker.js';

/** What a message of the queue `accepted` says: its record's workflow is to be started. */
export interface AcceptedMessage {
  readonly messageID: string;
}

/** Of the records of this pipeline whose workflows have not been started. It is made with the first one. */
export function acceptedAddress(pipeline: string): QueueAddress {
  return `internal/ingest/${pipeline}/accepted` as QueueAddress;
}

/** Undefined: the disk is full. */
export function acceptedQueue(engine: Pick<Engine, 'createQueue'>, pipeline: string): Promise<Queue | undefined> {
  return internalQueue(engine, acceptedAddress(pipeline));
}

export function encodeAccepted(message: AcceptedMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

export function decodeAccepted(content: Buffer): AcceptedMessage {
  return JSON.parse(content.toString()) as AcceptedMessage;
}
