import { expect } from 'vitest';
import { TestEndpoint } from '../sdk/sns/endpoint.js';

/** As OTLP has it in JSON; opentelemetry-proto, trace.proto. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code: number; readonly message?: string };
}
interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: Pick<ExportedSpan, 'attributes'>;
    readonly scopeSpans: readonly { readonly spans: readonly ExportedSpan[] }[];
  }[];
}

/** Of spans, by their number in the protocol. */
export const spanKinds = { internal: 1, server: 2, client: 3, producer: 4 } as const;

export function valuesOf({ attributes }: Pick<ExportedSpan, 'attributes'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** Takes spans as a collector does. */
export class Collector implements AsyncDisposable {
  private constructor(private readonly endpoint: TestEndpoint) {}

  static async open(): Promise<Collector> {
    return new Collector(await TestEndpoint.open());
  }

  /** The setting `tracing` of a broker. */
  get setting() {
    return { otlp: { url: this.endpoint.url, headers: { 'x-key': 'secret' } } };
  }

  /** What has come: all of it, once the broker has stopped. */
  get spans(): readonly ExportedSpan[] {
    for (const { headers } of this.endpoint.arrivals) {
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-key': 'secret' });
    }
    const exported = this.endpoint.arrivals.map(({ body }) => JSON.parse(body) as Exported).flatMap(({ resourceSpans }) => resourceSpans);
    for (const { resource } of exported) expect(valuesOf(resource)).toMatchObject({ 'service.name': 'signalbox' });
    return exported.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.endpoint[Symbol.asyncDispose]();
  }
}
