import type { Clock } from '../../base/clock.js';
import type { EventLog } from '../../base/event-log.js';
import type { AccountId, Region } from '../../base/ids.js';
import type { Meter } from '../../base/meter.js';
import type { Random } from '../../base/random.js';
import type { Engine } from '../../engine/engine.js';
import { isRefusal } from '../../wire/refusal.js';
import type { Operation, Service } from '../../wire/service.js';
import { Deliveries, type QueueContents, type TopicTarget } from './async/deliveries.js';
import { EventQueues } from './async/event-queues.js';
import { Catalogue } from './catalogue.js';
import { PackageStore } from './code/package-store.js';
import { PackageSweeper } from './code/package-sweeper.js';
import { type DeclaredFunction, declareFunctions, type WatchFolder } from './declared-functions.js';
import { errorCodes } from './errors.js';
import { FunctionMetrics } from './function-metrics.js';
import { Invoker } from './invoker.js';
import { LoopNotices } from './loop-notices.js';
import type { ShowMessage } from './mappings/event.js';
import { MappingMetrics } from './mappings/mapping-metrics.js';
import { MappingRecords } from './mappings/mapping-records.js';
import { Mappings } from './mappings/mappings.js';
import { referenceOfArn } from './model/function-name.js';
import { addPermission } from './operations/addPermission.js';
import { createAlias } from './operations/createAlias.js';
import { createEventSourceMapping, type MappingParts } from './operations/createEventSourceMapping.js';
import { createFunction } from './operations/createFunction.js';
import { deleteAlias } from './operations/deleteAlias.js';
import { deleteEventSourceMapping } from './operations/deleteEventSourceMapping.js';
import { deleteFunction } from './operations/deleteFunction.js';
import { deleteFunctionConcurrency } from './operations/deleteFunctionConcurrency.js';
import { deleteFunctionEventInvokeConfig } from './operations/deleteFunctionEventInvokeConfig.js';
import { getAccountSettings } from './operations/getAccountSettings.js';
import { getAlias } from './operations/getAlias.js';
import { getEventSourceMapping } from './operations/getEventSourceMapping.js';
import { getFunction } from './operations/getFunction.js';
import { getFunctionCodeSigningConfig } from './operations/getFunctionCodeSigningConfig.js';
import { getFunctionConcurrency } from './operations/getFunctionConcurrency.js';
import { getFunctionConfiguration } from './operations/getFunctionConfiguration.js';
import { getFunctionEventInvokeConfig } from './operations/getFunctionEventInvokeConfig.js';
import { getFunctionRecursionConfig } from './operations/getFunctionRecursionConfig.js';
import { getPolicy } from './operations/getPolicy.js';
import { invoke } from './operations/invoke.js';
import { listAliases } from './operations/listAliases.js';
import { listEventSourceMappings } from './operations/listEventSourceMappings.js';
import { listFunctionEventInvokeConfigs } from './operations/listFunctionEventInvokeConfigs.js';
import { listFunctions } from './operations/listFunctions.js';
import { listTags } from './operations/listTags.js';
import { listVersionsByFunction } from './operations/listVersionsByFunction.js';
import { publishVersion } from './operations/publishVersion.js';
import { putFunctionConcurrency } from './operations/putFunctionConcurrency.js';
import { putFunctionEventInvokeConfig } from './operations/putFunctionEventInvokeConfig.js';
import { putFunctionRecursionConfig } from './operations/putFunctionRecursionConfig.js';
import { removePermission } from './operations/removePermission.js';
import { tagResource } from './operations/tagResource.js';
import { untagResource } from './operations/untagResource.js';
import { updateAlias } from './operations/updateAlias.js';
import { updateEventSourceMapping } from './operations/updateEventSourceMapping.js';
import { updateFunctionCode } from './operations/updateFunctionCode.js';
import { updateFunctionConfiguration } from './operations/updateFunctionConfiguration.js';
import { updateFunctionEventInvokeConfig } from './operations/updateFunctionEventInvokeConfig.js';
import type { Parts } from './parts.js';
import type { FunctionPool } from './pool.js';
import { Slots } from './slots.js';
import { Tagged } from './tagged.js';

export interface FunctionsDependencies {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  readonly pool: FunctionPool;
  readonly queues: QueueContents;
  readonly topics: TopicTarget;
  readonly showMessage: ShowMessage;
  /** Folder of the code packages. */
  readonly folder: string;
  /** Invocations at once, of one account in one Region: 1,000 with AWS. */
  readonly concurrencyMax: number;
  /** Where functions reach this server; asked for when one is invoked. */
  readonly endpoint: () => string;
  readonly watch: WatchFolder;
  readonly meter: Meter;
  /** What people should know. */
  readonly events: Pick<EventLog, 'warn'>;
  /** Told of faults in background work; the work is tried again. */
  readonly report: (what: string, fault: unknown) => void;
}

export interface Functions {
  readonly service: Service;
  /** A code package as it was uploaded, by its SHA-256 in hexadecimal. */
  packageOf(sha256: string): Promise<Buffer | undefined>;
  /** Keeps an event for the function that the ARN names. `refused`: there is none. Its policy is not asked yet. */
  accept(event: FunctionEvent): Promise<'delivered' | 'failed' | 'refused'>;
  /** Functions that the configuration names. Throws what is wrong with one, for who wrote it. */
  declare(functions: readonly DeclaredFunction[], defaults: { readonly account: AccountId; readonly region: Region }): Promise<void>;
  /** No further event or delivery is taken up. */
  drain(): void;
  /** Ends invocations and background work; what is left of it is taken up at the next start. */
  stop(): Promise<void>;
}

