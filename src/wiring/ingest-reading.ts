import type { Clock } from '../base/clock.js';
import type { StreamedRoute } from '../http/ports.js';
import { openFile } from '../services/ingest/archive/open-file.js';
import type { Ingest } from '../services/ingest/index.js';
import type { ApiKeys } from '../services/ingest/keys/api-keys.js';
import { read, readingPath } from '../services/ingest/reading/reading.js';
import type { Stores } from '../services/ingest/workflow/stores.js';

export interface IngestReadingParts {
  readonly ingest: Pick<Ingest, 'records' | 'changes' | 'refusals' | 'spool'>;
  readonly stores: Pick<Stores, 'archiveOf'>;
  readonly keys: ApiKeys;
  readonly clock: Clock;
}

/** Looks at records: payloads come from where the pipelines keep them. */
export function ingestReading({ ingest, stores, keys, clock }: IngestReadingParts): StreamedRoute {
  const { records, changes, refusals, spool } = ingest;
  const parts = {
    records,
    changes,
    refusals,
    keys,
    clock,
    hasPipeline: (name: string) => stores.archiveOf(name) !== undefined,
    payloads: {
      spooled: (pipeline: string, ...[key, range]: Parameters<typeof openFile>) => openFile(spool.path(pipeline, key), range),
      archived: async (pipeline: string, ...object: Parameters<typeof openFile>) => stores.archiveOf(pipeline)?.open(...object),
    },
  };
  return { service: 'ingest', path: readingPath, handle: (request) => read(parts, request) };
}
