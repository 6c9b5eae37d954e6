import { isDeepStrictEqual } from 'node:util';
import type { ReceivedRecord } from './record.js';

/** What a record is that comes with a key of one before. */
export type Repetition =
  /** It was accepted before. */
  | { readonly kind: 'known'; readonly record: ReceivedRecord }
  /** Another payload or other metadata came with one of the keys before. */
  | { readonly kind: 'conflict'; readonly record: ReceivedRecord; readonly differs: 'payload' | 'messageMetaData' };

/** `known`: the records that have one of its keys. Undefined: it is none. */
export function repetitionOf(known: readonly ReceivedRecord[], sent: ReceivedRecord): Repetition | undefined {
  const repeated = known.map((record) => comparedTo(record, sent));
  return repeated.find(({ kind }) => kind === 'conflict') ?? repeated[0];
}

function comparedTo(record: ReceivedRecord, sent: ReceivedRecord): Repetition {
  if (record.sha256 !== sent.sha256 || record.bytes !== sent.bytes) return { kind: 'conflict', record, differs: 'payload' };
  // In whatever order: there are producers whose maps have none.
  const sameMetaData = isDeepStrictEqual(record.messageMetaData, sent.messageMetaData);
  return sameMetaData ? { kind: 'known', record } : { kind: 'conflict', record, differs: 'messageMetaData' };
}
