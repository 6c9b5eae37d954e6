import { parseJsonObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';

/**
 * Developer guide, "Message replay for FIFO topic subscribers": from a point of the archive up to another, or on into what is being
 * published. Times in epoch milliseconds.
 */
export interface ReplayPolicy {
  readonly from: number;
  /** Exclusive. Absent: until the subscription has caught up. */
  readonly until: number | undefined;
  /** As it is returned: compact, members in AWS's order. */
  readonly shown: string;
}

/** ISO 8601 with a time zone. */
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Undefined for a policy that ends the replay. `prefix` begins the error's text. */
export function readReplayPolicy(json: string, prefix: string): ReplayPolicy | undefined | Refusal {
  const refuse = (text: string): Refusal => invalid(`${prefix}ReplayPolicy: ${text}`);
  if (json === '') return undefined;
  const policy = parseJsonObject(json);
  if (policy === undefined) return refuse('Unable to parse JSON');
  if (Object.keys(policy).length === 0) return undefined;
  const { PointType, StartingPoint, EndingPoint, ...others } = policy;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return refuse(`JSON has the unknown field ${unknown}`);
  if (PointType === undefined || StartingPoint === undefined) return refuse('JSON is missing required fields');
  if (PointType !== 'Timestamp') return refuse('Invalid PointType');
  const from = readTime(StartingPoint);
  if (from === undefined) return refuse('Invalid StartingPoint value');
  const until = EndingPoint === undefined || EndingPoint === null ? undefined : readTime(EndingPoint);
  if (until === undefined && EndingPoint !== undefined && EndingPoint !== null) return refuse('Invalid EndingPoint value');
  const shown = JSON.stringify({ PointType, StartingPoint, ...(until !== undefined && { EndingPoint }) });
  return { from, until, shown };
}

/** Whether the archive has what the policy asks for. `beganAt`: undefined when the topic has no archive. */
export function checkReplayPolicy(policy: ReplayPolicy, beganAt: number | undefined, now: number, prefix: string): Refusal | undefined {
  const refuse = (text: string): Refusal => invalid(`${prefix}ReplayPolicy: ${text}`);
  const { from, until } = policy;
  if (beganAt === undefined) return refuse('Topic does not have an ArchivePolicy');
  if (from < beganAt || from > now) return refuse('Invalid StartingPoint value');
  return until !== undefined && (until < from || until > now) ? refuse('Invalid EndingPoint value') : undefined;
}

function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' && timestamp.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
