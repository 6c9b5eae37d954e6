import { stat } from 'node:fs/promises';
import { atMost } from '../../../base/at-most.js';
import { archive, archiveKey } from '../archive/archive.js';
import { limits } from '../limits.js';
import { internalMessageOf } from '../record.js';
import type { RecordStore } from '../record-store.js';
import type { PayloadFiles } from './ports.js';
import type { Stores } from './stores.js';
import { done, failed, type IngestTask, isFailure, reasonOf, recordOf } from './task.js';

export interface ArchiveTaskParts {
  readonly records: Pick<RecordStore, 'read' | 'advance'>;
  readonly stores: Stores;
  readonly spool: Pick<PayloadFiles, 'path'>;
  readonly archived: (pipeline: string, receivedAt: number) => void;
}

/**
 * `ingest:archive`: brings the payload from the spool to the archive.
 * Parameters: pipeline, messageID. Result: `message`, the internal message with the archive's location.
 * Errors: Ingest.ArchiveConflict, ArchiveUnavailable, InvalidParameters, PayloadMissing, UnknownPipeline, UnknownRecord.
 */
export function archiveTask({ records, stores, spool, archived }: ArchiveTaskParts): IngestTask {
  const inTurn = atMost(limits.archivedAtOnce);
  return {
    name: 'archive',
    waits: false,
    run: async (parameters, signal) => {
      const record = await recordOf(records, parameters);
      if (isFailure(record)) return record;
      const { pipeline, messageID, receivedAt, bytes, sha256, storageContext } = record;
      if (storageContext.persistence.S3) return done({ message: internalMessageOf(record) });
      const store = stores.archiveOf(pipeline);
      if (store === undefined) return failed('Ingest.UnknownPipeline', `no pipeline ${pipeline} is configured`);
      if (storageContext.spoolReference === null) return failed('Ingest.PayloadMissing', 'the record names no file of the spool');
      const key = archiveKey(receivedAt, messageID);
      const file = { path: spool.path(pipeline, storageContext.spoolReference.key), bytes, sha256 };
      const { bucket } = store;
      try {
        const outcome = await inTurn(() => {
          signal.throwIfAborted();
          return archive(store, key, file, signal);
        });
        if (outcome === 'conflict') return failed('Ingest.ArchiveConflict', `${bucket} has something else at ${key}`);
      } catch (fault) {
        if (!(await isThere(file.path))) return failed('Ingest.PayloadMissing', `the spool does not have the file ${file.path}`);
        return failed('Ingest.ArchiveUnavailable', reasonOf(fault));
      }
      const changed = await records.advance(pipeline, messageID, (current) =>
        current.storageContext.persistence.S3
          ? undefined
          : {
              state: 'payloadArchived',
              storageContext: { S3Reference: { bucket, key }, persistence: { ...current.storageContext.persistence, S3: true } },
            },
      );
      archived(pipeline, receivedAt);
      return done({ message: internalMessageOf(changed ?? record) });
    },
  };
}

/** Whatever else is wrong with the file may be right the next time. */
function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (fault: unknown) => !(fault instanceof Error && 'code' in fault && fault.code === 'ENOENT'),
  );
}
