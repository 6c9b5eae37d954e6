import { limits } from '../limits.js';
import type { RecordStore } from '../record-store.js';
import { type Refusal, refused } from '../refusal.js';
import type { IngestReply } from '../request.js';
import { found, type Reading } from './request.js';

const operation = 'GetCustody';

/**
 * `GET .../custody?after=0&limit=`: entries of the chain of custody behind that sequence number, in order, and its head. Errors: `InvalidParameter`.
 */
export async function getCustody(
  { pipeline, request }: Reading,
  records: Pick<RecordStore, 'custody' | 'custodyHead'>,
): Promise<IngestReply | Refusal> {
  const after = wholeOf(request.query.get('after') ?? '0');
  const limit = wholeOf(request.query.get('limit') ?? String(limits.pageMax));
  if (after === undefined || limit === undefined || limit < 1 || limit > limits.pageMax) {
    return refused('InvalidParameter', `after must be a sequence number, and limit a whole number from 1 to ${limits.pageMax}`);
  }
  const head = await records.custodyHead(pipeline); // first: entries that come in between are then behind it
  return found(operation, { head, entries: await records.custody(pipeline, after, limit) });
}

function wholeOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
