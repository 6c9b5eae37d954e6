import type { MessageId, QueueAddress } from '../base/ids.js';
import { prefixEnd, within } from '../store/key.js';
import type { Key, ReadTransaction, Transaction } from '../store/store.js';
import { seqOf, tasksPrefix, timeBeforeSeqOf } from './keys.js';
import { limits, never } from './limits.js';
import type { QueueView } from './queue-view.js';
import { type MessageState, type TaskRecord, taskRecord } from './records.js';

/** How far a pass over the source has come. A hint: a pass that starts over finds the same messages. */
export interface MovePass {
  readonly enqueuedAt: number;
  readonly seq: number;
  /** FIFO groups of which a message was skipped: what follows it must wait too. */
  readonly blockedGroups: ReadonlySet<string>;
  /** When the first skipped message is visible. */
  readonly skippedUntil: number;
}

export const freshPass: MovePass = { enqueuedAt: 0, seq: 0, blockedGroups: new Set(), skippedUntil: never };

/** Where a step's messages go: a known queue, one that turned out to be gone, or wherever the next message came from. */
export type Destination = { readonly kind: 'queue'; readonly address: QueueAddress } | { readonly kind: 'unknown' };

export type MoveStep =
  | { readonly kind: 'ended' }
  /** Go on at `at`, with `pass`. */
  | { readonly kind: 'later'; readonly at: number; readonly pass: MovePass }
  /** The next message goes to another queue. */
  | { readonly kind: 'redirect'; readonly address: QueueAddress; readonly pass: MovePass };

/** Moves one chunk and records the progress with it. `ids` are fresh message ids, one for each message of a chunk. */
export function moveStep(
  source: QueueView,
  target: QueueView | undefined,
  work: { key: Key; destination: Destination; pass: MovePass; ids: readonly MessageId[] },
): MoveStep {
  const { tx, now } = source;
  const value = tx.get(work.key);
  if (value === undefined) return { kind: 'ended' };
  const task = taskRecord.decode(value);
  const end = (changes: Partial<TaskRecord>): MoveStep => {
    tx.put(work.key, taskRecord.encode({ ...task, ...changes }));
    return { kind: 'ended' };
  };
  if (task.status === 'cancelling') return end({ status: 'cancelled' });
  if (task.status !== 'running') return { kind: 'ended' };
  if (now - task.startedAt >= limits.moveDurationMsMax) return end({ status: 'failed', failure: 'timedOut' });
  if (work.destination.kind === 'queue' && target === undefined) return end({ status: 'failed', failure: 'destinationGone' });
  if (task.nextAt > now) return { kind: 'later', at: task.nextAt, pass: work.pass };

  const chunk = moveChunk(source, target, { ...work, task });
  if (chunk.stop === 'sourceUnknown') return end({ status: 'failed', failure: 'sourceUnknown', moved: task.moved + chunk.moved });
  if (chunk.stop === 'end' && chunk.pass.skippedUntil === never) return end({ status: 'completed', moved: task.moved + chunk.moved });

  const nextAt =
    task.perSecond === undefined || chunk.moved === 0 ? now : Math.max(task.nextAt, now - 1000) + (chunk.moved * 1000) / task.perSecond;
  if (chunk.moved > 0) tx.put(work.key, taskRecord.encode({ ...task, moved: task.moved + chunk.moved, nextAt }));
  if (chunk.stop === 'end')
    return { kind: 'later', at: Math.max(nextAt, Math.min(chunk.pass.skippedUntil, now + limits.recheckMs)), pass: freshPass };
  if (chunk.stop === 'full') return { kind: 'later', at: nextAt, pass: chunk.pass };
  return { kind: 'redirect', address: chunk.stop.address, pass: chunk.pass };
}

interface Chunk {
  readonly moved: number;
  readonly pass: MovePass;
  readonly stop: 'full' | 'end' | 'sourceUnknown' | { readonly address: QueueAddress };
}

function moveChunk(
  source: QueueView,
  target: QueueView | undefined,
  work: { task: TaskRecord; pass: MovePass; ids: readonly MessageId[] },
): Chunk {
  const { tx, keys, now } = source;
  const { task, pass, ids } = work;
  const room =
    task.perSecond === undefined ? ids.length : Math.min(ids.length, Math.max(1, Math.floor(task.perSecond / limits.moveChunksPerSecond)));
  const blockedGroups = new Set(pass.blockedGroups);
  let { enqueuedAt, seq, skippedUntil } = pass;
  let moved = 0;
  let bytes = 0;
  const result = (stop: Chunk['stop']): Chunk => ({ moved, stop, pass: { enqueuedAt, seq, blockedGroups, skippedUntil } });

  const entries = tx.range({ from: keys.state(enqueuedAt, seq), to: prefixEnd(keys.states()), limit: limits.moveScanMax });
  for (const { key } of entries) {
    const state = source.stateOfIndex(timeBeforeSeqOf(key), seqOf(key));
    if (moved >= room || bytes > limits.moveBytesMax) return result('full');
    const blocked = source.fifo && state.group !== undefined && blockedGroups.has(state.group);
    const visibleAt = source.visibleAt(state);
    if (source.expired(state)) source.remove(state);
    else if (blocked || visibleAt > now) {
      skippedUntil = Math.min(skippedUntil, Math.max(visibleAt, now));
      if (source.fifo && state.group !== undefined) blockedGroups.add(state.group);
    } else {
      const origin = task.destination ?? source.body(state.seq).deadLetterSource;
      if (origin === undefined) return result('sourceUnknown');
      if (target === undefined || target.record.address !== origin) return result({ address: origin });
      bytes += move(source, target, state, ids[moved] ?? neverOutOfIds());
      moved++;
    }
    enqueuedAt = state.enqueuedAt;
    seq = state.seq + 1;
  }
  return result(entries.length < limits.moveScanMax ? 'end' : 'full');
}

/** A redriven message is a new one with the old content: new id, new time, no receives. */
function move(source: QueueView, target: QueueView, state: MessageState, messageId: MessageId): number {
  const { content, deduplicationId } = source.body(state.seq);
  source.remove(state);
  target.insert({
    messageId,
    content,
    group: state.group,
    deduplicationId,
    deadLetterSource: undefined,
    enqueuedAt: target.now,
    visibleAt: target.now,
    sentAt: target.now,
    receives: 0,
    firstReceivedAt: 0,
    held: false,
  });
  return content.length;
}

function neverOutOfIds(): never {
  throw new Error('a chunk of a move has more messages than ids');
}

/** The tasks of a source, newest first. */
export function tasksOf(tx: ReadTransaction, sourceId: number, limit: number): readonly { readonly key: Key; readonly task: TaskRecord }[] {
  return tx.range(within(tasksPrefix(sourceId), limit, true)).map(({ key, value }) => ({ key, task: taskRecord.decode(value) }));
}

export function isActive(task: TaskRecord): boolean {
  return task.status === 'running' || task.status === 'cancelling';
}

/** Forgets the oldest tasks beyond what is listed. */
export function trimTasks(tx: Transaction, sourceId: number): void {
  for (const { key } of tasksOf(tx, sourceId, limits.movesListedMax * 2).slice(limits.movesListedMax)) tx.delete(key);
}
