import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import { newTrace, placeOfRequest, traceHeaderAt } from '../../base/trace-context.js';
import type { Span, Tracer } from '../../base/tracer.js';
import type { ReceivedRecord } from './record.js';
import { headerOf, type IngestRequest } from './request.js';

/** An upload, and the trace that its record goes on in. */
export interface TracedUpload {
  /** X-Ray trace header; undefined: none was sent, and nobody looks at traces. */
  readonly traceHeader: string | undefined;
  readonly span: Span | undefined;
}

export interface IntakeTracingParts {
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly random: Random;
}

/** The trace that a request names, or a new one where a collector is there: all that follows from the record is done in it. */
export function traceUpload({ tracer, clock, random }: IntakeTracingParts, request: IngestRequest, pipeline: string): TracedUpload {
  const named = placeOfRequest(headerOf(request, 'x-amzn-trace-id'), headerOf(request, 'traceparent'));
  const place = named ?? (tracer.isOn ? newTrace(clock.now(), random) : undefined);
  if (place === undefined) return { traceHeader: undefined, span: undefined };
  const attributes = { 'signalbox.ingest.pipeline': pipeline, 'signalbox.request.id': request.requestId };
  const span = place.sampled ? tracer.start({ name: `receive ${pipeline}`, kind: 'server', parent: place, attributes }) : undefined;
  return { traceHeader: traceHeaderAt(span === undefined ? place : { ...place, parentId: span.id }), span };
}

export type UploadEnd =
  | { readonly kind: 'accepted' | 'known'; readonly record: ReceivedRecord }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'gone' };

export function endUpload({ span }: TracedUpload, end: UploadEnd): void {
  switch (end.kind) {
    case 'gone':
      span?.end({ error: 'the client has left' });
      return;
    case 'refused':
      span?.end({ error: `${end.code}: ${end.message}` });
      return;
    default: {
      const { messageID, bytes, form } = end.record;
      const attributes = { 'messaging.message.id': messageID, 'messaging.message.body.size': bytes, 'signalbox.ingest.form': form };
      span?.end({ attributes: { ...attributes, 'signalbox.ingest.repeated': end.kind === 'known' } });
    }
  }
}
