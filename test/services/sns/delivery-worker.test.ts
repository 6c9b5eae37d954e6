import { expect, test } from 'vitest';
import type { QueueAddress } from '../../../src/base/ids.js';
import { createSettableClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { createEngine } from '../../../src/engine/index.js';
import { DeliveryWorker } from '../../../src/services/sns/delivery-worker.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';

test('a fault of the store while the destination is looked up is no attempt at a delivery', async () => {
  const store = createMemoryStore();
  const clock = createSettableClock({ frozen: true });
  const engine = createEngine({ store, clock, random: createRealRandom(), recreateAfterMs: 0, report: () => {} });
  const settings = {
    ordering: 'standard',
    visibilityTimeoutMs: 60_000,
    delayMs: 0,
    retentionMs: 1e9,
    deduplicationScope: 'queue',
  } as const;
  const created = await engine.createQueue('internal/test' as QueueAddress, { settings, properties: {}, tags: {} });
  if (created.kind !== 'created') throw new Error(created.kind);
  const { queue } = created;
  await engine.send(queue, [{ content: Buffer.from('m') }]);
  const attempts: number[] = [];
  let faults = 0;
  let faulted = (): void => {};
  let delivered = (): void => {};
  const [isFaulted, isDelivered] = [
    new Promise<void>((resolve) => (faulted = resolve)),
    new Promise<void>((resolve) => (delivered = resolve)),
  ];
  const worker = new DeliveryWorker(
    { engine, clock, report: () => faulted() },
    {
      what: 'test',
      queue,
      destination: async () => {
        if (faults++ === 0) throw new Error('the store is away');
        return {
          pace: { perSecond: undefined, retryDelayMs: () => undefined },
          attempt: async (received) => {
            attempts.push(received.receives);
            return { outcome: 'delivered' as const, providerResponse: '' };
          },
          giveUp: async () => {},
          ended: () => delivered(),
        };
      },
    },
  );
  const run = worker.run();
  await isFaulted;
  clock.advance(1_000); // its pause after a fault, far less than the claim
  await isDelivered;
  expect(attempts).toEqual([1]);
  worker.stop();
  expect(await run).toBe('stopped');
  await engine.stop();
  await store.close();
});
