import type { SpanPlace } from './trace-context.js';

/** Where a part of the program tells what it did for a request, for those who follow the request's trace. Slow or dead receivers hold up nobody. */
export interface Tracer {
  /** False: nothing is recorded, and no trace need be begun. */
  readonly isOn: boolean;
  /** Undefined: nothing is recorded. A span that is never ended is not told of. */
  start(span: SpanStart): Span | undefined;
}

export interface SpanStart {
  readonly name: string;
  /**
   * `producer`: hands a message over to be delivered later. `client`: asks somebody and waits for the answer. `server`: answers somebody. `internal`: what
   * nobody outside waits for.
   */
  readonly kind: 'producer' | 'client' | 'server' | 'internal';
  readonly parent: SpanPlace;
  readonly attributes: SpanAttributes;
  /** Of a span that others have named as their parent already. */
  readonly id?: string;
  /** Epoch milliseconds; absent: now. */
  readonly startedAt?: number;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** 16 hexadecimal digits: the parent of what is done next. */
  readonly id: string;
  /** `error`: why it failed. */
  end(outcome: { readonly error?: string | undefined; readonly attributes?: SpanAttributes }): void;
}

/** Records nothing. */
export const noTracer: Tracer = { isOn: false, start: () => undefined };
