import { parseJsonObject } from '../../../base/json-object.js';
import type { Topic } from '../../../engine/topics/topics.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { archiveDaysMax } from '../limits.js';

/** Developer guide, "Message archiving for FIFO topic owners". A topic with a policy keeps what is published for that many days. */
export interface ArchivePolicy {
  readonly days: number;
}

const dayMs = 86_400_000;

/** Undefined for `{}`, which ends archiving. */
export function readArchivePolicy(json: string): ArchivePolicy | undefined | Refusal {
  const policy = parseJsonObject(json);
  if (policy === undefined) return invalid('ArchivePolicy: Unable to parse JSON');
  if (Object.keys(policy).length === 0) return undefined;
  const { MessageRetentionPeriod: period, ...others } = policy;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return invalid(`ArchivePolicy: JSON has the unknown field ${unknown}`);
  if (period === undefined) return invalid('ArchivePolicy: JSON is missing required fields');
  const days = typeof period === 'number' || (typeof period === 'string' && /^\d{1,3}$/.test(period)) ? Number(period) : Number.NaN;
  if (!Number.isInteger(days) || days < 1 || days > archiveDaysMax)
    return invalid('ArchivePolicy: MessageRetentionPeriod value is invalid');
  return { days };
}

export function shownArchivePolicy({ days }: ArchivePolicy): string {
  return JSON.stringify({ MessageRetentionPeriod: String(days) });
}

/** The archive of a topic, as long as it has a policy. */
export interface Archive {
  readonly retentionMs: number;
  /** Nothing older is in it: since it was switched on, and within its retention. Epoch milliseconds. */
  readonly beganAt: (now: number) => number;
}

/** Internal property beside `ArchivePolicy`: since when everything that the retention covers is there. */
export const archiveSince = 'ArchiveSince';

export function archiveOf({ properties }: Pick<Topic, 'properties'>): Archive | undefined {
  if (properties.ArchivePolicy === undefined) return undefined;
  const policy = readArchivePolicy(properties.ArchivePolicy);
  if (policy === undefined || isRefusal(policy)) throw new Error(`a stored archive policy is not valid: ${properties.ArchivePolicy}`);
  const retentionMs = policy.days * dayMs;
  const since = Number(properties[archiveSince]);
  return { retentionMs, beganAt: (now) => Math.max(since, now - retentionMs) };
}

/**
 * Since when, for a topic whose policy is set now: a longer retention does not bring back what a shorter one has dropped. An archive that
 * is switched on begins with the second, since that is what people's clocks and commands tell.
 */
export function archiveSinceFor(current: Pick<Topic, 'properties'> | undefined, now: number): string {
  const archive = current && archiveOf(current);
  return String(archive?.beganAt(now) ?? Math.floor(now / 1_000) * 1_000);
}
