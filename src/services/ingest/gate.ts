import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Documents } from '../../engine/documents.js';
import { type Intake, intakeOf, type Taken } from './intake.js';
import type { ApiKeys } from './keys/api-keys.js';
import { type Caller, keyRefusalReply } from './keys/key-refusal.js';
import { limits } from './limits.js';
import type { Pipeline } from './pipeline.js';
import { receiveBody } from './receive-body.js';
import type { IngestRecord, MessageMetaData, MessageSecurityContext, NewRecord } from './record.js';
import type { RecordStore } from './record-store.js';
import { type Refusal, refusalReply, refused } from './refusal.js';
import { headerOf, type IngestReply, type IngestRequest } from './request.js';
import type { Spool, Spooled, SpoolWriter } from './spool.js';

export interface GateDependencies {
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly keys: Pick<ApiKeys, 'authenticate'>;
  readonly spool: Spool;
  readonly records: RecordStore;
  readonly documents: Pick<Documents, 'hasRoom'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly uploadsMax: number;
  readonly uploadBytesPerSecondMin: number;
}

const operation = 'Receive';

/** A payload that is in the spool, and what came with it. */
interface Received {
  readonly kind: 'received';
  readonly writer: SpoolWriter;
  readonly record: NewRecord;
  readonly onceKeys: readonly string[];
}

interface Gone {
  readonly kind: 'gone';
}

interface Filled extends Omit<Taken, 'kind'>, Spooled {
  readonly kind: 'filled';
}

/**
 * Where records come in.
 *
 * G1  A receipt goes out after the payload and the record are on the disk, never before.
 * G2  What does not end in a receipt leaves no file and no record.
 */
export class Gate {
  #uploads = 0;

  constructor(private readonly dependencies: GateDependencies) {}

  /** Undefined: the client has left. */
  async receive(request: IngestRequest, pipelineName: string): Promise<IngestReply | undefined> {
    const caller = await this.#authenticate(request, pipelineName);
    if ('kind' in caller) return refusalReply(caller, operation, request.requestId);
    const pipeline = this.dependencies.pipelines.get(pipelineName);
    const turnedAway = pipeline === undefined ? unknownPipeline(pipelineName) : this.#turnAway(request);
    if (turnedAway !== undefined || pipeline === undefined) return turnedAway && refusalReply(turnedAway, operation, request.requestId);
    this.#uploads++;
    const outcome = await this.#take(request, pipeline, caller).finally(() => this.#uploads--);
    if (outcome.kind === 'gone') return undefined;
    return outcome.kind === 'refused' ? refusalReply(outcome, operation, request.requestId) : receipt(outcome.record);
  }

