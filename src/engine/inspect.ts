import { prefixEnd, within } from '../store/key.js';
import type { ReadTransaction } from '../store/store.js';
import { Counters } from './counters.js';
import type { PeekedMessage, PeekPage, QueueCounts } from './engine.js';
import { type GenerationKeys, seqOf, textOf, timeBeforeSeqOf } from './keys.js';
import { limits, never } from './limits.js';
import { bodyOf } from './queue-view.js';
import { decodeState, decodeTime, type MessageState, numbers, type QueueRecord } from './records.js';

/** Reads that claim nothing and change nothing. */

/** Exact counts, or `stale` while deadlines or messages whose time has come are still to be folded away. */
export function countsOf(tx: ReadTransaction, record: QueueRecord, keys: GenerationKeys, now: number): QueueCounts | 'stale' {
  const counters = Counters.load(tx, keys);
  const [oldest] = tx.range(within(keys.states(), 1));
  const { settings } = record;
  if (counters.stale(now)) return 'stale';
  const oldestEnqueuedAt = oldest === undefined ? undefined : timeBeforeSeqOf(oldest.key);
  if (oldestEnqueuedAt !== undefined && oldestEnqueuedAt + settings.retentionMs <= now) return 'stale';
  const inFlight = counters.inFlight.count;
  const delayed =
    settings.ordering === 'fifo'
      ? Math.min(counters.total - inFlight, youngerThanDelay(tx, keys, counters.nextSeq, now - settings.delayMs))
      : counters.delayed.count;
  const sentAt = oldest === undefined ? undefined : stateOf(oldest.key, oldest.value).sentAt;
  return {
    visible: counters.total - inFlight - delayed,
    inFlight,
    delayed,
    ...(sentAt === undefined ? {} : { oldestSentAt: sentAt }),
    noisyGroups: counters.tenanted === 0 ? 0 : noisyGroups(tx, keys, inFlight, now),
  };
}

/**
 * FIFO messages that the queue's delay still holds back. None of them can have been received or deleted, so their
 * sequence numbers have no gaps: the first of them tells their number.
 */
function youngerThanDelay(tx: ReadTransaction, keys: GenerationKeys, nextSeq: number, enqueuedAt: number): number {
  const [first] = tx.range({ from: keys.state(Math.max(0, enqueuedAt + 1), 0), to: prefixEnd(keys.states()), limit: 1 });
  return first === undefined ? 0 : nextSeq - seqOf(first.key);
}

/** By what is in flight; a tenant's count may still hold claims whose time is over. */
function noisyGroups(tx: ReadTransaction, keys: GenerationKeys, inFlight: number, now: number): number {
  const isNoisy = (count: number): boolean => count >= limits.noisyInFlightMin && count > inFlight * limits.noisyShare;
  const tenants = tx.range(within(keys.tenants(), limits.tenantsCountedMax));
  return tenants.filter(({ key, value }) => {
    const [, , , count = 0, earliest = never] = numbers.decode(value);
    return isNoisy(count) && isNoisy(earliest > now ? count : count - dueOf(tx, keys, textOf(key), now));
  }).length;
}

function dueOf(tx: ReadTransaction, keys: GenerationKeys, group: string, now: number): number {
  const range = { from: keys.tenantInFlight(group, 0), to: keys.tenantInFlight(group, now + 1), limit: limits.foldBucketsMax };
  return tx.range(range).reduce((sum, { value }) => sum + decodeTime(value), 0);
}

const cursorBytes = 12;

/** A page of messages, oldest first. Throws a RangeError for a cursor that is not of an earlier page. */
export function peekPage(
  tx: ReadTransaction,
  record: QueueRecord,
  keys: GenerationKeys,
  now: number,
  page: { after?: string; limit: number },
): PeekPage {
  const from = page.after === undefined ? keys.states() : keys.state(...afterCursor(page.after));
  const entries = tx.range({ from, to: prefixEnd(keys.states()), limit: page.limit });
  const last = entries.at(-1);
  const messages = entries.map(({ key, value }) => peeked(tx, record, keys, now, stateOf(key, value)));
  if (last === undefined || entries.length < page.limit) return { messages };
  return { messages, cursor: last.key.subarray(-cursorBytes).toString('base64url') };
}

function afterCursor(cursor: string): [number, number] {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length !== cursorBytes) throw new RangeError(`cursor ${JSON.stringify(cursor)} is not one of an earlier page`);
  return [bytes.readUIntBE(0, 6), bytes.readUIntBE(6, 6) + 1];
}

function peeked(tx: ReadTransaction, record: QueueRecord, keys: GenerationKeys, now: number, state: MessageState): PeekedMessage {
  const { messageId, content, deduplicationId, deadLetterSource } = bodyOf(tx, keys, state.seq);
  const { ordering, delayMs } = record.settings;
  const visibleAt = ordering === 'fifo' && state.claims === 0 ? state.enqueuedAt + delayMs : state.visibleAt;
  return {
    messageId,
    state: visibleAt <= now ? 'visible' : state.claims > 0 ? 'inFlight' : 'delayed',
    content,
    sentAt: state.sentAt,
    receives: state.receives,
    visibleAt,
    sequence: state.seq,
    ...(state.group === undefined ? {} : { group: state.group }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
    ...(deadLetterSource === undefined ? {} : { deadLetterSource }),
  };
}

function stateOf(key: Buffer, value: Buffer): MessageState {
  return decodeState(timeBeforeSeqOf(key), seqOf(key), value);
}
