import type { Clock } from '../../../base/clock.js';
import type { ApiKeys } from '../keys/api-keys.js';
import { keyRefusalReply } from '../keys/key-refusal.js';
import type { RecordStore } from '../record-store.js';
import type { Changes } from './changes.js';
import { findRecords } from './find-records.js';
import { followRecords } from './follow-records.js';
import { getCustody } from './get-custody.js';
import { getPayload, type PayloadPlaces } from './get-payload.js';
import { found, refusal, refused } from './replies.js';
import { headerOf, type Reading, type ReadingReply, type ReadingRequest } from './request.js';
import { shownRecord } from './shown-record.js';

export interface ReadingParts {
  readonly records: Pick<RecordStore, 'read' | 'find' | 'custody' | 'custodyHead'>;
  readonly payloads: PayloadPlaces;
  readonly changes: Changes;
  readonly keys: Pick<ApiKeys, 'authenticate'>;
  readonly hasPipeline: (name: string) => boolean;
  readonly clock: Clock;
}

/**
 * Where records can be looked at: with a key that may read, and for programs on the broker's own machine, which can read its data folder anyway, without
 * one, below the broker's own pages.
 */
export const readingPath =
  /^\/(?:(?<local>_signalbox\/ingest\/pipelines)|ingest)\/(?<pipeline>[^/]+)\/(?<what>(?:records|custody|events)(?:\/.*)?)$/;

/** The life of a look at records: path, method, authenticate, find the pipeline, read. */
export async function read(parts: ReadingParts, request: ReadingRequest): Promise<ReadingReply> {
  const groups = readingPath.exec(request.path)?.groups;
  const pipeline = decoded(groups?.pipeline);
  if (groups === undefined || pipeline === undefined) return refused('unknown', 'PageNotFound', `there is nothing at ${request.path}`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const headers = ['Allow', 'GET, HEAD'];
    return refused('unknown', 'MethodNotAllowed', `${request.path} takes GET and HEAD, not ${request.method}`, { headers });
  }
  if (groups.local !== undefined) {
    const { remoteness } = request;
    if (remoteness !== undefined) {
      return refused('unknown', 'NotLocal', `${request.path} answers programs on the broker's own machine only: ${remoteness}`);
    }
  } else {
    const authenticated = await parts.keys.authenticate(headerOf(request, 'x-api-key'), { pipeline, permission: 'read' });
    if (authenticated.kind !== 'caller') {
      const reply = keyRefusalReply(authenticated);
      const { retryAfterSeconds } = reply;
      return refusal('unknown', reply, retryAfterSeconds === undefined ? {} : { headers: ['Retry-After', String(retryAfterSeconds)] });
    }
  }
  if (!parts.hasPipeline(pipeline)) return refused('unknown', 'PipelineNotFound', `there is no pipeline ${JSON.stringify(pipeline)}`);
  return readWhat(parts, { pipeline, request }, groups.what ?? '');
}

async function readWhat(parts: ReadingParts, reading: Reading, what: string): Promise<ReadingReply> {
  const { records } = parts;
  if (what === 'records') return findRecords(reading, records);
  if (what === 'custody') return getCustody(reading, records);
  if (what === 'events') return followRecords(reading, parts.changes, parts.clock);
  const [, messageID, payload] = /^records\/([^/]+)(\/payload)?$/.exec(what) ?? [];
  if (messageID === undefined) return refused('unknown', 'PageNotFound', `there is nothing at ${reading.request.path}`);
  const operation = payload === undefined ? 'GetRecord' : 'GetPayload';
  const record = isMessageID(messageID) ? await records.read(reading.pipeline, messageID) : undefined;
  if (record === undefined) {
    return refused(
      operation,
      'RecordNotFound',
      `the pipeline ${reading.pipeline} has no record ${JSON.stringify(messageID.slice(0, 100))}`,
    );
  }
  return payload === undefined ? found(operation, shownRecord(record)) : getPayload(reading, record, parts.payloads);
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
