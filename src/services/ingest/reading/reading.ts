import type { Clock } from '../../../base/clock.js';
import type { ChangeLog } from '../change-log.js';
import type { ApiKeys } from '../keys/api-keys.js';
import { keyRefusalReply } from '../keys/key-refusal.js';
import type { RecordStore } from '../record-store.js';
import { type Refusal, refusalReply, refused } from '../refusal.js';
import type { Refusals } from '../refusals.js';
import { headerOf, type IngestReply } from '../request.js';
import type { Changes } from './changes.js';
import { findRecords } from './find-records.js';
import { findRefusals } from './find-refusals.js';
import { followRecords } from './follow-records.js';
import { getCustody } from './get-custody.js';
import { getPayload, type PayloadPlaces } from './get-payload.js';
import { listArchive, type SharedArchive } from './list-archive.js';
import { found, type Reading, type ReadingOperation, type ReadingRequest } from './request.js';
import { shownRecord } from './shown-record.js';

export interface ReadingParts {
  readonly records: Pick<RecordStore, 'read' | 'find' | 'custody' | 'custodyHead'>;
  readonly refusals: Pick<Refusals, 'list'>;
  readonly payloads: PayloadPlaces;
  readonly log: ChangeLog;
  readonly changes: Changes;
  readonly keys: Pick<ApiKeys, 'authenticate'>;
  /** Undefined: there is no such pipeline. */
  readonly archiveOf: (pipeline: string) => SharedArchive | undefined;
  readonly clock: Clock;
}

/**
 * Where records can be looked at: with a key that may read, and for programs on the broker's own machine, which can read its data folder anyway, without
 * one, below the broker's own pages.
 */
export const readingPath =
  /^\/(?:(?<local>_signalbox\/ingest\/pipelines)|ingest)\/(?<pipeline>[^/]+)\/(?<what>(?:records|custody|events|refusals|archive)(?:\/.*)?)$/;

/** The life of a look at records: path, method, authenticate, find the pipeline, read, encode what was refused. */
export async function read(parts: ReadingParts, request: ReadingRequest): Promise<IngestReply> {
  const path = readingPath.exec(request.path)?.groups ?? {};
  const operation = operationOf(path.what ?? '');
  const answered = await answer(parts, request, {
    pipeline: decoded(path.pipeline),
    what: path.what ?? '',
    isLocal: path.local !== undefined,
  });
  return 'kind' in answered ? refusalReply(answered, operation, request.requestId) : answered;
}

interface Asked {
  readonly pipeline: string | undefined;
  readonly what: string;
  readonly isLocal: boolean;
}

async function answer(parts: ReadingParts, request: ReadingRequest, { pipeline, what, isLocal }: Asked): Promise<IngestReply | Refusal> {
  if (pipeline === undefined) return nothingAt(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refused('MethodNotAllowed', `${request.path} takes GET and HEAD, not ${request.method}`, { allow: 'GET, HEAD' });
  }
  const turnedAway = isLocal ? remote(request) : await unauthenticated(parts, request, pipeline);
  if (turnedAway !== undefined) return turnedAway;
  const archive = parts.archiveOf(pipeline);
  if (archive === undefined) return refused('UnknownPipeline', `there is no pipeline ${JSON.stringify(pipeline)}`);
  if (what === 'archive') return listArchive({ pipeline, request }, archive);
  return readWhat(parts, { pipeline, request }, what);
}

function remote({ path, remoteness }: ReadingRequest): Refusal | undefined {
  if (remoteness === undefined) return undefined;
  return refused('ForbiddenException', `${path} answers programs on the broker's own machine only: ${remoteness}`);
}

async function unauthenticated({ keys }: ReadingParts, request: ReadingRequest, pipeline: string): Promise<Refusal | undefined> {
  const authenticated = await keys.authenticate(headerOf(request, 'x-api-key'), { pipeline, permission: 'read' });
  if (authenticated.kind === 'caller') return undefined;
  const { code, message, retryAfterSeconds } = keyRefusalReply(authenticated);
  return refused(code, message, { retryAfterSeconds });
}

async function readWhat(parts: ReadingParts, reading: Reading, what: string): Promise<IngestReply | Refusal> {
  const { records } = parts;
  if (what === 'records') return findRecords(reading, records);
  if (what === 'custody') return getCustody(reading, records);
  if (what === 'refusals') return findRefusals(reading, parts.refusals);
  if (what === 'events') return followRecords(reading, parts);
  const [, messageID, payload] = recordPath.exec(what) ?? [];
  if (messageID === undefined) return nothingAt(reading.request);
  const record = isMessageID(messageID) ? await records.read(reading.pipeline, messageID) : undefined;
  if (record === undefined) {
    return refused('UnknownRecord', `the pipeline ${reading.pipeline} has no record ${JSON.stringify(messageID.slice(0, 100))}`);
  }
  return payload === undefined
    ? found('GetRecord', shownRecord(record))
    : getPayload(reading, record, parts.payloads, () => records.read(reading.pipeline, messageID));
}

const recordPath = /^records\/([^/]+)(\/payload)?$/;

/** For metrics and logs. */
function operationOf(what: string): ReadingOperation | 'unknown' {
  if (what === 'records') return 'FindRecords';
  if (what === 'custody') return 'GetCustody';
  if (what === 'refusals') return 'FindRefusals';
  if (what === 'events') return 'FollowRecords';
  if (what === 'archive') return 'ListArchive';
  const [path, , payload] = recordPath.exec(what) ?? [];
  if (path === undefined) return 'unknown';
  return payload === undefined ? 'GetRecord' : 'GetPayload';
}

function nothingAt({ path }: ReadingRequest): Refusal {
  return refused('UnknownPath', `there is nothing at ${path.slice(0, 500)}`);
}

function isMessageID(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
