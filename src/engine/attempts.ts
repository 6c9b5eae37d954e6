import { within } from '../store/key.js';
import type { Claimed } from './claim.js';
import { timeOf } from './keys.js';
import { limits } from './limits.js';
import type { QueueView } from './queue-view.js';
import { attemptRecord, type MessageState, present } from './records.js';

/** Receive attempts (FIFO): the same id again gets the same claims, as long as nothing happened to any of them. */

/** The claims of an earlier receive with this id, hidden anew; undefined when there is none to repeat. */
export function repeatAttempt(view: QueueView, attemptId: string, visibilityTimeoutMs: number): readonly Claimed[] | undefined {
  const { tx, keys, now } = view;
  const value = tx.get(keys.attempt(attemptId));
  if (value === undefined) return undefined;
  const attempt = attemptRecord.decode(value);
  if (attempt.expiresAt <= now) return undefined;
  const states: MessageState[] = [];
  for (const claim of attempt.claims) {
    const state = view.state(claim.enqueuedAt, claim.seq);
    const untouched = state !== undefined && state.claims === claim.claims && state.visibleAt === claim.visibleAt;
    if (!untouched || view.expired(state)) return undefined;
    states.push(state);
  }
  const visibleAt = view.visibleFrom(now + visibilityTimeoutMs, undefined);
  const claimed = states.map((state) => {
    const after = { ...state, visibleAt };
    view.update(state, after);
    return { state: after, body: view.body(state.seq) };
  });
  write(view, attemptId, attempt.expiresAt, claimed);
  return claimed;
}

export function rememberAttempt(view: QueueView, attemptId: string, claimed: readonly Claimed[]): void {
  const { tx, keys } = view;
  const earlier = tx.get(keys.attempt(attemptId));
  if (earlier !== undefined) tx.delete(keys.attemptExpiry(attemptRecord.decode(earlier).expiresAt, attemptId));
  write(view, attemptId, view.now + limits.attemptWindowMs, claimed);
}

function write(view: QueueView, attemptId: string, expiresAt: number, claimed: readonly Claimed[]): void {
  const claims = claimed.map(({ state: { enqueuedAt, seq, claims, visibleAt } }) => ({ enqueuedAt, seq, claims, visibleAt }));
  view.tx.put(view.keys.attempt(attemptId), attemptRecord.encode({ expiresAt, claims }));
  view.tx.put(view.keys.attemptExpiry(expiresAt, attemptId), present);
}

/** Deletes up to `limit` attempts whose window is over; answers how many. */
export function dropExpiredAttempts(view: QueueView, limit: number): number {
  const { tx, keys, now } = view;
  let dropped = 0;
  for (const { key } of tx.range(within(keys.attemptExpiries(), limit))) {
    if (timeOf(key) > now) break;
    tx.delete(keys.attemptOfExpiry(key));
    tx.delete(key);
    dropped++;
  }
  return dropped;
}
