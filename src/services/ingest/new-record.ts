import type { Taken } from './intake.js';
import type { Caller } from './keys/key-refusal.js';
import { limits } from './limits.js';
import type { MessageSecurityContext, NewRecord, ReceivedRecord } from './record.js';
import { type Refusal, refused } from './refusal.js';
import { headerOf, type IngestRequest } from './request.js';
import type { Spooled } from './spool-writer.js';

/** A payload in the spool, and what came with it. */
export interface Filled extends Omit<Taken, 'kind' | 'reference'>, Spooled {
  readonly kind: 'filled';
  readonly reference?: NewRecord['reference'];
}

export interface Arrival {
  readonly messageID: string;
  readonly pipeline: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly sender: MessageSecurityContext;
  readonly traceHeader: string | undefined;
}

export function newRecord({ messageID, pipeline, receivedAt, sender, traceHeader }: Arrival, filled: Filled): ReceivedRecord {
  const { messageMetaData, bytes, sha256, contentType, form, reference } = filled;
  return {
    messageID,
    messageMetaData,
    storageContext: {
      spoolReference: { key: messageID },
      S3Reference: null,
      metaDataReference: null,
      persistence: { S3: false, metaData: false },
    },
    messageSecurityContext: sender,
    pipeline,
    bytes,
    sha256,
    contentType,
    form,
    receivedAt,
    ...(reference !== undefined && { reference }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}

export function securityContext(request: IngestRequest, { keyName, keyID }: Caller): MessageSecurityContext {
  const { sourceAddress, requestId, tls } = request;
  const userAgent = headerOf(request, 'user-agent')?.slice(0, limits.userAgentMax) ?? null;
  return { keyName, keyID, sourceAddress, userAgent, requestID: requestId, tls };
}

/** What the client says of its body besides the metadata. */
export interface Promises {
  readonly kind: 'promises';
  /** Of the payload, in hex. */
  readonly sha256: string | undefined;
  readonly idempotencyKey: string | undefined;
}

export function promisesOf(request: IngestRequest): Promises | Refusal {
  const idempotencyKey = headerOf(request, 'idempotency-key');
  if (idempotencyKey !== undefined && !/^[\x20-\x7e]{1,256}$/.test(idempotencyKey)) {
    return refused('MalformedRequest', 'the header idempotency-key has the wrong form: expected 1 to 256 printable ASCII characters');
  }
  const checksum = headerOf(request, 'x-amz-checksum-sha256');
  const sha256 = checksum === undefined ? undefined : Buffer.from(checksum, 'base64');
  if (sha256 !== undefined && (sha256.length !== 32 || sha256.toString('base64') !== checksum)) {
    return refused('MalformedRequest', 'the header x-amz-checksum-sha256 has the wrong form: expected the 32 bytes of a SHA-256 in base64');
  }
  return { kind: 'promises', sha256: sha256?.toString('hex'), idempotencyKey };
}

/** What the same record would be sent again with. Idempotency keys are those of one API key: producers do not know each other's. */
export function onceKeys(
  { messageMetaData }: Pick<NewRecord, 'messageMetaData'>,
  { keyID }: Caller,
  { idempotencyKey }: Promises,
): readonly string[] {
  const { sourceSystemID, sourceTransactionID } = messageMetaData;
  const keys: string[] = [];
  if (sourceTransactionID !== undefined) keys.push(JSON.stringify(['transaction', sourceSystemID ?? null, sourceTransactionID]));
  if (idempotencyKey !== undefined) keys.push(JSON.stringify(['key', keyID, idempotencyKey]));
  return keys;
}
