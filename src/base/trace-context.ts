import type { Random } from './random.js';

/**
 * The two ways in which requests say which trace they belong to: the X-Ray header (`X-Amzn-Trace-Id`; X-Ray developer guide, "Tracing
 * header") and `traceparent` with `tracestate` (W3C Trace Context). An X-Ray root is a trace id with its first 8 digits set apart.
 */

export interface W3cTrace {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

/** What either header says. Ids are lower-case hexadecimal. */
export interface SpanPlace {
  readonly traceId: string;
  /** The span that the request was made in; a header of X-Ray need not name one. */
  readonly parentId: string | undefined;
  readonly sampled: boolean;
}

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const rootPattern = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i;
const spanIdPattern = /^[0-9a-f]{16}$/i;
const sampledFlag = 1;

/** Undefined for what is no `traceparent`: its `tracestate` is worth nothing then (W3C, 3.3.1). */
export function readW3cTrace(traceparent: string | undefined, tracestate: string | undefined): W3cTrace | undefined {
  if (traceparent === undefined || placeOfTraceparent(traceparent) === undefined) return undefined;
  return { traceparent, tracestate: tracestate === '' ? undefined : tracestate };
}

/** W3C, 3.2.2: version `ff` and ids of zeros are invalid; a version after `00` may have more fields. */
function placeOfTraceparent(traceparent: string): SpanPlace | undefined {
  const [, version, traceId = '', parentId = '', flags = '', more] = traceparentPattern.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (isZeros(traceId) || isZeros(parentId)) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 };
}

/** Undefined where no root can be made out. */
export function placeOfTraceHeader(header: string): SpanPlace | undefined {
  const fields = new Map(header.split(';').map(fieldOf));
  const [, time, rest] = rootPattern.exec(fields.get('Root') ?? '') ?? [];
  if (time === undefined || rest === undefined) return undefined;
  const traceId = `${time}${rest}`.toLowerCase();
  const parentId = (fields.get('Parent') ?? '').toLowerCase();
  if (isZeros(traceId)) return undefined;
  const isParent = spanIdPattern.test(parentId) && !isZeros(parentId);
  return { traceId, parentId: isParent ? parentId : undefined, sampled: fields.get('Sampled') === '1' };
}

export function traceHeaderOf({ traceparent }: W3cTrace): string | undefined {
  const place = placeOfTraceparent(traceparent);
  return place && traceHeaderAt(place);
}

/** What both headers say of a request: that of X-Ray counts first. Undefined where neither says anything. */
export function placeOfRequest(traceHeader: string | undefined, traceparent: string | undefined): SpanPlace | undefined {
  const place = traceHeader === undefined ? undefined : placeOfTraceHeader(traceHeader);
  return place ?? (traceparent === undefined ? undefined : placeOfTraceparent(traceparent));
}

/** The place and nothing else. */
export function traceHeaderAt({ traceId, parentId, sampled }: SpanPlace): string {
  const parent = parentId === undefined ? '' : `Parent=${parentId};`;
  return `Root=${rootOf(traceId)};${parent}Sampled=${Number(sampled)}`;
}

/** A trace id as X-Ray's header has it. */
export function rootOf(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

/** A trace that begins here, and is followed. The first 8 digits are the time in seconds, as X-Ray has it. */
export function newTrace(now: number, random: Random): SpanPlace {
  const seconds = Math.floor(now / 1_000)
    .toString(16)
    .padStart(8, '0')
    .slice(-8);
  return { traceId: seconds + random.bytes(12).toString('hex'), parentId: undefined, sampled: true };
}

/** Undefined for a header without a parent: a `traceparent` must name one. */
export function traceparentOf(header: string): string | undefined {
  const place = placeOfTraceHeader(header);
  return place?.parentId === undefined ? undefined : `00-${place.traceId}-${place.parentId}-${place.sampled ? '01' : '00'}`;
}

/** What travels with a request or a message. */
export interface TraceCarrier {
  readonly traceHeader?: string | undefined;
  readonly w3cTrace?: W3cTrace | undefined;
}

/** The same trace with another parent. A `traceparent` of another trace stays as it is. */
export function carriedBelow({ traceHeader = '', w3cTrace }: TraceCarrier, place: SpanPlace, parentId: string): TraceCarrier {
  const parent = `Parent=${parentId}`;
  const others = traceHeader.split(';').filter((field) => fieldOf(field)[0] !== 'Parent');
  const traceparent = `00-${place.traceId}-${parentId}-${place.sampled ? '01' : '00'}`;
  const isSame = w3cTrace !== undefined && placeOfTraceparent(w3cTrace.traceparent)?.traceId === place.traceId;
  return {
    traceHeader: others.flatMap((field) => (fieldOf(field)[0] === 'Root' ? [field, parent] : [field])).join(';'),
    w3cTrace: isSame ? { ...w3cTrace, traceparent } : w3cTrace,
  };
}

function fieldOf(field: string): readonly [string, string] {
  const at = field.indexOf('=');
  return at < 0 ? [field.trim(), ''] : [field.slice(0, at).trim(), field.slice(at + 1).trim()];
}

function isZeros(id: string): boolean {
  return /^0+$/.test(id);
}
