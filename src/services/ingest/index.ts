import type { Clock } from '../../base/clock.js';
import type { Meter } from '../../base/meter.js';
import type { Random } from '../../base/random.js';
import type { Tracer } from '../../base/tracer.js';
import type { Engine } from '../../engine/engine.js';
import { ChangeLog } from './change-log.js';
import { Gate } from './gate.js';
import type { ApiKeys } from './keys/api-keys.js';
import { PendingRecords } from './pending-records.js';
import { Pipeline, type PipelineSettings } from './pipeline.js';
import { Changes } from './reading/changes.js';
import { RecordStore } from './record-store.js';
import type { ObjectSource } from './reference.js';
import { refusalReply, refused } from './refusal.js';
import { Refusals } from './refusals.js';
import type { IngestReply, IngestRequest } from './request.js';
import { SettledRecords } from './settled-records.js';
import { type KnownFile, openSpool, type Spool } from './spool.js';

export interface IngestDependencies {
  readonly engine: Pick<Engine, 'createQueue' | 'findQueue' | 'documents' | 'transact'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly keys: ApiKeys;
  readonly pipelines: readonly PipelineSettings[];
  readonly uploadsMax: number;
  readonly uploadBytesPerSecondMin: number;
  /** Where payloads are until they are archived. */
  readonly spoolFolder: string;
  /** False: nothing of it need outlive the machine. */
  readonly durable: boolean;
  /** Where objects are fetched that producers refer to. */
  readonly objects: ObjectSource;
  /** Told before the first record of a pipeline is accepted. */
  readonly opened: (pipeline: string) => void;
  /** Told of faults in background work. */
  readonly report: (what: string, fault: unknown) => void;
}

export interface Ingest {
  readonly path: RegExp;
  handle(request: IngestRequest): Promise<IngestReply | undefined>;
  readonly records: RecordStore;
  /** For people: what has a receipt is there. */
  readonly settledRecords: SettledRecords;
  /** What happened to records, and who waits for more. */
  readonly log: ChangeLog;
  readonly changes: Changes;
  readonly refusals: Refusals;
  readonly spool: Spool;
  stop(): Promise<void>;
}

/** `/ingest/{pipeline}`, and what the sample of AWS calls the endpoint: producers written for it send in either case, with and without the slash. */
const ingestPath = /^\/(ingest\/|ingest[mM]essage\/?$)/;
const pipelinePath = /^\/ingest\/([^/]+)\/?$/;

export async function startIngest(dependencies: IngestDependencies): Promise<Ingest> {
  const { engine, clock, pipelines: settings, spoolFolder, durable, opened, report } = dependencies;
  const pipelines = new Map(await Promise.all(settings.map(async (one) => [one.name, await Pipeline.open(one, engine, opened)] as const)));
  const spool = await openSpool({ folder: spoolFolder, pipelines: [...pipelines.keys()], durable });
  const changes = new Changes();
  const records = new RecordStore(engine, (record) => changes.tell(record));
  const refusals = new Refusals(engine.documents);
  let gate: Gate | undefined;
  const pending = new PendingRecords({
    records,
    queueOf: async (name) => pipelines.get(name)?.accepted(),
    dropped: ({ pipeline, messageID }) => spool.remove(pipeline, messageID),
    isBusy: () => gate?.isBusy ?? false,
    clock,
    report,
  });
  for (const name of pipelines.keys()) {
    for (const left of await spool.recover(name, (key) => knownFile(records, name, key))) pending.recover(left);
  }
  const receiving = new Gate({ ...dependencies, pipelines, spool, pending, refusals, documents: engine.documents });
  gate = receiving;
  return {
    path: ingestPath,
    handle: (request) => {
      const name = pipelineOf(request.path);
      if (name !== undefined) return receiving.receive(request, name);
      return Promise.resolve(refusalReply(unknownPath(request.path), 'unknown', request.requestId));
    },
    records,
    settledRecords: new SettledRecords(records, pending),
    log: new ChangeLog(engine.documents),
    changes,
    refusals,
    spool,
    stop: async () => {
      await pending.stop();
      await spool.close();
    },
  };
}

async function knownFile(records: RecordStore, pipeline: string, key: string): Promise<KnownFile> {
  const record = await records.read(pipeline, key);
  if (record === undefined) return 'unknown';
  return record.storageContext.spoolReference?.key === key ? 'named' : 'released';
}

/** Which pipeline a path means. Names need no percent-encoding, so that one that has some is none. */
function pipelineOf(path: string): string | undefined {
  return path.startsWith('/ingest/') ? pipelinePath.exec(path)?.[1] : 'default';
}

function unknownPath(path: string) {
  return refused('UnknownPath', `there is nothing at ${path}: records are sent to /ingest/{pipeline} or /ingestMessage`);
}
