import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Engine, Queue } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import { internalQueue, type Place, QueueWorker } from '../../src/engine/queue-worker.js';
import { createSettableClock } from '../../src/index.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/store.js';

/** A worker whose messages stay in hand until they are let go. */
describe('a worker of an internal queue', () => {
  const fault = (_what: string, error: unknown): never => {
    throw error;
  };
  const clock = createSettableClock({ frozen: true });
  let store: Store;
  let engine: Engine;
  let queue: Queue;
  let worker: QueueWorker;
  let inHand: Map<string, () => void>;
  let told: () => void;

  beforeEach(async () => {
    store = createMemoryStore();
    engine = createEngine({ store, clock, random: createRealRandom(), recreateAfterMs: 0, report: fault });
    const made = await internalQueue(engine, 'internal/test');
    if (made === undefined) throw new Error('no queue');
    queue = made;
    inHand = new Map();
    told = () => {};
    worker = new QueueWorker({ engine, clock, report: fault }, queue, 3, ({ content, receipt }) => {
      const text = content.toString();
      return new Promise((resolve) => {
        inHand.set(text, () => {
          inHand.delete(text);
          resolve(engine.settle(queue, [receipt]).then(() => 'settled' as const));
        });
        told();
      });
    });
    worker.start();
  });
  afterEach(async () => {
    const stopped = worker.stop();
    for (const letGo of inHand.values()) letGo();
    await stopped;
    await engine.stop();
    await store.close();
  });

  const send = (text: string) => engine.send(queue, [{ content: Buffer.from(text) }]);
  /** What the worker has in hand, once that is so many. */
  const holding = async (count: number): Promise<readonly string[]> => {
    while (inHand.size < count)
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    return [...inHand.keys()].sort();
  };
  const handOver = async (place: Place, text: string): Promise<void> => {
    const content = Buffer.from(text);
    const { heldForMs } = place;
    const receipt = await engine.transact({ collections: [], queues: [queue] }, (transaction) =>
      transaction.send(queue, { content, heldForMs }),
    );
    if (receipt !== undefined) place.begin({ content, receipt });
  };
  /** Its first receive is over: before that there are no places. */
  const begun = async (): Promise<void> => {
    expect(worker.reserve()).toBeUndefined();
    await send('first');
    await holding(1);
    inHand.get('first')?.();
  };
  const place = async (): Promise<Place> => {
    for (;;) {
      const reserved = worker.reserve();
      if (reserved !== undefined) return reserved;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  test('has what was handed over without receiving it, and its queue keeps it until it is settled', async () => {
    await begun();
    await handOver(await place(), 'handed');
    expect(await holding(1)).toEqual(['handed']);
    expect(await engine.counts(queue)).toMatchObject({ visible: 0, inFlight: 1 });
    inHand.get('handed')?.();
    await engine.settle(queue, []); // after the one before
    expect(await engine.counts(queue)).toMatchObject({ visible: 0, inFlight: 0 });
  });

  test('has no place while all it may have are in hand or reserved, and messages that come meanwhile go first', async () => {
    await begun();
    await send('a');
    await send('b');
    await send('c');
    expect(await holding(3)).toEqual(['a', 'b', 'c']);
    await send('d');
    expect(worker.reserve()).toBeUndefined();
    inHand.get('a')?.();
    while (!inHand.has('d')) await holding(inHand.size + 1);
    expect(await holding(3)).toEqual(['b', 'c', 'd']);
  });

  test('has the place again that was not used', async () => {
    await begun();
    const reserved = await place();
    reserved.release();
    await handOver(await place(), 'handed');
    expect(await holding(1)).toEqual(['handed']);
  });

  test('that is stopped waits for places that are taken', async () => {
    await begun();
    const reserved = await place();
    const stopped = worker.stop();
    await handOver(reserved, 'handed');
    await holding(1);
    inHand.get('handed')?.();
    await stopped;
    expect(await engine.counts(queue)).toMatchObject({ visible: 0, inFlight: 0 });
  });
});
