import { createHash } from 'node:crypto';
import type { CustodyLink, IngestRecord, MessageMetaData } from './record.js';

/**
 * The chain of custody of a pipeline: one entry a record, each with the hash of the one before. Whoever keeps the newest hash elsewhere can prove
 * later that no record before it was altered, left out or put in.
 */
export interface CustodyEntry extends CustodyLink {
  readonly messageID: string;
  readonly receivedAt: number;
  readonly bytes: number;
  /** Of the payload. */
  readonly sha256: string;
  /** Of the metadata, as JSON in the order that they were received in. */
  readonly metaDataSha256: string;
  /** Of who sent it, and how: see `originSha256`. */
  readonly originSha256: string;
}

/** The newest entry of a chain. */
export type CustodyHead = Pick<CustodyLink, 'sequence' | 'hash'>;

/** Of a chain without entries. */
export const custodyStart: CustodyHead = { sequence: 0, hash: '0'.repeat(64) };

export type CustodyFacts = Pick<CustodyEntry, 'messageID' | 'receivedAt' | 'bytes' | 'sha256' | 'metaDataSha256' | 'originSha256'>;

/** The entry that follows `head`. */
export function nextEntry(pipeline: string, head: CustodyHead, facts: CustodyFacts): CustodyEntry {
  const entry = { sequence: head.sequence + 1, previous: head.hash, ...facts };
  return { ...entry, hash: custodyHash(pipeline, entry) };
}

/** What the entry's hash must be. The array fixes order and form of what is hashed. */
export function custodyHash(pipeline: string, entry: Omit<CustodyEntry, 'hash'>): string {
  const { sequence, previous, messageID, receivedAt, bytes, sha256, metaDataSha256, originSha256 } = entry;
  return sha256Of(JSON.stringify([pipeline, sequence, previous, messageID, receivedAt, bytes, sha256, metaDataSha256, originSha256]));
}

/** What a record's entry must say besides its place. */
export function custodyFacts(record: Omit<IngestRecord, 'custody'>): CustodyFacts {
  const { messageID, receivedAt, bytes, sha256, messageMetaData } = record;
  return { messageID, receivedAt, bytes, sha256, metaDataSha256: metaDataSha256(messageMetaData), originSha256: originSha256(record) };
}

/** Of the key, the address and the request that a record came by, and of the form that it came in. The array fixes order and form of what is hashed. */
export function originSha256(record: Pick<IngestRecord, 'messageSecurityContext' | 'contentType' | 'form' | 'reference'>): string {
  const { keyName, keyID, sourceAddress, userAgent, requestID, tls } = record.messageSecurityContext;
  const { contentType, form, reference } = record;
  const referred = reference === undefined ? null : [reference.url, reference.fetched];
  return sha256Of(JSON.stringify([keyName, keyID, sourceAddress, userAgent, requestID, tls, contentType, form, referred]));
}

export function metaDataSha256(metaData: MessageMetaData): string {
  return sha256Of(JSON.stringify(metaData));
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
