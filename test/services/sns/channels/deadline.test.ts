import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createSettableClock } from '../../../../src/index.js';
import { deadlineOf } from '../../../../src/services/sns/channels/deadline.js';

const clock = createSettableClock({ startAt: 0, frozen: true });

describe('a deadline', () => {
  test('fires at its time, or with the signal that it was made of', () => {
    const worker = new AbortController();
    using one = deadlineOf(worker.signal, clock, 15_000);
    clock.advance(14_999);
    using two = deadlineOf(worker.signal, clock, 15_000);
    expect(one.signal.aborted).toBe(false);
    clock.advance(1);
    expect([one.signal.aborted, two.signal.aborted]).toEqual([true, false]);
    worker.abort();
    expect(two.signal.aborted).toBe(true);
    using late = deadlineOf(worker.signal, clock, 15_000);
    expect(late.signal.aborted).toBe(true);
  });

  test('leaves nothing with that signal, which outlives it', () => {
    const worker = new AbortController();
    const kept = () => sizeOfSets(worker.signal) + getEventListeners(worker.signal, 'abort').length;
    for (let count = 0; count < 100; count++) deadlineOf(worker.signal, clock, 15_000)[Symbol.dispose]();
    expect(kept()).toBe(0);
  });
});

/** Node keeps the signals that depend on another one in sets of its own. */
function sizeOfSets(signal: AbortSignal): number {
  const sets = Object.getOwnPropertySymbols(signal).map((name) => Reflect.get(signal, name));
  return sets.reduce<number>((sum, set) => sum + (set instanceof Set ? set.size : 0), 0);
}
