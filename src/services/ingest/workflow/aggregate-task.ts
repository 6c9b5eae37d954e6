import { internalMessageOf } from '../record.js';
import type { RecordStore } from '../record-store.js';
import { metadataItem } from './metadata-task.js';
import type { PayloadFiles } from './ports.js';
import type { Stores } from './stores.js';
import { done, failed, type IngestTask, isFailure, reasonOf, recordOf } from './task.js';

export interface AggregateTaskParts {
  readonly records: Pick<RecordStore, 'read' | 'advance'>;
  readonly stores: Stores;
  readonly spool: Pick<PayloadFiles, 'remove'>;
}

/**
 * `ingest:aggregate`: completes the metadata with where everything is, ends the record as archived, and gives up the file of the spool: not before
 * the record says that the archive was verified, and no longer names the file. A file that is left behind by a crash is swept at the next start.
 * Parameters: pipeline, messageID. Result: `message`, the complete internal message.
 * Errors: Ingest.Incomplete, InvalidParameters, MetadataUnavailable, UnknownPipeline, UnknownRecord.
 */
export function aggregateTask({ records, stores, spool }: AggregateTaskParts): IngestTask {
  return {
    name: 'aggregate',
    waits: false,
    run: async (parameters, signal) => {
      const record = await recordOf(records, parameters);
      if (isFailure(record)) return record;
      const { pipeline, messageID, storageContext } = record;
      const { spoolReference, persistence } = storageContext;
      if (spoolReference === null) return done({ message: internalMessageOf(record) });
      if (!persistence.S3 || !persistence.metaData) return failed('Ingest.Incomplete', 'payload and metadata must be stored first');
      const store = stores.metadataOf(pipeline);
      if (store === undefined) return failed('Ingest.UnknownPipeline', `no pipeline ${pipeline} is configured`);
      try {
        await store.replace(metadataItem(record, { ...storageContext, spoolReference: null }), signal);
      } catch (fault) {
        return failed('Ingest.MetadataUnavailable', reasonOf(fault));
      }
      const changed = await records.advance(pipeline, messageID, (current) =>
        current.storageContext.spoolReference === null ? undefined : { state: 'archived', storageContext: { spoolReference: null } },
      );
      await spool.remove(pipeline, spoolReference.key);
      return done({ message: internalMessageOf(changed ?? record) });
    },
  };
}
