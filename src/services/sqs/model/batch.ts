import type { Refusal } from '../../../wire/refusal.js';
import { batchEntryIdsNotDistinct, emptyBatchRequest, invalidBatchEntryId, tooManyEntries } from '../errors.js';
import { batchEntriesMax, batchEntryIdCharsMax } from '../limits.js';

export interface BatchEntry {
  readonly Id?: string | undefined;
}

export interface FailedEntry {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** What is wrong with a batch as a whole: then nothing of it is done. `entryName` is what the error text calls an entry. */
export function checkEntries(entries: readonly BatchEntry[], entryName: string): Refusal | undefined {
  if (entries.length === 0) return emptyBatchRequest(entryName);
  if (entries.length > batchEntriesMax) return tooManyEntries(entries.length, batchEntriesMax);
  if (!entries.every((entry) => isEntryId(entry.Id ?? ''))) return invalidBatchEntryId();
  return checkDistinct(entries);
}

function checkDistinct(entries: readonly BatchEntry[]): Refusal | undefined {
  const seen = new Set<string>();
  for (const { Id = '' } of entries) {
    if (seen.has(Id)) return batchEntryIdsNotDistinct(Id);
    seen.add(Id);
  }
  return undefined;
}

export function failedEntry(id: string | undefined, refusal: Refusal): FailedEntry {
  return { Id: id ?? '', SenderFault: refusal.code.fault === 'Sender', Code: refusal.code.queryCode, Message: refusal.message };
}

/** The result of a batch: an empty list is left out. */
export function batchResult<S>(successful: readonly S[], failed: readonly FailedEntry[]) {
  return {
    Successful: successful.length === 0 ? undefined : successful,
    Failed: failed.length === 0 ? undefined : failed,
  };
}

function isEntryId(id: string): boolean {
  return id.length <= batchEntryIdCharsMax && /^[A-Za-z0-9_-]+$/.test(id);
}
