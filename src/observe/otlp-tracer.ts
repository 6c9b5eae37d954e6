import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, type IdGenerator, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.js';
import type { EventLog } from '../base/event-log.js';
import type { Counter } from '../base/meter.js';
import type { Random } from '../base/random.js';
import type { SpanStart, Tracer } from '../base/tracer.js';

/** Loaded only where tracing is configured: a start without it need not wait for OpenTelemetry. */

export interface OtlpTracerOptions {
  /** Where spans are posted as JSON: `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly spans: Counter<'outcome'>;
  readonly events: Pick<EventLog, 'warn'>;
}

export interface OtlpTracer extends Tracer {
  /** Sends what waits, as far as it goes within the time that one post may take. */
  close(): Promise<void>;
}

/** Spans that wait to be sent; those beyond are lost. */
const waitingMax = 2_048;
const batchSpansMax = 512;
const batchDelayMs = 1_000;
/** One post with its repetitions. */
const postMsMax = 2_000;
const kinds = {
  producer: SpanKind.PRODUCER,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
  internal: SpanKind.INTERNAL,
} as const;

export function createOtlpTracer(options: OtlpTracerOptions): OtlpTracer {
  const { clock, random, spans, version } = options;
  let waiting = 0;
  const ids = new Ids(random);
  const exporter = watched(options, (count) => {
    waiting -= count;
  });
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: waitingMax,
    maxExportBatchSize: batchSpansMax,
    scheduledDelayMillis: batchDelayMs,
    exportTimeoutMillis: postMsMax + 1_000,
  });
  const resource = resourceFromAttributes({ 'service.name': 'signalbox', 'service.version': version });
  const provider = new TracerProvider({ resource, sampler: new AlwaysOnSampler(), idGenerator: ids, spanProcessors: [processor] });
  const tracer = provider.getTracer('signalbox', version);
  return {
    isOn: true,
    start({ name, kind, parent, attributes, id, startedAt = clock.now() }: SpanStart) {
      const { traceId, parentId } = parent;
      const above = parentId !== undefined && { traceId, spanId: parentId, traceFlags: 1, isRemote: true };
      ids.traceId = traceId;
      ids.spanId = id;
      const context = above ? trace.setSpanContext(ROOT_CONTEXT, above) : ROOT_CONTEXT;
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes, startTime: new Date(startedAt) }, context);
      return {
        id: span.spanContext().spanId,
        end({ error, attributes: more }) {
          if (waiting >= waitingMax) {
            spans.add({ outcome: 'lost' });
            return;
          }
          if (more !== undefined) span.setAttributes(more);
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
          waiting++;
          span.end(new Date(clock.now()));
        },
      };
    },
    close: () => provider.shutdown().catch(() => {}), // what was lost has been counted
  };
}

/** A span without a parent begins in the trace that is told, not in one of its own. */
class Ids implements IdGenerator {
  traceId = '';
  spanId: string | undefined;

  constructor(private readonly random: Random) {}

  generateTraceId(): string {
    return this.traceId;
  }

  generateSpanId(): string {
    return this.spanId ?? this.random.bytes(8).toString('hex');
  }
}

/** Counts what was sent and what was lost, and tells once when it begins to fail. */
function watched({ url, headers, spans, events }: OtlpTracerOptions, done: (count: number) => void): SpanExporter {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: postMsMax });
  let failing = false;
  return {
    export(batch, settled) {
      exporter.export(batch, (result) => {
        const failed = result.code !== 0; // ExportResultCode.SUCCESS
        if (failed && !failing)
          events.warn({ url, err: result.error }, 'spans cannot be sent to the collector: they are lost until it takes them');
        failing = failed;
        spans.add({ outcome: failed ? 'lost' : 'sent' }, batch.length);
        done(batch.length);
        settled(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
