import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { noTracer } from '../../../src/base/tracer.js';
import { createEngine } from '../../../src/engine/index.js';
import { MetricRegistry } from '../../../src/observe/metric-registry.js';
import { Gate } from '../../../src/services/ingest/gate.js';
import type { ApiKeyId } from '../../../src/services/ingest/keys/api-key.js';
import { Pipeline } from '../../../src/services/ingest/pipeline.js';
import { Refusals } from '../../../src/services/ingest/refusals.js';
import type { IngestRequest } from '../../../src/services/ingest/request.js';
import { openSpool, type Spool } from '../../../src/services/ingest/spool.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import { rawHeaders } from './ingesting.js';

const [clock, random] = [createRealClock(), createRealRandom()];
const store = createMemoryStore();
const engine = createEngine({ store, clock, random, recreateAfterMs: 0, report: () => {} });
let folder: string;
let spool: Spool;
let hasRoom = true;
let gate: Gate;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-gate-'));
  spool = await openSpool({ folder, pipelines: ['claims'], durable: false });
  const references = { mode: 'refuse', hosts: [] } as const;
  const settings = { name: 'claims', payloadBytesMax: 1_000_000, schema: undefined, references, keepRefusals: false };
  const pipeline = await Pipeline.open(settings, engine, () => {});
  gate = new Gate({
    pipelines: new Map([['claims', pipeline]]),
    keys: { authenticate: async () => ({ kind: 'caller', caller: { keyID: 'k1' as ApiKeyId, keyName: 'core' } }) },
    spool,
    pending: { accept: () => Promise.reject(new Error('it came so far')), isHeldUp: false },
    refusals: new Refusals(engine.documents),
    objects: { open: async () => ({ kind: 'unavailable', reason: 'there are none' }) },
    documents: { hasRoom: () => hasRoom },
    clock,
    random,
    tracer: noTracer,
    meter: new MetricRegistry(),
    uploadsMax: 1,
    uploadBytesPerSecondMin: 1,
  });
});
afterAll(async () => {
  await spool.close();
  await engine.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

function requestWith(body: PassThrough): IngestRequest {
  const { signal } = new AbortController();
  const rest = {
    requestId: 'r1',
    method: 'POST',
    path: '/ingest/claims',
    query: new URLSearchParams(),
    sourceAddress: '127.0.0.1',
    tls: false,
  };
  return { ...rest, headers: rawHeaders(), signal, stopping: signal, body: () => body };
}

const spooled = () => readdir(join(folder, 'claims'));

test('an upload under way is refused when the disk becomes nearly full, and leaves nothing', async () => {
  const body = new PassThrough();
  const reply = gate.receive(requestWith(body), 'claims');
  body.write(Buffer.alloc(10_000));
  await expect.poll(spooled).toHaveLength(1);
  hasRoom = false;
  body.write('more');
  expect(await reply).toMatchObject({ status: 503, outcome: 'StorageFull', headers: ['Retry-After', '30'] });
  expect(await spooled()).toEqual([]);
});
