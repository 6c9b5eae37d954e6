import type { Clock } from '../../../base/clock.js';
import type { Meter } from '../../../base/meter.js';
import type { Engine } from '../../../engine/engine.js';
import type { RecordStore } from '../record-store.js';
import { aggregateTask } from './aggregate-task.js';
import { archiveTask } from './archive-task.js';
import { giveUpTask } from './give-up-task.js';
import { metadataTask } from './metadata-task.js';
import type { Owner } from './names.js';
import type { PayloadFiles, Queues } from './ports.js';
import type { Stores } from './stores.js';
import type { IngestTask } from './task.js';

export interface TaskParts {
  readonly engine: Pick<Engine, 'findQueue'>;
  readonly records: RecordStore;
  readonly stores: Stores;
  readonly spool: PayloadFiles;
  readonly queues: Queues;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** What workflows can call of the pipelines. */
export function ingestTasks(parts: TaskParts): readonly IngestTask[] {
  const { clock, meter } = parts;
  const lag = meter.histogram({
    name: 'signalbox_ingest_archive_lag_seconds',
    help: 'From the receipt of a record until its payload is in the archive and verified',
    labels: ['pipeline'],
    bounds: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
  });
  const archived = (pipeline: string, receivedAt: number): void => lag.observe({ pipeline }, (clock.now() - receivedAt) / 1_000);
  return [archiveTask({ ...parts, archived }), metadataTask(parts), aggregateTask(parts), giveUpTask(parts)];
}
