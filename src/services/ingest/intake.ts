import { JsonEnvelope } from './json-envelope.js';
import { limits } from './limits.js';
import type { Pipeline } from './pipeline.js';
import { hasMetaDataHeaders, metaDataHeaders, metaDataOfHeaders } from './raw-form.js';
import type { BodySink } from './receive-body.js';
import type { MessageMetaData } from './record.js';
import { readReference, type WantedReference } from './reference.js';
import { type Refusal, refused } from './refusal.js';
import { headerOf, type IngestRequest } from './request.js';
import type { SpoolWriter } from './spool-writer.js';

/** Takes a body apart while it arrives: the payload goes to the spool. */
export interface Intake extends BodySink {
  /** Once all of the body was taken. */
  end(): Taken | Refusal;
}

/** What came besides the payload, or in its place. */
export interface Taken {
  readonly kind: 'taken';
  readonly form: 'raw' | 'json' | 'reference';
  readonly messageMetaData: MessageMetaData;
  readonly contentType: string;
  /** Where the payload is; it is not in the spool then. */
  readonly reference?: WantedReference;
}

export type MakeIntake = (writer: SpoolWriter) => Intake;

const unknownType = 'application/octet-stream';

/** Makes the intake that suits the request, or says what is wrong with it before its body is read. */
export function intakeOf(request: IngestRequest, pipeline: Pipeline): MakeIntake | Refusal {
  if (hasMetaDataHeaders(request)) return rawIntake(request, pipeline);
  if (isJson(request)) return (writer) => new JsonIntake(writer, pipeline);
  return refused(
    'MalformedRequest',
    `the metadata are missing: send them in the headers ${Object.keys(metaDataHeaders).join(', ')} with the payload as the body, or send messageMetaData and messagePayload as application/json`,
  );
}

/** Producers written for the sample say nothing of the type. */
function isJson(request: IngestRequest): boolean {
  const type = headerOf(request, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/json' || !request.path.startsWith('/ingest/');
}

function rawIntake(request: IngestRequest, pipeline: Pipeline): MakeIntake | Refusal {
  const { payloadBytesMax } = pipeline.settings;
  const read = metaDataOfHeaders(request);
  if (read.kind === 'refused') return read;
  const { messageMetaData } = read;
  const refusal = pipeline.refusalOf(messageMetaData);
  if (refusal !== undefined) return refusal;
  if (Number(headerOf(request, 'content-length') ?? 0) > payloadBytesMax) return payloadTooLarge(payloadBytesMax);
  const contentType = headerOf(request, 'content-type')?.slice(0, limits.contentTypeMax) || unknownType;
  return (writer) => {
    const payload = new Payload(writer, payloadBytesMax);
    return {
      take: (chunk) => payload.write(chunk) ?? payload.more,
      onRoom: (callback) => writer.onRoom(callback),
      end: () => ({ kind: 'taken', form: 'raw', messageMetaData, contentType }),
    };
  };
}

/** Metadata and payload, or a reference to it, within a JSON object. */
class JsonIntake implements Intake {
  readonly #payload: Payload;
  readonly #envelope: JsonEnvelope;
  #metaData: MessageMetaData = {};
  #reference: WantedReference | undefined;

  constructor(
    private readonly writer: SpoolWriter,
    pipeline: Pipeline,
  ) {
    this.#payload = new Payload(writer, pipeline.settings.payloadBytesMax);
    this.#envelope = new JsonEnvelope({
      payload: (bytes) => this.#payload.write(bytes),
      metaData: (metaData) => {
        this.#metaData = metaData;
        return pipeline.refusalOf(metaData);
      },
      reference: (given) => {
        const read = readReference(given, pipeline.settings.references);
        if (read.kind === 'refused') return read;
        this.#reference = read;
        return undefined;
      },
    });
  }

  take(chunk: Buffer): 'more' | 'wait' | Refusal | Error {
    return this.#envelope.push(chunk) ?? this.#payload.more;
  }

  onRoom(callback: () => void): void {
    this.writer.onRoom(callback);
  }

  end(): Taken | Refusal {
    const refusal = this.#envelope.end();
    if (refusal !== undefined) return refusal;
    const messageMetaData = this.#metaData;
    if (this.#reference === undefined) return { kind: 'taken', form: 'json', messageMetaData, contentType: unknownType };
    return { kind: 'taken', form: 'reference', messageMetaData, contentType: unknownType, reference: this.#reference };
  }
}

/** Writes a payload that may not be longer than it may. */
export class Payload {
  more: 'more' | 'wait' = 'more';

  constructor(
    private readonly writer: SpoolWriter,
    private readonly bytesMax: number,
  ) {}

  write(chunk: Buffer): Refusal | Error | undefined {
    if (this.writer.bytes + chunk.length > this.bytesMax) return payloadTooLarge(this.bytesMax);
    if (this.writer.fault !== undefined) return this.writer.fault;
    this.more = this.writer.write(chunk) ? 'more' : 'wait';
    return undefined;
  }
}

function payloadTooLarge(bytesMax: number): Refusal {
  return refused('PayloadTooLarge', `the payload has more than ${bytesMax} bytes`);
}
