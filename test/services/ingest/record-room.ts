import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRealClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { archive, archiveKey } from '../../../src/services/ingest/archive/archive.js';
import { FolderStore } from '../../../src/services/ingest/archive/folder-store.js';
import type { ByteRange } from '../../../src/services/ingest/archive/object-store.js';
import { ChangeLog } from '../../../src/services/ingest/change-log.js';
import { ApiKeys } from '../../../src/services/ingest/keys/api-keys.js';
import { acceptedQueue } from '../../../src/services/ingest/queues.js';
import { Changes } from '../../../src/services/ingest/reading/changes.js';
import { read, readingPath } from '../../../src/services/ingest/reading/reading.js';
import type { IngestRecord, MessageMetaData } from '../../../src/services/ingest/record.js';
import { RecordStore } from '../../../src/services/ingest/record-store.js';
import { Refusals } from '../../../src/services/ingest/refusals.js';
import { type Listening, listening } from '../../http/listening.js';

/** A pipeline's records behind a real listener, put there as receiving and the workflow do it, but when the test says. */
export interface RecordRoom extends AsyncDisposable {
  readonly url: string;
  readonly listening: Listening;
  readonly records: RecordStore;
  readonly keys: ApiKeys;
  readonly refusals: Refusals;
  /** Where payloads are when they are archived. */
  readonly archiveFolder: string;
  accept(payload: string | Buffer, metaData?: MessageMetaData, contentType?: string): Promise<IngestRecord>;
  /** Payload in the archive, out of the spool. */
  archive(record: IngestRecord): Promise<IngestRecord>;
  /** As a program on the same machine. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

export const pipeline = 'claims';

export async function recordRoom(): Promise<RecordRoom> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-records-'));
  const spool = join(folder, 'spool');
  const archiveFolder = join(folder, 'archive');
  await mkdir(spool);
  const spooled = new FolderStore({ folder: spool, bucket: 'spool' });
  const archived = new FolderStore({ folder: archiveFolder, bucket: 'archive' });
  const random = createRealRandom();
  const clock = createRealClock();
  const changes = new Changes();
  const server = await listening({
    streamed: [{ service: 'ingest', path: readingPath, handle: (request) => read(parts, request) }],
  });
  const { engine } = server;
  const records = new RecordStore(engine, (record) => changes.tell(record));
  const keys = new ApiKeys({ documents: engine.documents, clock, random, pipelines: [pipeline] });
  const payloads = {
    spooled: (_pipeline: string, key: string, _bytes: number, range?: ByteRange) => spooled.open(key, range),
    archived: (_pipeline: string, ...object: Parameters<typeof archived.open>) => archived.open(...object),
  };
  const refusals = new Refusals(engine.documents);
  const archiveOf = (name: string) => (name === pipeline ? { store: archived, pipelines: [name] } : undefined);
  const log = new ChangeLog(engine.documents);
  const parts = { records, payloads, log, changes, refusals, keys, clock, archiveOf };
  const queue = await acceptedQueue(engine, pipeline);
  if (queue === undefined) throw new Error('there is no room for a queue');
  const { url } = server.listener;
  return {
    url,
    listening: server,
    records,
    keys,
    refusals,
    archiveFolder,
    accept: async (payload, metaData = {}, contentType = 'text/plain') => {
      const messageID = random.uuid();
      await writeFile(join(spool, messageID), payload);
      const record = {
        messageID,
        receivedAt: clock.now(),
        messageMetaData: { messageType: 'claim', sourceSystemID: 'core', ...metaData },
        storageContext: {
          spoolReference: { key: messageID },
          S3Reference: null,
          metaDataReference: null,
          persistence: { S3: false, metaData: false },
        },
        messageSecurityContext: {
          keyName: 'core',
          keyID: 'k1',
          sourceAddress: '127.0.0.1',
          userAgent: null,
          requestID: random.uuid(),
          tls: false,
        },
        pipeline,
        bytes: Buffer.byteLength(payload),
        sha256: createHash('sha256').update(payload).digest('hex'),
        contentType,
        form: 'raw',
      } as const;
      const [outcome] = await records.accept([{ queue, onceKeys: [], record }]);
      if (outcome?.kind !== 'accepted') throw new Error(outcome?.kind);
      return outcome.record;
    },
    archive: async ({ messageID, receivedAt, bytes, sha256 }) => {
      const key = archiveKey(receivedAt, messageID);
      const file = { path: join(spool, messageID), bytes, sha256 };
      await archive(archived, key, file, new AbortController().signal);
      const reference = { S3Reference: { bucket: archived.bucket, key } };
      await records.advance(pipeline, messageID, () => ({
        state: 'payloadArchived',
        storageContext: { ...reference, persistence: { S3: true, metaData: false } },
      }));
      const done = await records.advance(pipeline, messageID, () => ({
        state: 'archived',
        storageContext: { spoolReference: null, persistence: { S3: true, metaData: true } },
      }));
      await rm(file.path);
      if (done === undefined) throw new Error('the record is gone');
      return done;
    },
    get: (path, init) => fetch(`${url}/_signalbox/ingest/pipelines/${pipeline}/${path}`, init),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
