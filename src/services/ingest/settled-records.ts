import type { CustodyEntry, CustodyHead } from './custody.js';
import type { PendingRecords } from './pending-records.js';
import type { IngestRecord } from './record.js';
import type { FindRequest, FoundPage, RecordStore } from './record-store.js';

/** Records as people look at them: what has its receipt is seen, though it may have to be put into the store first. */
export class SettledRecords {
  constructor(
    private readonly records: Pick<RecordStore, 'read' | 'find' | 'custody' | 'custodyHead'>,
    private readonly pending: Pick<PendingRecords, 'stored'>,
  ) {}

  /** Rejects for a record that the store cannot take at present: it is there, and cannot be shown. */
  async read(pipeline: string, messageID: string): Promise<IngestRecord | undefined> {
    if (!(await this.pending.stored(messageID)))
      throw new Error(`the record ${messageID} is in the spool: the store takes nothing at present`);
    return this.records.read(pipeline, messageID);
  }

  /** What the store cannot take at present is not found. */
  async find(request: FindRequest): Promise<FoundPage> {
    await this.pending.stored();
    return this.records.find(request);
  }

  async custody(pipeline: string, after: number, limit: number): Promise<readonly CustodyEntry[]> {
    await this.pending.stored();
    return this.records.custody(pipeline, after, limit);
  }

  async custodyHead(pipeline: string): Promise<CustodyHead> {
    await this.pending.stored();
    return this.records.custodyHead(pipeline);
  }
}
