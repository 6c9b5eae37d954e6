import type { MessageMetaData } from './record.js';
import type { IngestReply } from './request.js';

/** The catalogue of refusals: what a request can be answered besides a receipt. */
export const refusalStatus = {
  ForbiddenException: 403,
  TooManyRequestsException: 429,
  LimitExceededException: 429,
  UnknownPipeline: 404,
  UnknownPath: 404,
  MethodNotAllowed: 405,
  MalformedRequest: 400,
  InvalidMetaData: 400,
  InvalidPayload: 400,
  InvalidReference: 400,
  ReferenceRefused: 400,
  ReferenceUnavailable: 502,
  ChecksumMismatch: 400,
  PayloadTooLarge: 413,
  RequestTimeout: 408,
  UnsupportedContentEncoding: 415,
  TransactionConflict: 409,
  InvalidParameter: 400,
  UnknownRecord: 404,
  PayloadMissing: 410,
  PayloadAltered: 500,
  ArchiveUnavailable: 502,
  RangeNotSatisfiable: 416,
  TooManyUploads: 503,
  TooManyFollowers: 503,
  StorageFull: 503,
} as const satisfies Readonly<Record<string, number>>;

export type RefusalCode = keyof typeof refusalStatus;

/** One thing that is wrong, and where: a JSON Pointer, or the name of a header. */
export interface Problem {
  readonly path: string;
  readonly problem: string;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly message: string;
  readonly problems?: readonly Problem[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Of the record that is in the way. */
  readonly messageID?: string | undefined;
  readonly allow?: string | undefined;
  /** Of the payload that a range was asked of. */
  readonly bytes?: number | undefined;
  /** Of the record that is refused: for those who keep refusals, not for the answer. */
  readonly messageMetaData?: MessageMetaData | undefined;
}

type RefusalDetails = Pick<Refusal, 'problems' | 'retryAfterSeconds' | 'messageID' | 'allow' | 'bytes'>;

export function refused(code: RefusalCode, message: string, details: RefusalDetails = {}): Refusal {
  return { kind: 'refused', code, message, ...details };
}

export function refusalReply(
  { code, message, problems, messageID, retryAfterSeconds, allow, bytes }: Refusal,
  operation: string,
  requestId: string,
): IngestReply {
  const headers: string[] = [];
  if (retryAfterSeconds !== undefined) headers.push('Retry-After', String(retryAfterSeconds));
  if (allow !== undefined) headers.push('Allow', allow);
  if (bytes !== undefined) headers.push('Content-Range', `bytes */${bytes}`);
  return {
    operation,
    outcome: code,
    status: refusalStatus[code],
    contentType: 'application/json',
    body: `${JSON.stringify({ error: code, message, problems, messageID, requestId })}\n`,
    headers,
  };
}
