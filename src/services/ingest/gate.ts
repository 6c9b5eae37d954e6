import type { Clock } from '../../base/clock.js';
import type { Meter } from '../../base/meter.js';
import type { Random } from '../../base/random.js';
import type { Tracer } from '../../base/tracer.js';
import type { Documents } from '../../engine/documents.js';
import { fetchObject } from './fetched-reference.js';
import { type GateMetrics, gateMetrics } from './gate-metrics.js';
import { type Intake, intakeOf, type MakeIntake } from './intake.js';
import { endUpload, traceUpload } from './intake-tracing.js';
import type { ApiKeys } from './keys/api-keys.js';
import { type Caller, keyRefusalReply } from './keys/key-refusal.js';
import { limits } from './limits.js';
import { type Filled, newRecord, onceKeys, type Promises, promisesOf, securityContext } from './new-record.js';
import type { PendingRecords } from './pending-records.js';
import type { Pipeline } from './pipeline.js';
import { type BodySink, receiveBody } from './receive-body.js';
import type { ReceivedRecord } from './record.js';
import { notedReference, type ObjectSource, type WantedReference } from './reference.js';
import { type Refusal, refusalReply, refused } from './refusal.js';
import type { Refusals } from './refusals.js';
import { headerOf, type IngestReply, type IngestRequest } from './request.js';
import type { Spool } from './spool.js';
import type { SpooledRecord } from './spool-trailer.js';
import type { SpoolWriter } from './spool-writer.js';

export interface GateDependencies {
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly keys: Pick<ApiKeys, 'authenticate'>;
  readonly spool: Pick<Spool, 'create'>;
  readonly pending: Pick<PendingRecords, 'accept' | 'isHeldUp'>;
  readonly refusals: Pick<Refusals, 'keep'>;
  readonly objects: ObjectSource;
  readonly documents: Pick<Documents, 'hasRoom'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly uploadsMax: number;
  readonly uploadBytesPerSecondMin: number;
}

const operation = 'Receive';

/** One request on its way to a receipt. */
interface Upload {
  readonly request: IngestRequest;
  readonly pipeline: Pipeline;
  readonly caller: Caller;
  readonly traceHeader: string | undefined;
  readonly promises: Promises;
  readonly makeIntake: MakeIntake;
}

type Outcome =
  | { readonly kind: 'accepted' | 'known'; readonly record: ReceivedRecord }
  | Refusal
  /** The client has left. */
  | { readonly kind: 'gone' };

/**
 * Where records come in: who sends it, whether it may come, its payload and the record into the spool, the receipt.
 *
 * G1  A receipt goes out after the payload and the record are on the disk, never before. The store may get the record after that.
 * G2  What is refused, or breaks off, leaves no file and no record.
 */
export class Gate {
  #uploads = 0;
  readonly #metrics: GateMetrics;

  constructor(private readonly dependencies: GateDependencies) {
    this.#metrics = gateMetrics(dependencies.meter, () => this.#uploads);
  }

  /** Whether uploads are under way. */
  get isBusy(): boolean {
    return this.#uploads > 0;
  }

  /** Undefined: the client has left. */
  async receive(request: IngestRequest, pipelineName: string): Promise<IngestReply | undefined> {
    const outcome = await this.#receive(request, pipelineName);
    const label = this.dependencies.pipelines.has(pipelineName) ? pipelineName : 'unknown';
    switch (outcome.kind) {
      case 'gone':
        this.#metrics.received(label, 'gone', 0);
        return undefined;
      case 'refused':
        this.#metrics.received(label, outcome.code, 0);
        return refusalReply(outcome, operation, request.requestId);
      default:
        this.#metrics.received(label, outcome.kind === 'known' ? 'repeated' : 'accepted', outcome.record.bytes);
        return receipt(outcome.record);
    }
  }

