import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Catalogue, Usage } from './catalogue.js';
import type { PackageStore, UnpackedPackage } from './code/package-store.js';
import { aliasNotFound, functionNotFound } from './errors.js';
import type { FunctionMetrics } from './function-metrics.js';
import { recursionMax, responseBytesMax } from './limits.js';
import type { LoopNotices } from './loop-notices.js';
import { arnOf, type FunctionAddress, type FunctionReference, isVersionNumber, latest, qualifiedArn } from './model/function-name.js';
import type { AliasRecord, FunctionRecord, VersionRecord } from './model/function-record.js';
import { kindOf } from './model/runtime.js';
import { traced } from './model/trace-header.js';
import type { Environment, FunctionPool, InvocationOutcome } from './pool.js';
import type { Slot, Slots, Throttle } from './slots.js';

export interface InvokerParts {
  readonly catalogue: Catalogue;
  readonly packages: Pick<PackageStore, 'unpacked'>;
  readonly pool: FunctionPool;
  readonly slots: Slots;
  readonly metrics: Pick<FunctionMetrics, 'ran' | 'throttled'>;
  readonly loops: Pick<LoopNotices, 'stopped'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Where functions reach this server. */
  readonly endpoint: () => string;
}

/** What an invocation runs. */
export interface Target {
  readonly address: FunctionAddress;
  readonly record: FunctionRecord;
  readonly version: VersionRecord;
  readonly usage: Usage;
  /** With the qualifier that it was invoked by. */
  readonly invokedArn: string;
}

export interface Request {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly traceHeader: string | undefined;
  readonly clientContext: string | undefined;
}

export type Invoked =
  | Ran
  | Throttle
  /** The function was invoked by its own doing too often. */
  | { readonly kind: 'recursion' }
  | { readonly kind: 'stopped' };

export interface Ran {
  readonly kind: 'answered' | 'failed';
  readonly payload: Buffer;
  readonly log: Buffer;
  readonly executedVersion: string;
  readonly traceHeader: string;
}

/** Runs functions, whoever asks: what is found, whether there is room, and what is made of the outcome. */
export class Invoker {
  readonly #ended = new AbortController();

  constructor(private readonly parts: InvokerParts) {}

  /** Invocations under way end as `stopped`. */
  stop(): void {
    this.#ended.abort();
  }

  /** Throws ResourceNotFound. An alias with weights is drawn each time. */
  async target({ address, qualifier }: FunctionReference): Promise<Target> {
    const { catalogue } = this.parts;
    const [record, usage] = await Promise.all([catalogue.find(address), catalogue.usage(address)]);
    if (record === undefined) throw functionNotFound(qualifiedArn(address, qualifier ?? latest));
    const found = { address, record, usage, invokedArn: qualifiedArn(address, qualifier) };
    if (qualifier === undefined || qualifier === latest) return { ...found, version: record.latest };
    const number = isVersionNumber(qualifier) ? qualifier : this.#drawn(await catalogue.get('alias', address, qualifier));
    if (number === undefined) throw aliasNotFound(found.invokedArn);
    const version = number === latest ? record.latest : await catalogue.get('version', address, number);
    if (version === undefined) throw functionNotFound(qualifiedArn(address, number));
    return { ...found, version };
  }

  /** `promised`: a slot for it. Without one it takes what is free, or is refused. */
  async invoke(target: Target, request: Request, promised?: Slot): Promise<Invoked> {
    using _promised = promised;
    const { address, record, version } = target;
    const { metrics, loops, slots, clock, random } = this.parts;
    const arn = arnOf(address);
    const { header, count } = traced(request.traceHeader, arn, clock.now(), random);
    if (count > recursionMax && record.recursiveLoop === 'Terminate') {
      loops.stopped(arn, 1);
      return { kind: 'recursion' };
    }
    const taken = promised ?? slots.take(target);
    if (taken.kind === 'throttled') {
      metrics.throttled(arn);
      return taken;
    }
    using _slot = taken;
    const { requestId, payload, clientContext } = request;
    const { invokedArn } = target;
    using code = await this.#code(version);
    const environment = this.#environment(target, code.folder);
    const { signal } = this.#ended;
    const outcome = await this.parts.pool.invoke({
      environment,
      requestId,
      payload,
      invokedArn,
      traceHeader: header,
      clientContext,
      isAwaited: promised === undefined,
      signal,
    });
    if (outcome.kind === 'stopped') return outcome;
    const answer = withinLimit(outcome);
    metrics.ran(arn, answer.kind === 'failed', outcome.durationMs);
    return { ...answer, executedVersion: version.version, traceHeader: header };
  }

  /** Processes of a version whose code or configuration is replaced end. */
  retire(address: FunctionAddress, replaced: VersionRecord): void {
    this.parts.pool.retire(environmentKey(address, replaced));
  }

  #drawn(alias: AliasRecord | undefined): string | undefined {
    if (alias?.routing === undefined) return alias?.version;
    const share = this.parts.random.bytes(4).readUInt32BE() / 2 ** 32;
    return share < alias.routing.weight ? alias.routing.version : alias.version;
  }

  /** It stays where it is until the invocation has ended. */
  async #code({ code }: VersionRecord): Promise<UnpackedPackage> {
    if (code.kind === 'package') return this.parts.packages.unpacked(code.sha256);
    return { folder: code.path, [Symbol.dispose]: () => undefined };
  }

  #environment({ address, version }: Target, folder: string): Environment {
    const { settings } = version;
    return {
      key: environmentKey(address, version),
      folder,
      runtime: kindOf(settings.runtime),
      handler: settings.handler,
      functionName: address.name,
      version: version.version,
      functionArn: arnOf(address),
      memoryMb: settings.memoryMb,
      timeoutMs: settings.timeoutSeconds * 1_000,
      variables: this.#variables(address, version),
      concurrency: settings.concurrencyPerEnvironment,
    };
  }

  /** An access key of twelve digits is the account here, so what the function asks for is asked for by its own account. */
  #variables({ account, region }: FunctionAddress, { settings }: VersionRecord): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.parts.endpoint(),
      ...settings.variables,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'function',
      AWS_SESSION_TOKEN: 'function',
      ...(kindOf(settings.runtime) !== 'provided' && { AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}` }),
    };
  }
}

function environmentKey(address: FunctionAddress, { version, deployment }: VersionRecord): string {
  return `${qualifiedArn(address, version)}:${deployment}`;
}

function withinLimit(outcome: Exclude<InvocationOutcome, { kind: 'stopped' }>): Pick<Ran, 'kind' | 'payload' | 'log'> {
  const { kind, payload, log } = outcome;
  if (payload.length <= responseBytesMax) return { kind, payload, log };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${responseBytesMax} bytes).`;
  return { kind: 'failed', payload: Buffer.from(JSON.stringify({ errorMessage, errorType: 'Function.ResponseSizeTooLarge' })), log };
}
