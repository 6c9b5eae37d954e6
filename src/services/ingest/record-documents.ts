import { createHash } from 'node:crypto';
import type { IngestRecord, MessageMetaData, RecordState } from './record.js';

/**
 * Names of the documents of a pipeline. Entries of indexes are named by the time of receipt, newest first, then by the record: one position means
 * the same in each of them. What producers supply may be long, or hold anything: it is hashed.
 */

export function pipelineDocuments(pipeline: string): string {
  return `ingest/${pipeline}/`;
}

export function recordDocument(pipeline: string, messageID: string): string {
  return `${pipelineDocuments(pipeline)}record/${messageID}`;
}

/** Which record was made for a transaction. */
export function onceDocument(pipeline: string, key: string): string {
  return `${pipelineDocuments(pipeline)}once/${hashed(key)}`;
}

/** States of the record's workflow that have given up, by their names. */
export function failureDocuments(pipeline: string, messageID: string): string {
  return `${pipelineDocuments(pipeline)}failure/${messageID}/`;
}

export function custodyDocuments(pipeline: string): string {
  return `${pipelineDocuments(pipeline)}custody/`;
}

export function custodyDocument(pipeline: string, sequence: number): string {
  return `${custodyDocuments(pipeline)}${String(sequence).padStart(16, '0')}`;
}

export function custodyHeadDocument(pipeline: string): string {
  return `${pipelineDocuments(pipeline)}custody-head`;
}

/** What happened to records, by its number. */
export function changeDocuments(pipeline: string): string {
  return `${pipelineDocuments(pipeline)}change/`;
}

export function changeDocument(pipeline: string, sequence: number): string {
  return `${changeDocuments(pipeline)}${String(sequence).padStart(16, '0')}`;
}

export function changeHeadDocument(pipeline: string): string {
  return `${pipelineDocuments(pipeline)}change-head`;
}

export type IndexName = 'sourceTransactionID' | 'sourceSystemID' | 'messageType' | 'state' | 'time';

/** Entries of one value of an index. Archived records have no entries by state: nearly all are. */
export function indexDocuments(pipeline: string, index: IndexName, value = ''): string {
  return `${pipelineDocuments(pipeline)}by-${index}/${index === 'time' ? '' : `${hashed(value)}/`}`;
}

/** Where a record stands in its indexes. */
export function positionOf({ receivedAt, messageID }: Pick<IngestRecord, 'receivedAt' | 'messageID'>): string {
  return `${stampOf(receivedAt)}/${messageID}`;
}

/** The position after all records of this time and later ones. */
export function positionBefore(time: number): string {
  return `${stampOf(time)}/~`;
}

/** Whether a text that a client sends as the end of its last page is a position. */
export function isPosition(text: string): boolean {
  return /^\d{15}\/[0-9a-f-]{36}$/.test(text);
}

/** The time of receipt that a position stands for. */
export function timeOf(position: string): number {
  return 2 ** 48 - Number(position.slice(0, position.indexOf('/')));
}

export function messageIDOf(position: string): string {
  return position.slice(position.indexOf('/') + 1);
}

const searchable = ['sourceTransactionID', 'sourceSystemID', 'messageType'] as const;

/** The index entries of a record that stay as they are. */
export function lastingEntries(record: Pick<IngestRecord, 'pipeline' | 'messageMetaData' | 'receivedAt' | 'messageID'>): readonly string[] {
  const { pipeline, messageMetaData } = record;
  const position = positionOf(record);
  const values = searchable.flatMap((index) => {
    const value = textMember(messageMetaData, index);
    return value === undefined ? [] : [`${indexDocuments(pipeline, index, value)}${position}`];
  });
  return [`${indexDocuments(pipeline, 'time')}${position}`, ...values];
}

/** The entry that follows the record's state. */
export function stateEntry(record: Pick<IngestRecord, 'pipeline' | 'receivedAt' | 'messageID'>, state: RecordState): string | undefined {
  return state === 'archived' ? undefined : `${indexDocuments(record.pipeline, 'state', state)}${positionOf(record)}`;
}

export function textMember(metaData: MessageMetaData, name: string): string | undefined {
  const value = metaData[name];
  return typeof value === 'string' ? value : undefined;
}

function stampOf(time: number): string {
  return String(2 ** 48 - time).padStart(15, '0');
}

function hashed(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32);
}
