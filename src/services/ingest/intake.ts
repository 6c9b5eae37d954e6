import { limits } from './limits.js';
import type { Pipeline } from './pipeline.js';
import { hasMetaDataHeaders, metaDataHeaders, metaDataOfHeaders } from './raw-form.js';
import type { BodySink } from './receive-body.js';
import type { MessageMetaData, PayloadForm } from './record.js';
import { type Refusal, refused } from './refusal.js';
import { headerOf, type IngestRequest } from './request.js';
import type { SpoolWriter } from './spool.js';

/** Takes a body apart while it arrives: the payload goes to the spool. */
export interface Intake extends BodySink {
  /** Once all of the body was taken. */
  end(): Taken | Refusal;
}

/** What came besides the payload. */
export interface Taken {
  readonly kind: 'taken';
  readonly form: PayloadForm;
  readonly messageMetaData: MessageMetaData;
  readonly contentType: string;
}

/** Makes the intake that suits the request, or says what is wrong with it before its body is read. */
export function intakeOf(request: IngestRequest, { settings }: Pipeline): ((writer: SpoolWriter) => Intake) | Refusal {
  if (hasMetaDataHeaders(request)) return rawIntake(request, settings.payloadBytesMax);
  return refused(
    'MalformedRequest',
    `the metadata are missing: send them in the headers ${Object.keys(metaDataHeaders).join(', ')} with the payload as the body`,
  );
}

function rawIntake(request: IngestRequest, bytesMax: number): ((writer: SpoolWriter) => Intake) | Refusal {
  const read = metaDataOfHeaders(request);
  if (read.kind === 'refused') return read;
  if (Number(headerOf(request, 'content-length') ?? 0) > bytesMax) return payloadTooLarge(bytesMax);
  const contentType = headerOf(request, 'content-type')?.slice(0, limits.contentTypeMax) ?? 'application/octet-stream';
  const { messageMetaData } = read;
  return (writer) => ({
    take: (chunk) => (writer.bytes + chunk.length > bytesMax ? payloadTooLarge(bytesMax) : written(writer, chunk)),
    onRoom: (callback) => writer.onRoom(callback),
    end: () => ({ kind: 'taken', form: 'raw', messageMetaData, contentType }),
  });
}

function written(writer: SpoolWriter, chunk: Buffer): 'more' | 'wait' | Error {
  if (writer.fault !== undefined) return writer.fault;
  return writer.write(chunk) ? 'more' : 'wait';
}

function payloadTooLarge(bytesMax: number): Refusal {
  return refused('PayloadTooLarge', `the payload has more than ${bytesMax} bytes`);
}
