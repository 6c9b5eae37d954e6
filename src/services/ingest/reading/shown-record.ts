import type { IngestRecord } from '../record.js';

/** A record as people and programs get to see it: times in ISO 8601. */
export function shownRecord({ receivedAt, history, ...record }: IngestRecord): object {
  return {
    ...record,
    receivedAt: isoOf(receivedAt),
    history: history.map(({ state, at, ...rest }) => ({ state, at: isoOf(at), ...rest })),
  };
}

/** Without what only a look at one record is for. */
export function recordSummary(record: IngestRecord): object {
  const { pipeline, messageID, state, failedSteps, receivedAt, bytes, sha256, contentType, messageMetaData, custody } = record;
  return { pipeline, messageID, state, failedSteps, receivedAt: isoOf(receivedAt), bytes, sha256, contentType, messageMetaData, custody };
}

export function isoOf(time: number): string {
  return new Date(time).toISOString();
}
