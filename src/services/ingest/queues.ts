import type { QueueAddress } from '../../base/ids.js';
import { type Engine, internalQueues, type Queue } from '../../engine/engine.js';

/** What a message of the queue `accepted` says: its record's workflow is to be started. */
export interface AcceptedMessage {
  readonly messageID: string;
}

const day = 86_400_000;

/** Records of this pipeline whose workflows have not been started. Undefined: the disk is full. */
export async function acceptedQueue(engine: Pick<Engine, 'createQueue' | 'findQueue'>, pipeline: string): Promise<Queue | undefined> {
  const address = `${internalQueues}ingest/${pipeline}/accepted` as QueueAddress;
  const known = await engine.findQueue(address);
  if (known !== undefined) return known;
  const settings = {
    ordering: 'standard',
    visibilityTimeoutMs: 30_000,
    delayMs: 0,
    retentionMs: 36_500 * day,
    deduplicationScope: 'queue',
  } as const;
  const outcome = await engine.createQueue(address, { settings, properties: {}, tags: {} });
  return outcome.kind === 'created' || outcome.kind === 'exists' ? outcome.queue : undefined;
}

export function encodeAccepted(message: AcceptedMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

export function decodeAccepted(content: Buffer): AcceptedMessage {
  return JSON.parse(content.toString()) as AcceptedMessage;
}
