import type { ReadTransaction } from '../store/store.js';
import { GenerationKeys, recordKey } from './keys.js';
import { type QueueRecord, queueRecord } from './records.js';

interface Decoded {
  readonly bytes: Buffer;
  readonly record: QueueRecord;
  readonly keys: GenerationKeys;
}

/**
 * Decoded queue records by queue id. No authority: a body always reads the record's bytes from the store, and takes
 * the decoded form from here only when the bytes are the same.
 */
export type QueueRecords = Map<number, Decoded>;

const recordsMax = 10_000;

export function readQueueRecord(tx: ReadTransaction, records: QueueRecords, id: number): Decoded | undefined {
  const bytes = tx.get(recordKey(id));
  if (bytes === undefined) {
    records.delete(id);
    return undefined;
  }
  const known = records.get(id);
  if (known?.bytes.equals(bytes)) return known;
  const record = queueRecord.decode(bytes);
  const decoded = { bytes, record, keys: new GenerationKeys(id, record.generation) };
  if (records.size >= recordsMax) records.clear();
  records.set(id, decoded);
  return decoded;
}