  async #receive(request: IngestRequest, pipelineName: string): Promise<Outcome> {
    const caller = await this.#authenticate(request, pipelineName);
    if ('kind' in caller) return caller;
    const pipeline = this.dependencies.pipelines.get(pipelineName);
    if (pipeline === undefined) return unknownPipeline(pipelineName);
    const turnedAway = this.#turnAway(request);
    if (turnedAway !== undefined) return turnedAway;
    const traced = traceUpload(this.dependencies, request, pipelineName);
    const outcome = await this.#takeUnlessWrong({ request, pipeline, caller, traceHeader: traced.traceHeader });
    endUpload(traced, outcome);
    if (outcome.kind === 'refused' && pipeline.settings.keepRefusals) {
      await this.dependencies.refusals.keep(pipelineName, outcome, caller, request, this.dependencies.clock.now());
    }
    return outcome;
  }

  async #takeUnlessWrong(upload: Omit<Upload, 'promises' | 'makeIntake'>): Promise<Outcome> {
    const { request, pipeline } = upload;
    const promises = promisesOf(request);
    if (promises.kind === 'refused') return promises;
    const makeIntake = intakeOf(request, pipeline);
    if ('kind' in makeIntake) return makeIntake;
    this.#uploads++;
    return this.#take({ ...upload, promises, makeIntake }).finally(() => this.#uploads--);
  }

  async #authenticate(request: IngestRequest, pipeline: string): Promise<Caller | Refusal> {
    const authenticated = await this.dependencies.keys.authenticate(headerOf(request, 'x-api-key'), { pipeline, permission: 'send' });
    if (authenticated.kind === 'caller') return authenticated.caller;
    const { code, message, retryAfterSeconds } = keyRefusalReply(authenticated);
    return refused(code, message, { retryAfterSeconds });
  }

  #turnAway(request: IngestRequest): Refusal | undefined {
    if (request.method !== 'POST') return refused('MethodNotAllowed', `records are sent by POST, not ${request.method}`, { allow: 'POST' });
    const coding = headerOf(request, 'content-encoding');
    if (coding !== undefined && coding !== 'identity') {
      return refused('UnsupportedContentEncoding', `the content encoding is ${coding}: send the body as it is`);
    }
    if (!this.dependencies.documents.hasRoom()) return storageFull();
    if (this.dependencies.pending.isHeldUp) return heldUp();
    if (this.#uploads < this.dependencies.uploadsMax) return undefined;
    const message = `${this.#uploads} uploads are under way, which is the limit`;
    return refused('TooManyUploads', message, { retryAfterSeconds: limits.busyRetrySeconds });
  }

  async #take(upload: Upload): Promise<Outcome> {
    const { request, pipeline, caller, traceHeader, promises } = upload;
    const { clock, random, spool } = this.dependencies;
    const messageID = random.uuid();
    const writer = spool.create(pipeline.name, messageID);
    const filled = await this.#fill(upload, writer).catch((fault: unknown) => new Fault(fault));
    if (filled.kind !== 'filled') {
      await writer.discard(); // G2
      return filled instanceof Fault ? filled.asRefusal() : filled;
    }
    const arrival = { messageID, pipeline: pipeline.name, receivedAt: clock.now(), sender: securityContext(request, caller), traceHeader };
    const record = newRecord(arrival, filled);
    const spooled = { record, onceKeys: onceKeys(record, caller, promises) };
    const outcome = await this.#keep(pipeline, spooled, writer).catch((fault: unknown) => new Fault(fault));
    if (outcome.kind !== 'accepted') await writer.discard(); // G2
    return outcome instanceof Fault ? outcome.asRefusal() : outcome;
  }

  async #fill(
    { request, pipeline, promises, makeIntake }: Upload,
    writer: SpoolWriter,
  ): Promise<Filled | Refusal | { readonly kind: 'gone' }> {
    const { clock, uploadBytesPerSecondMin } = this.dependencies;
    const intake: Intake = makeIntake(writer);
    const received = await receiveBody(request.body(), this.#whileThereIsRoom(intake), clock, uploadBytesPerSecondMin);
    if (received.kind !== 'whole') return received;
    const taken = intake.end();
    if (taken.kind === 'refused') return taken;
    const { reference, ...rest } = taken;
    const referred = reference && (await this.#refer(reference, request, pipeline, writer));
    if (referred !== undefined && 'kind' in referred) return referred;
    const spooled = writer.end();
    const sha256 = promises.sha256 ?? (referred?.reference.fetched ? reference?.sha256 : undefined);
    if (sha256 !== undefined && sha256 !== spooled.sha256) {
      return refused('ChecksumMismatch', `the payload that arrived has the SHA-256 ${spooled.sha256}, not ${sha256}`);
    }
    return { ...rest, ...referred, ...spooled, kind: 'filled' };
  }

  /** Writes what stands for the payload: the object that is referred to, or the reference. */
  async #refer(reference: WantedReference, request: IngestRequest, { settings }: Pipeline, writer: SpoolWriter) {
    if (settings.references.mode === 'fetch') {
      const { objects, clock, uploadBytesPerSecondMin } = this.dependencies;
      return fetchObject(reference, writer, {
        objects,
        clock,
        uploadBytesPerSecondMin,
        bytesMax: settings.payloadBytesMax,
        signal: request.signal,
      });
    }
    const { payload, facts } = notedReference(reference);
    writer.write(payload);
    return facts;
  }

  /** What is under way when the disk becomes nearly full must not take what the store has in reserve. */
  #whileThereIsRoom(intake: Intake): BodySink {
    return {
      take: (chunk) => (this.dependencies.documents.hasRoom() ? intake.take(chunk) : storageFull()),
      onRoom: (callback) => intake.onRoom(callback),
    };
  }

  async #keep(pipeline: Pipeline, spooled: SpooledRecord, writer: SpoolWriter): Promise<Outcome> {
    if ((await pipeline.accepted()) === undefined) return storageFull();
    const outcome = await this.dependencies.pending.accept(spooled, () => writer.seal(spooled));
    if (outcome.kind === 'heldUp') return heldUp();
    if (outcome.kind !== 'conflict') return outcome;
    const { messageID } = outcome.record;
    const what = outcome.differs === 'payload' ? 'another payload' : 'other metadata';
    return refused('TransactionConflict', `the record ${messageID} has come with the same transaction and ${what}`, { messageID });
  }
}

