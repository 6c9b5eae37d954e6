import type { Clock } from './base/clock.js';
import type { Random } from './base/random.js';
import { createRealClock, createSettableClock } from './base/real-clock.js';
import { createRealRandom } from './base/real-random.js';
import type { SettableClock } from './base/settable-clock.js';
import { noTracer } from './base/tracer.js';
import { programVersion } from './base/version.js';
import type { Config, Storage, TracingConfig } from './config/config.js';
import type { Engine } from './engine/engine.js';
import { createEngine } from './engine/index.js';
import { type Listener, startListener } from './http/listener.js';
import type { Route } from './http/ports.js';
import { createLog, type Log, type LogSink } from './observe/log.js';
import { createMetrics, type Metrics } from './observe/metrics.js';
import type { OtlpTracer, OtlpTracerOptions } from './observe/otlp-tracer.js';
import { certificatePage } from './observe/pages/certificate.js';
import { clockPage } from './observe/pages/clock.js';
import { functionCodePage } from './observe/pages/function-code.js';
import { functionLogsPage } from './observe/pages/function-logs.js';
import { healthPage } from './observe/pages/health.js';
import { ingestKeysPages } from './observe/pages/ingest-keys.js';
import { ingestRedrivePage } from './observe/pages/ingest-redrive.js';
import { messagesPage } from './observe/pages/messages.js';
import { metricsPage } from './observe/pages/metrics.js';
import { pushPage } from './observe/pages/push.js';
import { inboundSmsPage, smsConversionsPage, smsPage } from './observe/pages/sms.js';
import { deliveriesPage, pendingSubscriptionsPage } from './observe/pages/subscriptions.js';
import { requestLog } from './observe/request-log.js';
import { type Functions, startFunctions } from './services/functions/index.js';
import { startIngest } from './services/ingest/index.js';
import { ApiKeys } from './services/ingest/keys/api-keys.js';
import { endedWorkflow } from './services/ingest/workflow/ended-workflow.js';
import { Processing } from './services/ingest/workflow/processing.js';
import { ingestTasks } from './services/ingest/workflow/tasks.js';
import { createLogs, type Logs } from './services/logs/index.js';
import { type Sns, startSns } from './services/sns/index.js';
import { deliveryQueueOf, pendingOf } from './services/sns/shown.js';
import { createSigner, type Signer } from './services/sns/signer.js';
import type { SmsDesk } from './services/sns/sms/sms-desk.js';
import { createDeclaredQueues } from './services/sqs/declared-queues.js';
import { deliveredContent, queueTakes } from './services/sqs/delivered.js';
import { sqsService } from './services/sqs/index.js';
import { addressOfQueue, peekedContent } from './services/sqs/peeked.js';
import { receivedInFull } from './services/sqs/received.js';
import { startWorkflows, type Workflows } from './services/workflows/index.js';
import type { Store, StoreObserver } from './store/store.js';
import { defaultAccount, defaultRegion } from './wire/sigv4.js';
import { awsServices } from './wiring/aws-services.js';
import { functionFolders, lazyPool } from './wiring/functions.js';
import { pipelineSettings, spoolFolder } from './wiring/ingest.js';
import { referredObjects } from './wiring/ingest-objects.js';
import { defineWorkflows, queuesPort, topicsPort, workflowsPort } from './wiring/ingest-ports.js';
import { ingestReading } from './wiring/ingest-reading.js';
import { ingestWork } from './wiring/ingest-work.js';
import { taskTargets } from './wiring/task-targets.js';
import { topicTarget } from './wiring/topic-target.js';
import { watchFolder } from './workers/folder-watch.js';
import { createHttpClient } from './workers/http-client.js';
import { createHttpPush } from './workers/http-push.js';
import { createObjectSource } from './workers/object-source.js';
import { createSmtpMailer } from './workers/smtp-mailer.js';