/** An event from another service. */
export interface FunctionEvent {
  /** Of a function, or of a version or alias of it. */
  readonly functionArn: string;
  /** JSON. */
  readonly payload: string;
  readonly traceHeader: string | undefined;
}

/** AWS Lambda, API version 2015-03-31, as far as docs/functions.md says. */
export async function startFunctions(dependencies: FunctionsDependencies): Promise<Functions> {
  const {
    engine,
    clock,
    random,
    events: log,
    pool,
    queues,
    topics,
    showMessage,
    folder,
    concurrencyMax,
    endpoint,
    watch,
    meter,
    report,
  } = dependencies;
  const catalogue = new Catalogue(engine.documents);
  const packages = new PackageStore(folder, () => sweeper.schedule());
  const draw = () => ({ now: clock.now(), revision: random.uuid(), deployment: random.uuid(), versionRevision: random.uuid() });
  const slots = new Slots(concurrencyMax, clock);
  const metrics = new FunctionMetrics(meter, () => slots.running());
  const loops = new LoopNotices(metrics, log, clock);
  const invoker = new Invoker({ catalogue, packages, pool, slots, metrics, loops, clock, random, endpoint });
  const deliveries = new Deliveries({ engine, catalogue, queues, topics, metrics, clock, random, report });
  const events = new EventQueues({ engine, catalogue, invoker, slots, deliveries, metrics, clock, report });
  const records = new MappingRecords(engine.documents);
  const mappings = new Mappings({
    records,
    engine,
    invoker,
    slots,
    showMessage,
    metrics: new MappingMetrics(meter),
    loops,
    clock,
    random,
    report,
  });
  const drain = (): void => {
    events.drain();
    mappings.drain();
    deliveries.drain();
  };
  catalogue.onChange(() => mappings.wake());
  const queuesCreated = engine.onQueueCreated(() => mappings.wake());
  let watching: Disposable | undefined;
  await deliveries.start(events);
  const sweeper = new PackageSweeper({
    packages,
    inUse: () => catalogue.packagesInUse(),
    isRunIn: (codeFolder) => pool.runsIn(codeFolder),
    clock,
    report,
  });
  sweeper.start();
  catalogue.onChange(() => sweeper.schedule());
  events.start();
  mappings.start();
  return {
    service: functionsService({ catalogue, packages, invoker, slots, clock, random, draw }, events, { engine, records, mappings }),
    packageOf: (sha256) => packages.read(sha256),
    accept: async ({ functionArn, payload, traceHeader }) => {
      const reference = referenceOfArn(functionArn);
      if (reference === undefined) return 'refused';
      try {
        const target = await invoker.target(reference);
        await events.accept(target, { requestId: random.uuid(), payload: Buffer.from(payload), traceHeader });
        return 'delivered';
      } catch (fault) {
        if (!isRefusal(fault)) throw fault;
        return fault.code === errorCodes.resourceNotFound ? 'refused' : 'failed';
      }
    },
    declare: async (declared, defaults) => {
      watching = await declareFunctions({ catalogue, invoker, random, draw, watch, report }, declared, defaults);
    },
    drain,
    stop: async () => {
      drain();
      watching?.[Symbol.dispose]();
      queuesCreated[Symbol.dispose]();
      invoker.stop();
      await Promise.all([events.stop(), mappings.stop(), deliveries.stop(), sweeper.stop()]);
    },
  };
}

function functionsService(parts: Parts, events: EventQueues, ofMappings: Pick<MappingParts, 'engine' | 'records' | 'mappings'>): Service {
  const mapping = { ...parts, ...ofMappings };
  const tagging = { catalogue: parts.catalogue, tagged: new Tagged(parts.catalogue, ofMappings.records) };
  const operations: readonly Operation[] = [
    addPermission(parts),
    createAlias(parts),
    createEventSourceMapping(mapping),
    createFunction(parts),
    deleteAlias(parts),
    deleteEventSourceMapping(mapping),
    deleteFunction({ ...parts, events }),
    deleteFunctionConcurrency(parts),
    deleteFunctionEventInvokeConfig(parts),
    getAccountSettings(parts),
    getAlias(parts),
    getEventSourceMapping(mapping),
    getFunction(parts),
    getFunctionCodeSigningConfig(parts),
    getFunctionConcurrency(parts),
    getFunctionConfiguration(parts),
    getFunctionEventInvokeConfig(parts),
    getFunctionRecursionConfig(parts),
    getPolicy(parts),
    invoke({ ...parts, events }),
    listAliases(parts),
    listEventSourceMappings(mapping),
    listFunctionEventInvokeConfigs(parts),
    listFunctions(parts),
    listTags(tagging),
    listVersionsByFunction(parts),
    publishVersion(parts),
    putFunctionConcurrency(parts),
    putFunctionEventInvokeConfig(parts),
    putFunctionRecursionConfig(parts),
    removePermission(parts),
    tagResource(tagging),
    untagResource(tagging),
    updateAlias(parts),
    updateEventSourceMapping(mapping),
    updateFunctionCode(parts),
    updateFunctionConfiguration(parts),
    updateFunctionEventInvokeConfig(parts),
  ];
  return {
    name: 'lambda',
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    // Every operation has a binding to REST: AWS JSON and AWS Query reach none of them, and these are names that no client uses.
    targetPrefix: 'AWSLambda',
    errorNamespace: 'com.amazonaws.lambda',
    apiVersion: '2015-03-31',
    xmlNamespace: '',
    xmlErrorEnd: '',
    pathMembers: () => ({}),
  };
}
