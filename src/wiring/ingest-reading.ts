import type { Clock } from '../base/clock.js';
import type { PipelineConfig } from '../config/config.js';
import type { StreamedRoute } from '../http/ports.js';
import type { ObjectStore } from '../services/ingest/archive/object-store.js';
import type { Ingest } from '../services/ingest/index.js';
import type { ApiKeys } from '../services/ingest/keys/api-keys.js';
import { read, readingPath } from '../services/ingest/reading/reading.js';
import type { Stores } from '../services/ingest/workflow/stores.js';

export interface IngestReadingParts {
  readonly ingest: Pick<Ingest, 'settledRecords' | 'log' | 'changes' | 'refusals' | 'spool'>;
  readonly stores: Pick<Stores, 'archiveOf'>;
  readonly pipelines: readonly Pick<PipelineConfig, 'name' | 'archive'>[];
  readonly keys: ApiKeys;
  readonly clock: Clock;
}

/** Looks at records: payloads come from where the pipelines keep them. */
export function ingestReading({ ingest, stores, pipelines, keys, clock }: IngestReadingParts): StreamedRoute {
  const { settledRecords: records, log, changes, refusals, spool } = ingest;
  const parts = {
    records,
    log,
    changes,
    refusals,
    keys,
    clock,
    archiveOf: (name: string) => {
      const store = stores.archiveOf(name);
      return store && { store, pipelines: sharing(name, pipelines) };
    },
    payloads: {
      spooled: (...object: Parameters<typeof spool.open>) => spool.open(...object),
      archived: async (pipeline: string, ...object: Parameters<ObjectStore['open']>) => stores.archiveOf(pipeline)?.open(...object),
    },
  };
  return { service: 'ingest', path: readingPath, handle: (request) => read(parts, request) };
}

/** A folder is that of one pipeline; a bucket may be that of several. */
function sharing(name: string, pipelines: IngestReadingParts['pipelines']): readonly string[] {
  const bucketOf = ({ archive }: IngestReadingParts['pipelines'][number]) => (archive?.kind === 'bucket' ? archive.name : undefined);
  const own = pipelines.find((pipeline) => pipeline.name === name);
  const bucket = own && bucketOf(own);
  if (bucket === undefined) return [name];
  return pipelines.filter((pipeline) => bucketOf(pipeline) === bucket).map((pipeline) => pipeline.name);
}
