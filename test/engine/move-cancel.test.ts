import { expect, it } from 'vitest';
import type { QueueAddress } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import { createEngine } from '../../src/engine/index.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';

const settings = {
  ordering: 'standard',
  visibilityTimeoutMs: 0,
  delayMs: 900_000,
  retentionMs: 3_600_000,
  deduplicationScope: 'queue',
} as const;

/** A move task that waits for a delayed message, cancelled after so many turns. Time stands still: nothing but the cancel can wake it. */
async function cancelAfter(turns: number): Promise<string | undefined> {
  const store = createMemoryStore();
  const clock = createSettableClock({ frozen: true });
  const engine = createEngine({ store, clock, random: createRealRandom(), recreateAfterMs: 0, report: () => {} });
  const create = async (name: string) => {
    const outcome = await engine.createQueue(name as QueueAddress, { settings, properties: {}, tags: {} });
    if (outcome.kind !== 'created') throw new Error(`${name} is ${outcome.kind}`);
    return outcome.queue;
  };
  const source = await create('source');
  const destination = await create('destination');
  await engine.send(source, [{ content: Buffer.from('delayed') }]);
  const started = await engine.startMove({ source, destination });
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  if (started.kind === 'started') await engine.cancelMove(source, started.taskId);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  const [task] = await engine.listMoves(source, 1);
  await engine.stop();
  await store.close();
  return task?.status;
}

it('cancels a move task at once, whatever the task is at', async () => {
  const statuses: (string | undefined)[] = [];
  for (let turns = 0; turns < 60; turns++) statuses.push(await cancelAfter(turns));
  expect(new Set(statuses)).toEqual(new Set(['cancelled']));
});