  async #authenticate(request: IngestRequest, pipeline: string): Promise<Caller | Refusal> {
    const authenticated = await this.dependencies.keys.authenticate(headerOf(request, 'x-api-key'), { pipeline, permission: 'send' });
    if (authenticated.kind === 'caller') return authenticated.caller;
    const { code, message, retryAfterSeconds } = keyRefusalReply(authenticated);
    return refused(code, message, { retryAfterSeconds });
  }

  /** What can be said before the body is read. */
  #turnAway(request: IngestRequest): Refusal | undefined {
    if (request.method !== 'POST') return refused('MethodNotAllowed', `records are sent by POST, not ${request.method}`, { allow: 'POST' });
    const coding = headerOf(request, 'content-encoding');
    if (coding !== undefined && coding !== 'identity')
      return refused('UnsupportedContentEncoding', `the content encoding is ${coding}: send the body as it is`);
    if (!this.dependencies.documents.hasRoom()) return storageFull();
    if (this.#uploads < this.dependencies.uploadsMax) return undefined;
    return refused('TooManyUploads', `${this.#uploads} uploads are under way, which is the limit`, {
      retryAfterSeconds: limits.busyRetrySeconds,
    });
  }

  async #take(
    request: IngestRequest,
    pipeline: Pipeline,
    caller: Caller,
  ): Promise<{ kind: 'kept'; record: IngestRecord } | Refusal | Gone> {
    const received = await this.#spool(request, pipeline, caller);
    if (received.kind !== 'received') return received;
    const outcome = await this.#keep(pipeline, received).catch(async (fault: unknown) => {
      await received.writer.discard();
      throw fault;
    });
    if (outcome.kind === 'accepted') received.writer.keep();
    else await received.writer.discard(); // G2
    return outcome.kind === 'refused' ? outcome : { kind: 'kept', record: outcome.record };
  }

  /** The payload goes to the spool; what does not end there leaves no file. */
  async #spool(request: IngestRequest, pipeline: Pipeline, caller: Caller): Promise<Received | Refusal | Gone> {
    const makeIntake = intakeOf(request, pipeline);
    if ('kind' in makeIntake) return makeIntake;
    const messageID = this.dependencies.random.uuid();
    const writer = this.dependencies.spool.create(pipeline.name, messageID);
    try {
      const filled = await this.#fill(request, makeIntake(writer), writer);
      if (filled.kind === 'filled') {
        const record = { ...newRecord(messageID, pipeline.name, filled), messageSecurityContext: securityContext(request, caller) };
        return { kind: 'received', writer, record, onceKeys: onceKeys(record.messageMetaData) };
      }
      await writer.discard(); // G2
      return filled;
    } catch (fault) {
      await writer.discard(); // G2
      return faultOfDisk(fault);
    }
  }

  async #fill(request: IngestRequest, intake: Intake, writer: SpoolWriter): Promise<Filled | Refusal | Gone> {
    const { clock, uploadBytesPerSecondMin } = this.dependencies;
    const received = await receiveBody(request.body(), intake, clock, uploadBytesPerSecondMin);
    if (received.kind !== 'whole') return received;
    const taken = intake.end();
    return taken.kind === 'refused' ? taken : { ...taken, ...(await writer.finish()), kind: 'filled' };
  }

  async #keep(pipeline: Pipeline, { record, onceKeys }: Received) {
    const queue = await pipeline.accepted();
    const outcome = queue === undefined ? undefined : await this.dependencies.records.accept({ record, queue, onceKeys });
    if (outcome === undefined || outcome.kind === 'queueGone') return storageFull();
    if (outcome.kind !== 'conflict') return outcome;
    const { messageID } = outcome.record;
    const what = outcome.differs === 'payload' ? 'another payload' : 'other metadata';
    return refused('TransactionConflict', `the record ${messageID} has come with the same transaction and ${what}`, { messageID });
  }
}

function newRecord(
  messageID: string,
  pipeline: string,
  { messageMetaData, bytes, sha256, contentType, form }: Filled,
): Omit<NewRecord, 'messageSecurityContext'> {
  const persistence = { S3: false, metaData: false };
  const storageContext = { spoolReference: { key: messageID }, S3Reference: null, metaDataReference: null, persistence };
  return { messageID, messageMetaData, storageContext, pipeline, bytes, sha256, contentType, form };
}

function onceKeys({ sourceSystemID, sourceTransactionID }: MessageMetaData): readonly string[] {
  return sourceTransactionID === undefined ? [] : [JSON.stringify([sourceSystemID ?? null, sourceTransactionID])];
}

function securityContext(request: IngestRequest, { keyName, keyID }: Caller): MessageSecurityContext {
  const { sourceAddress, requestId, tls } = request;
  const userAgent = headerOf(request, 'user-agent')?.slice(0, limits.userAgentMax) ?? null;
  return { keyName, keyID, sourceAddress, userAgent, requestID: requestId, tls };
}

function receipt({ messageID, sha256, bytes, receivedAt }: IngestRecord): IngestReply {
  const body = { messageID, sha256, bytes, receivedAt: new Date(receivedAt).toISOString() };
  return { operation, outcome: 'ok', status: 200, contentType: 'application/json', body: `${JSON.stringify(body)}\n` };
}

function unknownPipeline(name: string): Refusal {
  return refused('UnknownPipeline', `there is no pipeline ${JSON.stringify(name)}: pipelines are named under ingest in the settings`);
}

function storageFull(): Refusal {
  return refused('StorageFull', 'the disk is nearly full: nothing was stored', { retryAfterSeconds: limits.fullRetrySeconds });
}

/** No room is a refusal; anything else is a fault. */
function faultOfDisk(fault: unknown): Refusal {
  const code = (fault as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return storageFull();
  throw fault;
}
