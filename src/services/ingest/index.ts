import type { Clock } from '../../base/clock.js';
import type { Meter } from '../../base/meter.js';
import type { Random } from '../../base/random.js';
import type { Tracer } from '../../base/tracer.js';
import type { Engine } from '../../engine/engine.js';
import { Gate } from './gate.js';
import type { ApiKeys } from './keys/api-keys.js';
import { Pipeline, type PipelineSettings } from './pipeline.js';
import { Changes } from './reading/changes.js';
import { RecordStore } from './record-store.js';
import type { ObjectSource } from './reference.js';
import { refusalReply, refused } from './refusal.js';
import { Refusals } from './refusals.js';
import type { IngestReply, IngestRequest } from './request.js';
import { openSpool, type Spool } from './spool.js';

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
  /** What happens to records. */
  readonly changes: Changes;
  readonly refusals: Refusals;
  readonly spool: Spool;
  stop(): Promise<void>;
}

/** `/ingest/{pipeline}`, and what the sample of AWS calls the endpoint: producers written for it send in either case, with and without the slash. */
const ingestPath = /^\/(ingest\/|ingest[mM]essage\/?$)/;
const pipelinePath = /^\/ingest\/([^/]+)\/?$/;

export async function startIngest(dependencies: IngestDependencies): Promise<Ingest> {
  const { engine, pipelines: settings, spoolFolder, durable, opened, report } = dependencies;
  const pipelines = new Map(await Promise.all(settings.map(async (one) => [one.name, await Pipeline.open(one, engine, opened)] as const)));
  const spool = await openSpool({ folder: spoolFolder, pipelines: [...pipelines.keys()], durable });
  const changes = new Changes();
  const records = new RecordStore(engine, (record) => changes.tell(record));
  const refusals = new Refusals(engine.documents);
  const gate = new Gate({ ...dependencies, pipelines, spool, records, refusals, documents: engine.documents });
  const swept = sweep([...pipelines.keys()], spool, records).catch((fault: unknown) => report('removing payloads without records', fault));
  return {
    path: ingestPath,
    handle: (request) => {
      const name = pipelineOf(request.path);
      if (name !== undefined) return gate.receive(request, name);
      return Promise.resolve(refusalReply(unknownPath(request.path), 'unknown', request.requestId));
    },
    records,
    changes,
    refusals,
    spool,
    stop: async () => {
      await swept;
      await spool.close();
    },
  };
}

async function sweep(pipelines: readonly string[], spool: Spool, records: RecordStore): Promise<void> {
  for (const name of pipelines) {
    await spool.sweep(name, async (key) => (await records.read(name, key))?.storageContext.spoolReference?.key === key);
  }
}

/** Which pipeline a path means. Names need no percent-encoding, so that one that has some is none. */
function pipelineOf(path: string): string | undefined {
  return path.startsWith('/ingest/') ? pipelinePath.exec(path)?.[1] : 'default';
}

function unknownPath(path: string) {
  return refused('UnknownPath', `there is nothing at ${path}: records are sent to /ingest/{pipeline} or /ingestMessage`);
}
