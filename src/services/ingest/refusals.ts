import type { Documents } from '../../engine/documents.js';
import type { Caller } from './keys/key-refusal.js';
import { limits } from './limits.js';
import type { MessageMetaData } from './record.js';
import type { Problem, Refusal, RefusalCode } from './refusal.js';
import type { IngestRequest } from './request.js';

/** A record that was refused, for pipelines that keep such: its payload is not. */
export interface KeptRefusal {
  readonly at: string;
  readonly requestID: string;
  readonly error: RefusalCode;
  readonly message: string;
  readonly problems?: readonly Problem[] | undefined;
  /** Where they could be read. */
  readonly messageMetaData?: MessageMetaData | undefined;
  readonly keyName: string;
  readonly keyID: string;
  readonly sourceAddress: string;
}

/** What is wrong with a record. Who may not send one, or finds no room, has sent none. */
const kept: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'MalformedRequest',
  'InvalidMetaData',
  'InvalidPayload',
  'InvalidReference',
  'ReferenceRefused',
  'ReferenceUnavailable',
  'ChecksumMismatch',
  'PayloadTooLarge',
  'TransactionConflict',
]);

/** Refusals of a pipeline, newest first: so many of them, the oldest go. */
export class Refusals {
  constructor(private readonly documents: Pick<Documents, 'transact' | 'list' | 'hasRoom'>) {}

  async keep(pipeline: string, refusal: Refusal, { keyName, keyID }: Caller, request: IngestRequest, at: number): Promise<void> {
    if (!kept.has(refusal.code) || !this.documents.hasRoom()) return;
    const { code, message, problems, messageMetaData } = refusal;
    const { requestId, sourceAddress } = request;
    const content: KeptRefusal = {
      at: new Date(at).toISOString(),
      requestID: requestId,
      error: code,
      message,
      problems,
      messageMetaData,
      keyName,
      keyID,
      sourceAddress,
    };
    const prefix = refusalDocuments(pipeline);
    await this.documents.transact(prefix, (documents) => {
      const [newest] = documents.list({ prefix, limit: 1 });
      const sequence = newest === undefined ? 1 : sequenceOf(newest.name.slice(prefix.length)) + 1;
      documents.write(`${prefix}${placeOf(sequence)}`, JSON.stringify(content));
      if (sequence > limits.refusalsMax) documents.delete(`${prefix}${placeOf(sequence - limits.refusalsMax)}`);
    });
  }

  /** `after`: `next` of an earlier page. */
  async list(pipeline: string, after: string | undefined): Promise<{ readonly refusals: readonly KeptRefusal[]; readonly next?: string }> {
    const prefix = refusalDocuments(pipeline);
    const page = { prefix, after: after === undefined ? undefined : `${prefix}${after}`, limit: limits.refusalsPage };
    const found = await this.documents.list(page);
    const refusals = found.map(({ content }) => JSON.parse(content) as KeptRefusal);
    const last = found.length < limits.refusalsPage ? undefined : found.at(-1);
    return { refusals, ...(last !== undefined && { next: last.name.slice(prefix.length) }) };
  }
}

function refusalDocuments(pipeline: string): string {
  return `ingest-refusals/${pipeline}/`;
}

/** Names are in ascending order: the newest comes first. */
function placeOf(sequence: number): string {
  return String(10 ** 15 - sequence).padStart(16, '0');
}

function sequenceOf(place: string): number {
  return 10 ** 15 - Number(place);
}

export function isRefusalPlace(text: string): boolean {
  return /^\d{16}$/.test(text);
}