function receipt({ messageID, sha256, bytes, receivedAt }: ReceivedRecord): IngestReply {
  const body = { messageID, sha256, bytes, receivedAt: new Date(receivedAt).toISOString() };
  return { operation, outcome: 'ok', status: 200, contentType: 'application/json', body: `${JSON.stringify(body)}\n` };
}

function unknownPipeline(name: string): Refusal {
  return refused('UnknownPipeline', `there is no pipeline ${JSON.stringify(name)}: pipelines are named under ingest in the settings`);
}

function storageFull(): Refusal {
  return refused('StorageFull', 'the disk is nearly full: nothing was stored', { retryAfterSeconds: limits.fullRetrySeconds });
}

/** Its log says why. */
function heldUp(): Refusal {
  return refused('StorageFull', 'the store of the broker takes no records at present: nothing was stored', {
    retryAfterSeconds: limits.fullRetrySeconds,
  });
}

/** A fault, until what must be done first is done. */
class Fault {
  readonly kind = 'fault';

  constructor(private readonly fault: unknown) {}

  /** No room, on the disk or in the store, is a refusal; anything else is thrown on. */
  asRefusal(): Refusal {
    const { code, fault } = this.fault as { readonly code?: unknown; readonly fault?: unknown };
    if (code === 'ENOSPC' || code === 'EDQUOT' || fault === 'full') return storageFull();
    throw this.fault;
  }
}
