import type { SpanPlace } from './trace-context.js';

/** Where a part of the program tells what it did for a request, for those who follow the request's trace. Slow or dead receivers hold up nobody. */
export interface Tracer {
  /** Undefined: nothing is recorded. A span that is never ended is not told of. */
  start(span: SpanStart): Span | undefined;
}

export interface SpanStart {
  readonly name: string;
  /** `producer`: hands a message over to be delivered later. `client`: asks somebody and waits for the answer. */
  readonly kind: 'producer' | 'client';
  readonly parent: SpanPlace;
  readonly attributes: SpanAttributes;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** 16 hexadecimal digits: the parent of what is done next. */
  readonly id: string;
  /** `error`: why it failed. */
  end(outcome: { readonly error?: string | undefined; readonly attributes?: SpanAttributes }): void;
}

/** Records nothing. */
export const noTracer: Tracer = { start: () => undefined };
