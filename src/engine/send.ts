import type { MessageId } from '../base/ids.js';
import { within } from '../store/key.js';
import type { SentMessage } from './engine.js';
import { timeOf } from './keys.js';
import { limits } from './limits.js';
import type { NewMessage } from './new-message.js';
import type { QueueView } from './queue-view.js';
import { duplicateRecord, present } from './records.js';

/**
 * Enqueues messages in order, under fresh ids, one for each; on FIFO queues a deduplication id seen in the last five
 * minutes enqueues nothing.
 */
export function send(view: QueueView, messages: readonly NewMessage[], ids: readonly MessageId[]): readonly SentMessage[] {
  return messages.map((message, index) => {
    const id = ids[index];
    if (id === undefined) throw new Error('fewer ids than messages');
    return view.fifo ? sendOnce(view, message, id) : enqueue(view, message, id);
  });
}

function sendOnce(view: QueueView, message: NewMessage, messageId: MessageId): SentMessage {
  const { tx, keys, now } = view;
  const { group, deduplicationId } = message;
  if (group === undefined || deduplicationId === undefined) {
    throw new Error(`a message for FIFO queue ${view.record.address} needs a group and a deduplication id`);
  }
  if (message.once) return enqueue(view, message, messageId);
  const scope = view.record.settings.deduplicationScope === 'group' ? group : '';
  const key = keys.duplicate(scope, deduplicationId);
  const value = tx.get(key);
  if (value !== undefined) {
    const first = duplicateRecord.decode(value);
    if (first.expiresAt > now) return { kind: 'duplicate', messageId: first.messageId, sequence: first.seq };
    tx.delete(keys.duplicateExpiry(first.expiresAt, scope, deduplicationId));
  }
  const sent = enqueue(view, message, messageId);
  const expiresAt = now + limits.deduplicationWindowMs;
  tx.put(key, duplicateRecord.encode({ messageId, seq: sent.sequence, expiresAt }));
  tx.put(keys.duplicateExpiry(expiresAt, scope, deduplicationId), present);
  return sent;
}

function enqueue(view: QueueView, message: NewMessage, messageId: MessageId): SentMessage {
  const { now } = view;
  const held = message.heldForMs !== undefined;
  const hiddenMs = view.fifo ? 0 : (message.heldForMs ?? message.delayMs ?? view.record.settings.delayMs);
  const state = view.insert({
    messageId,
    content: message.content,
    group: message.group,
    deduplicationId: message.deduplicationId,
    deadLetterSource: message.deadLetterSource,
    enqueuedAt: now,
    visibleAt: now + hiddenMs,
    sentAt: now,
    receives: held ? 1 : 0,
    firstReceivedAt: held ? now : 0,
    held,
  });
  return { kind: 'sent', messageId, sequence: state.seq };
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