/** A running broker. Several can run in one process. */
export interface Broker {
  readonly url: string;
  readonly port: number;
  /**
   * Accepts nothing new, answers waiting long polls, finishes what is in hand within `stopMsMax` and closes the store.
   * A second call waits for the first.
   */
  stop(): Promise<void>;
}

/** What a test may put in the place of the machine's own. */
export interface Ports {
  readonly clock?: SettableClock;
  readonly random?: Random;
  readonly logSink?: LogSink;
}

const stopMsMax = 10_000;

/** Builds the broker from its parts and starts it. What was opened before a step that fails is closed again. */
export async function startBroker(config: Config, ports: Ports = {}): Promise<Broker> {
  const settable = ports.clock ?? (config.testClock ? createSettableClock() : undefined);
  const clock = settable ?? createRealClock();
  const random = ports.random ?? createRealRandom();
  const log = createLog(config.logLevel, ports.logSink);
  const metrics = createMetrics();
  const spans = metrics.meter.counter({ name: 'signalbox_spans_total', help: 'Spans sent to the collector, or lost', labels: ['outcome'] });
  const answered = requestLog(log);
  const report = (what: string, fault: unknown): void =>
    log.error({ err: fault }, `background work failed and will be tried again: ${what}`);
  const opened: Closing[] = [];
  let stopping = false;
  try {
    const store = await openStore(config.storage, metrics.commits);
    opened.push(() => store.close());
    const engine = createEngine({ store, clock, random, recreateAfterMs: config.sqs.recreateAfterMs, report });
    opened.push(() => engine.stop());
    const signer = createSigner({ documents: engine.documents, clock, random });
    const pusher = createHttpPush({ denyPrivate: config.denyPrivateEndpoints, random });
    opened.push(async () => pusher.close());
    const providerPusher = createHttpPush({ denyPrivate: false, random }); // who runs the broker has named the provider
    opened.push(async () => providerPusher.close());
    const tracer = await openTracer(config.tracing, { clock, random, spans, events: log });
    opened.push(() => tracer.close());
    const queues = { contentOf: deliveredContent, takes: queueTakes };
    let answeredCount = 0;
    let sns: Sns | undefined;
    let processing: Processing | undefined;
    let listener: Listener | undefined;
    const endpoint = (): string => config.publicUrl ?? listener?.url ?? '';
    const folders = functionFolders(config.storage.kind === 'folder' ? config.storage.path : undefined);
    opened.push(folders.close);
    const logs = createLogs({ folder: folders.logs, clock: createRealClock(), report });
    opened.push(() => logs.flushed());
    const pool = lazyPool({
      random,
      machine: {
        node: process.execPath,
        python: config.functionProcesses.python,
        variables: { PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin' },
      },
      temporaryFolder: folders.temporary,
      runAs: config.functionProcesses.runAs,
      processesMax: config.functionProcesses.max,
      log: (line) => {
        log.info(line, 'function');
        logs.write(line);
      },
    });
    opened.push(() => pool.stop());
    const functions = await startFunctions({
      engine,
      clock,
      random,
      pool,
      queues,
      showMessage: receivedInFull,
      topics: topicTarget({ publish: () => sns?.service.operations.get('Publish'), random, endpoint }),
      folder: folders.code,
      concurrencyMax: config.functionProcesses.concurrencyMax,
      endpoint,
      watch: watchFolder,
      meter: metrics.meter,
      events: log,
      report,
    });
    opened.push(() => functions.stop());
    sns = startSns({
      engine,
      clock,
      random,
      signer,
      queues,
      pusher,
      functions: { invoke: (event) => functions.accept(event) },
      mail: config.mail && { mailer: createSmtpMailer(config.mail), from: config.mail.from },
      sms: { settings: config.sms, provider: config.sms.provider && { pusher: providerPusher, ...config.sms.provider } },
      push: config.push && { pusher: providerPusher, ...config.push },
      extensions: config.extensions,
      answered: () => answeredCount,
      tracer,
      meter: metrics.meter,
      events: log,
      report,
    });
    opened.push(() => sns.stop());
    const sqs = sqsService({ engine, settings: { purgeIntervalMs: config.sqs.purgeIntervalMs } });
    const http = createHttpClient({ denyPrivate: config.denyPrivateEndpoints });
    opened.push(async () => http.close());
    const trustedHttp = createHttpClient({ denyPrivate: false }); // who runs the broker has named the endpoint
    opened.push(async () => trustedHttp.close());
    const aws = awsServices(config.aws);
    opened.push(async () => aws.close());
    const keys = new ApiKeys({ documents: engine.documents, clock, random, pipelines: config.ingest.pipelines.map(({ name }) => name) });
    opened.push(() => keys.stop());
    const spool = spoolFolder(config.storage);
    opened.push(spool.close);
    const objects = referredObjects(createObjectSource({ denyPrivate: config.denyPrivateEndpoints }), config.aws.s3);
    opened.push(async () => objects.close());
    const ingest = await startIngest({
      engine,
      clock,
      random,
      tracer,
      keys,
      ...config.ingest,
      meter: metrics.meter,
      pipelines: await pipelineSettings(config.ingest.pipelines),
      spoolFolder: spool.path,
      durable: spool.durable,
      objects,
      opened: (pipeline) => void processing?.open(pipeline),
      report,
    });
    opened.push(() => ingest.stop());
    const owner = { account: defaultAccount, region: defaultRegion };
    const work = ingestWork({ config, documents: engine.documents, archiveFolder: spool.archiveFolder });
    opened.push(() => work.close());
    const ingestQueues = queuesPort(engine, owner);
    const tasks = { engine, ...ingest, stores: work.stores, queues: ingestQueues, owner, clock, meter: metrics.meter };
    const targets = taskTargets({
      sqs,
      sns: sns.service,
      functions: functions.service,
      random,
      http: { http, trustedHttp, connections: config.connections, clock },
      aws,
      ingest: ingestTasks(tasks),
    });
    const workflows = await startWorkflows({ engine, clock, random, targets, tracer, unsuccessful: endedWorkflow(tasks), report });
    opened.push(() => workflows.stop());
    const ingestWorkflows = workflowsPort(workflows.service, { owner, random });
    processing = new Processing({
      engine,
      records: ingest.records,
      workflows: ingestWorkflows,
      topics: topicsPort(sns.service, { owner, random }),
      queues: ingestQueues,
      owner,
      definitionOf: work.definitionOf,
      clock,
      meter: metrics.meter,
      events: log,
      report,
    });
    opened.push(() => processing?.stop() ?? Promise.resolve());
    await createDeclaredQueues(engine, config.queues, owner);
    await functions.declare(config.functions, owner);
    await defineWorkflows(ingestWorkflows, config.ingest.pipelines, work.definitionOf);
    await processing.start(config.ingest.pipelines);
    listener = await startListener({
      port: config.port,
      host: config.host,
      publicUrl: config.publicUrl,
      services: [sqs, sns.service, functions.service, workflows.service, logs.service],
      routes: pages({
        store,
        engine,
        clock,
        testClock: config.testClock ? settable : undefined,
        metrics,
        signer,
        functions,
        logs,
        sms: sns.sms,
        sns,
        keys,
        processing,
        stopping: () => stopping,
      }),
      streamed: [
        ingestReading({ ingest, stores: work.stores, pipelines: config.ingest.pipelines, keys, clock }),
        { service: 'ingest', path: ingest.path, handle: ingest.handle },
      ],
      random,
      log,
      observer: {
        requestFinished: (request) => {
          answeredCount++;
          metrics.requests.requestFinished(request);
          answered.requestFinished(request);
        },
      },
    });
    log.info({ url: listener.url }, 'ready');
    const toStop = (): void => {
      stopping = true;
    };
    return running({ listener, sns, functions, workflows, processing, engine, opened, log, toStop });
  } catch (fault) {
    await closeAll(opened);
    throw fault;
  }
}

/** Ends one part of the broker. */
type Closing = () => Promise<void>;

/** The last one opened first. One that fails keeps none of the others open; its fault is thrown at the end. */
async function closeAll(opened: readonly Closing[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of opened.toReversed()) await close().catch((fault: unknown) => faults.push(fault));
  if (faults.length > 0) throw faults[0];
}

interface Parts {
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  /** Present when clients may move it. */
  readonly testClock: SettableClock | undefined;
  readonly metrics: Metrics;
  readonly signer: Signer;
  readonly functions: Functions;
  readonly logs: Logs;
  readonly sms: SmsDesk;
  readonly sns: Pick<Sns, 'pushes'>;
  readonly keys: ApiKeys;
  readonly processing: Processing;
  readonly stopping: () => boolean;
}

/** The broker's own pages, beside the services. */
function pages({
  store,
  engine,
  clock,
  testClock,
  metrics,
  signer,
  functions,
  logs,
  sms,
  sns,
  keys,
  processing,
  stopping,
}: Parts): readonly Route[] {
  const version = programVersion();
  const subscriptions = { engine, pendingOf, queueOf: deliveryQueueOf };
  return [
    healthPage({ store, clock, startedAt: clock.now(), version, stopping }),
    metricsPage(metrics, { engine, store, clock, version }),
    messagesPage({ engine, addressOf: addressOfQueue, contentOf: peekedContent }),
    clockPage(testClock),
    certificatePage(signer),
    functionCodePage(functions),
    functionLogsPage(logs),
    pendingSubscriptionsPage(subscriptions),
    deliveriesPage(subscriptions),
    smsPage(sms),
    inboundSmsPage(sms, { account: defaultAccount, region: defaultRegion }),
    smsConversionsPage(sms),
    pushPage(sns),
    ...ingestKeysPages(keys),
    ingestRedrivePage(processing),
  ];
}

interface Running {
  readonly listener: Listener;
  readonly sns: Sns;
  readonly functions: Functions;
  readonly workflows: Workflows;
  readonly processing: Processing;
  readonly engine: Engine;
  readonly opened: readonly Closing[];
  readonly log: Log;
  /** Called first when the broker stops. */
  readonly toStop: () => void;
}

function running({ listener, sns, functions, workflows, processing, engine, opened, log, toStop }: Running): Broker {
  const stop = async (): Promise<void> => {
    log.info('stopping');
    toStop();
    const closed = listener.close(stopMsMax);
    functions.drain();
    const ended = Promise.all([sns.stop(), workflows.stop(), processing.stop()]);
    engine.drain();
    await closed;
    await ended;
    await closeAll(opened);
    log.info('stopped');
  };
  let stopping: Promise<void> | undefined;
  return {
    url: listener.url,
    port: listener.port,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

type TracerParts = Pick<OtlpTracerOptions, 'clock' | 'random' | 'spans' | 'events'>;

/** Loads OpenTelemetry only where there is a collector. */
async function openTracer(config: TracingConfig | undefined, parts: TracerParts): Promise<OtlpTracer> {
  if (config === undefined) return { ...noTracer, close: async () => {} };
  const { createOtlpTracer } = await import('./observe/otlp-tracer.js');
  return createOtlpTracer({ ...config, ...parts, version: programVersion() });
}

/** Loads the adapter that is asked for and nothing of the other. */
async function openStore(storage: Storage, observer: StoreObserver): Promise<Store> {
  switch (storage.kind) {
    case 'folder': {
      const { openLmdbStore } = await import('./store/lmdb/lmdb-store.js');
      return openLmdbStore({ path: storage.path, durability: storage.durability, observer });
    }
    case 'ephemeral': {
      const { createMemoryStore } = await import('./store/memory/memory-store.js');
      return createMemoryStore({ observer, enforceScopes: false });
    }
  }
}
