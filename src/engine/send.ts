import type { MessageId } from '../base/ids.js';
import { within } from '../store/key.js';
import type { NewMessage, SentMessage } from './engine.js';
import { timeOf } from './keys.js';
import { limits } from './limits.js';
import type { QueueView } from './queue-view.js';
import { duplicateRecord, present } from './records.js';

export interface Draft extends NewMessage {
  readonly messageId: MessageId;
}

/** Enqueues drafts in order; on FIFO queues a deduplication id seen in the last five minutes enqueues nothing. */
export function send(view: QueueView, drafts: readonly Draft[]): readonly SentMessage[] {
  return drafts.map((draft) => (view.fifo ? sendOnce(view, draft) : enqueue(view, draft)));
}

function sendOnce(view: QueueView, draft: Draft): SentMessage {
  const { tx, keys, now } = view;
  const { group, deduplicationId } = draft;
  if (group === undefined || deduplicationId === undefined) {
    throw new Error(`a message for FIFO queue ${view.record.address} needs a group and a deduplication id`);
  }
  const scope = view.record.settings.deduplicationScope === 'group' ? group : '';
  const key = keys.duplicate(scope, deduplicationId);
  const value = tx.get(key);
  if (value !== undefined) {
    const first = duplicateRecord.decode(value);
    if (first.expiresAt > now) return { kind: 'duplicate', messageId: first.messageId, sequence: first.seq };
    tx.delete(keys.duplicateExpiry(first.expiresAt, scope, deduplicationId));
  }
  const sent = enqueue(view, draft);
  const expiresAt = now + limits.deduplicationWindowMs;
  tx.put(key, duplicateRecord.encode({ messageId: sent.messageId, seq: sent.sequence, expiresAt }));
  tx.put(keys.duplicateExpiry(expiresAt, scope, deduplicationId), present);
  return sent;
}

function enqueue(view: QueueView, draft: Draft): SentMessage {
  const { now } = view;
  const delayMs = view.fifo ? 0 : (draft.delayMs ?? view.record.settings.delayMs);
  const state = view.insert({
    messageId: draft.messageId,
    content: draft.content,
    group: draft.group,
    deduplicationId: draft.deduplicationId,
    deadLetterSource: undefined,
    enqueuedAt: now,
    visibleAt: now + delayMs,
    sentAt: now,
    receives: 0,
    firstReceivedAt: 0,
  });
  return { kind: 'sent', messageId: draft.messageId, sequence: state.seq };
}

/** Deletes up to `limit` deduplication ids whose window is over; answers how many. */
export function dropExpiredDuplicates(view: QueueView, limit: number): number {
  const { tx, keys, now } = view;
  const entries = tx.range(within(keys.duplicateExpiries(), limit));
  let dropped = 0;
  for (const { key } of entries) {
    if (timeOf(key) > now) break;
    tx.delete(keys.duplicateOfExpiry(key));
    tx.delete(key);
    dropped++;
  }
  return dropped;
}
