import type { Documents, DocumentTransaction } from '../../engine/documents.js';
import { limits } from './limits.js';
import type { HistoryEntry, IngestRecord } from './record.js';
import { changeDocument, changeDocuments, changeHeadDocument } from './record-documents.js';

/** Something that happened to a record. */
export interface Change extends HistoryEntry {
  /** From 1 up, in the order of the store. */
  readonly sequence: number;
  readonly messageID: string;
  /** When it came into the store, epoch milliseconds. */
  readonly storedAt: number;
}

/**
 * What happened to the records of a pipeline, in order: whoever knows where he was goes on there and misses nothing.
 *
 * C1  Every change of a record is one entry, written in the transaction of the change. Their numbers have no gaps.
 * C2  The newest are kept, so many of them; records keep their own histories.
 */
export function logChange(
  transaction: DocumentTransaction & { readonly now: number },
  { pipeline, messageID, history }: IngestRecord,
): void {
  const newest = history.at(-1);
  if (newest === undefined) throw new Error(`record ${messageID} has no history`);
  const head = changeHeadDocument(pipeline);
  const sequence = Number(transaction.read(head) ?? 0) + 1;
  const change: Change = { sequence, messageID, storedAt: transaction.now, ...newest };
  transaction.write(head, String(sequence));
  transaction.write(changeDocument(pipeline, sequence), JSON.stringify(change));
  if (sequence > limits.changesMax) transaction.delete(changeDocument(pipeline, sequence - limits.changesMax)); // C2
}

export class ChangeLog {
  constructor(private readonly documents: Pick<Documents, 'read' | 'list'>) {}

  /** The number of the newest change; 0: there is none. */
  async head(pipeline: string): Promise<number> {
    return Number((await this.documents.read(changeHeadDocument(pipeline))) ?? 0);
  }

  /** In order. The first is a later one than the next where those between are not kept any more. */
  async after(pipeline: string, sequence: number, limit: number): Promise<readonly Change[]> {
    const page = { prefix: changeDocuments(pipeline), after: changeDocument(pipeline, sequence), limit };
    return (await this.documents.list(page)).map(({ content }) => JSON.parse(content) as Change);
  }

  /** The number behind which the first change is that came into the store at this time or later. */
  async before(pipeline: string, time: number): Promise<number> {
    let late = await this.head(pipeline);
    let early = Math.max(0, late - limits.changesMax);
    while (early < late) {
      const middle = Math.floor((early + late) / 2);
      const [change] = await this.after(pipeline, middle, 1);
      if (change === undefined || change.storedAt >= time) late = middle;
      else early = change.sequence;
    }
    return early;
  }
}
