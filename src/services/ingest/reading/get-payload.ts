import type { ByteRange, OpenObject } from '../archive/object-store.js';
import type { IngestRecord } from '../record.js';
import { type Refusal, refused } from '../refusal.js';
import { headerOf, type IngestReply } from '../request.js';
import { readRange } from './byte-range.js';
import type { Reading } from './request.js';

const operation = 'GetPayload';

/** Where payloads are. Undefined: there is none of this key. */
export interface PayloadPlaces {
  spooled(pipeline: string, key: string, bytes: number, range?: ByteRange): Promise<OpenObject | undefined>;
  archived(pipeline: string, key: string, range?: ByteRange): Promise<OpenObject | undefined>;
}

type Place = 'archive' | 'spool';

/**
 * `GET` or `HEAD .../records/{messageID}/payload`: the bytes as they were received, from the archive once they are there, else from the spool; `?from=`
 * says from where alone. One range is answered in part. `ETag` and `Repr-Digest` (RFC 9530) hold the SHA-256 that was computed on receipt: who reads to
 * the end can compare. Errors: `InvalidParameter`, `PayloadMissing`, `PayloadAltered`, `RangeNotSatisfiable`.
 */
export async function getPayload(
  { request }: Reading,
  record: IngestRecord,
  places: PayloadPlaces,
  /** Reads the record again. */
  reread: () => Promise<IngestRecord | undefined>,
): Promise<IngestReply | Refusal> {
  const only = request.query.get('from') ?? undefined;
  if (only !== undefined && only !== 'archive' && only !== 'spool') {
    return refused('InvalidParameter', `from is ${JSON.stringify(only)}: expected archive or spool`);
  }
  const { bytes, sha256 } = record;
  const etag = `"${sha256}"`;
  if (headerOf(request, 'if-none-match')?.includes(etag) === true) {
    return { operation, outcome: 'ok', status: 304, contentType: record.contentType, body: '', headers: ['ETag', etag] };
  }
  const condition = headerOf(request, 'if-range');
  const range = condition === undefined || condition === etag ? readRange(headerOf(request, 'range'), bytes) : undefined;
  if (range === 'notSatisfiable') {
    return refused('RangeNotSatisfiable', `the payload has ${bytes} bytes: the range lies behind them`, { bytes });
  }
  // A payload leaves the spool once it is in the archive: that may have been since the record was read.
  const opened = (await openPayload(places, record, only, range)) ?? (await openPayload(places, (await reread()) ?? record, only, range));
  if (opened === undefined) return missing(record, only);
  if (opened.object.bytes !== bytes) {
    opened.object.stream.destroy();
    return refused('PayloadAltered', `in the ${opened.place} it has ${opened.object.bytes} bytes, and ${bytes} were received`);
  }
  const headers = headersOf(record, etag, opened.place);
  if (range !== undefined) headers.push('Content-Range', `bytes ${range.first}-${range.last}/${bytes}`);
  const part = { operation, outcome: 'ok', status: range === undefined ? 200 : 206, contentType: record.contentType, headers } as const;
  const length = range === undefined ? bytes : range.last - range.first + 1;
  if (request.method === 'HEAD') {
    opened.object.stream.destroy();
    return { ...part, body: '', bytes: length };
  }
  return { ...part, body: opened.object.stream, bytes: length };
}

interface Opened {
  readonly place: Place;
  readonly object: OpenObject;
}

async function openPayload(places: PayloadPlaces, record: IngestRecord, only: Place | undefined, range: ByteRange | undefined) {
  const { S3Reference, spoolReference } = record.storageContext;
  const inArchive = async (): Promise<Opened | undefined> => {
    const object = S3Reference === null ? undefined : await places.archived(record.pipeline, S3Reference.key, range);
    return object && { place: 'archive', object };
  };
  const inSpool = async (): Promise<Opened | undefined> => {
    const object = spoolReference === null ? undefined : await places.spooled(record.pipeline, spoolReference.key, record.bytes, range);
    return object && { place: 'spool', object };
  };
  if (only === 'archive') return inArchive();
  if (only === 'spool') return inSpool();
  return (await inArchive()) ?? (await inSpool());
}

function missing({ messageID, storageContext }: IngestRecord, only: Place | undefined): Refusal {
  const isToBe = only === 'spool' ? storageContext.spoolReference !== null : storageContext.persistence.S3;
  const where = only === undefined ? 'neither in the archive nor in the spool' : `not in the ${only}`;
  const why = isToBe ? ', where the record says that it is' : '';
  return refused('PayloadMissing', `the payload of ${messageID} is ${where}${why}`);
}

/** What producers send may be a page with scripts: a browser is told to keep it as a file. */
function headersOf({ messageID, sha256 }: IngestRecord, etag: string, place: Place): string[] {
  return [
    'ETag',
    etag,
    'Repr-Digest',
    `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    'Accept-Ranges',
    'bytes',
    'Content-Disposition',
    `attachment; filename="${messageID}"`,
    'X-Content-Type-Options',
    'nosniff',
    'X-Signalbox-Read-From',
    place,
  ];
}
