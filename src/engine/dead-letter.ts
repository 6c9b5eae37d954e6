import { seqOf } from './keys.js';
import { limits } from './limits.js';
import type { QueueView } from './queue-view.js';
import { decodeTime, type MessageState } from './records.js';

/**
 * Moves messages whose receives are used up and whose visibility timeout is over to the dead-letter queue, oldest
 * deadline first. Where the queue's settings no longer say so they are received again; where the target is gone too, with
 * a fresh count: a message is never lost for want of a place to go.
 * Answers whether more are due.
 */
export function moveExhausted(source: QueueView, target: QueueView | undefined): boolean {
  const { tx, keys, now } = source;
  const range = { from: keys.exhaustedAll(), to: keys.exhausted(now + 1, 0), limit: limits.moveChunkMax };
  const due = tx.range(range);
  let bytes = 0;
  for (const [index, { key, value }] of due.entries()) {
    const state = source.stateOfIndex(decodeTime(value), seqOf(key));
    if (source.expired(state)) source.remove(state);
    else if (!source.usedUp(state)) source.update(state, { ...state, exhausted: false });
    else if (target === undefined) source.update(state, { ...state, exhausted: false, receivesHere: 0 });
    else bytes += deadLetter(source, target, state);
    if (bytes > limits.moveBytesMax) return index + 1 < due.length;
  }
  return due.length === limits.moveChunkMax;
}

/** Identity, content and count go along. A FIFO message starts a new retention and takes its own id for deduplication. */
function deadLetter(source: QueueView, target: QueueView, state: MessageState): number {
  const body = source.body(state.seq);
  source.remove(state);
  target.insert({
    messageId: body.messageId,
    content: body.content,
    group: state.group,
    deduplicationId: target.fifo ? body.messageId : body.deduplicationId,
    deadLetterSource: source.record.address,
    enqueuedAt: target.fifo ? target.now : state.enqueuedAt,
    visibleAt: target.now,
    sentAt: state.sentAt,
    receives: state.receives,
    firstReceivedAt: state.firstReceivedAt,
    held: false,
  });
  return body.content.length;
}
