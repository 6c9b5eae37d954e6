import type { ObjectStore } from '../archive/object-store.js';
import { limits } from '../limits.js';
import { type Refusal, refused } from '../refusal.js';
import type { IngestReply } from '../request.js';
import { found, type Reading } from './request.js';

/** The archive of a pipeline, and all the pipelines that keep their payloads there. */
export interface SharedArchive {
  readonly store: Pick<ObjectStore, 'bucket' | 'list'>;
  readonly pipelines: readonly string[];
}

/**
 * `GET .../archive?after=`: what is in the archive, whether a record names it or not: the keys of its objects, in the order of the store. `next` leads
 * on; `pipelines` are those whose archive it is. Errors: `InvalidParameter`, `ArchiveUnavailable`.
 */
export async function listArchive({ request }: Reading, { store, pipelines }: SharedArchive): Promise<IngestReply | Refusal> {
  const unknown = [...request.query.keys()].filter((name) => name !== 'after');
  if (unknown.length > 0) return refused('InvalidParameter', `${unknown.join()} is not known: expected after`);
  const { bucket } = store;
  try {
    const objects = await store.list(request.query.get('after') ?? undefined, limits.archivePage);
    const next = objects.length < limits.archivePage ? undefined : objects.at(-1);
    return found('ListArchive', { bucket, pipelines, objects, ...(next !== undefined && { next }) });
  } catch (fault) {
    const reason = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
    return refused('ArchiveUnavailable', `the archive ${bucket} cannot be listed: ${reason}`);
  }
}
