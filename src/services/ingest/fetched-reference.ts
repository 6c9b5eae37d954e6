import type { Clock } from '../../base/clock.js';
import { Payload } from './intake.js';
import { limits } from './limits.js';
import { receiveBody } from './receive-body.js';
import type { NewRecord } from './record.js';
import type { ObjectSource, WantedReference } from './reference.js';
import { type Refusal, refused } from './refusal.js';
import type { SpoolWriter } from './spool-writer.js';

export interface FetchParts {
  readonly objects: ObjectSource;
  readonly clock: Clock;
  readonly uploadBytesPerSecondMin: number;
  readonly bytesMax: number;
  /** Fires when the producer is gone. */
  readonly signal: AbortSignal;
}

type Fetched = Pick<NewRecord, 'contentType'> & { readonly reference: NonNullable<NewRecord['reference']> };

/** Fetches an object into the spool while the producer waits. Its checksum is for the caller to compare, when it is all there. */
export async function fetchObject(
  { url, bytes }: WantedReference,
  writer: SpoolWriter,
  { objects, clock, uploadBytesPerSecondMin, bytesMax, signal }: FetchParts,
): Promise<Fetched | Refusal> {
  const opened = await objects.open(new URL(url), signal);
  if (opened.kind !== 'opened') {
    return opened.kind === 'forbidden'
      ? refused('ReferenceRefused', `${url} is not fetched: ${opened.reason}`)
      : unavailable(url, opened.reason);
  }
  const { stream, contentType } = opened;
  const payload = new Payload(writer, bytesMax);
  const sink = {
    take: (chunk: Buffer) => payload.write(chunk) ?? payload.more,
    onRoom: (callback: () => void) => writer.onRoom(callback),
  };
  const received = await receiveBody(stream, sink, clock, uploadBytesPerSecondMin).finally(() => stream.destroy());
  if (received.kind === 'gone') return unavailable(url, 'it broke off');
  if (received.kind === 'refused') return received.code === 'RequestTimeout' ? unavailable(url, received.message) : received;
  if (bytes !== undefined && bytes !== writer.bytes) {
    return refused('ChecksumMismatch', `${url} has ${writer.bytes} bytes, not ${bytes}`);
  }
  return { contentType: contentType?.slice(0, limits.contentTypeMax) ?? 'application/octet-stream', reference: { url, fetched: true } };
}

function unavailable(url: string, reason: string): Refusal {
  return refused('ReferenceUnavailable', `${url} cannot be fetched: ${reason}`);
}
