import type { MetadataItem } from '../metadata/metadata-store.js';
import { type IngestRecord, internalMessageOf, type StorageContext } from '../record.js';
import type { RecordStore } from '../record-store.js';
import type { Stores } from './stores.js';
import { done, failed, type IngestTask, isFailure, reasonOf, recordOf } from './task.js';

export interface MetadataTaskParts {
  readonly records: Pick<RecordStore, 'read' | 'advance'>;
  readonly stores: Stores;
}

/**
 * `ingest:storeMetadata`: stores what is known of the record.
 * Parameters: pipeline, messageID. Result: `message`, the internal message with the location of the metadata.
 * Errors: Ingest.InvalidParameters, MetadataUnavailable, UnknownPipeline, UnknownRecord.
 */
export function metadataTask({ records, stores }: MetadataTaskParts): IngestTask {
  return {
    name: 'storeMetadata',
    waits: false,
    run: async (parameters, signal) => {
      const record = await recordOf(records, parameters);
      if (isFailure(record)) return record;
      const { pipeline, messageID, storageContext } = record;
      if (storageContext.persistence.metaData) return done({ message: internalMessageOf(record) });
      const store = stores.metadataOf(pipeline);
      if (store === undefined) return failed('Ingest.UnknownPipeline', `no pipeline ${pipeline} is configured`);
      const metaDataReference = { dynamoDbTableName: store.table, primaryKey: messageID };
      try {
        await store.add(metadataItem(record, { ...storageContext, metaDataReference }), signal);
      } catch (fault) {
        return failed('Ingest.MetadataUnavailable', reasonOf(fault));
      }
      const changed = await records.advance(pipeline, messageID, (current) =>
        current.storageContext.persistence.metaData
          ? undefined
          : {
              state: 'metadataStored',
              storageContext: { metaDataReference, persistence: { ...current.storageContext.persistence, metaData: true } },
            },
      );
      return done({ message: internalMessageOf(changed ?? record) });
    },
  };
}

/** The internal message, with where things are by then. */
export function metadataItem(record: IngestRecord, storageContext: StorageContext): MetadataItem {
  const { messageID, receivedAt } = record;
  return { messageID, receivedAt, metaData: { ...internalMessageOf(record), storageContext } };
}
