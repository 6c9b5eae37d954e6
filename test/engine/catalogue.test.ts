import { expect, test } from 'vitest';
import type { QueueAddress } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Engine, Queue, QueueDefinition } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/store.js';

const address = 'arn:aws:sqs:us-east-1:000000000000:q' as QueueAddress;
const definition: QueueDefinition = {
  settings: { ordering: 'standard', visibilityTimeoutMs: 30_000, delayMs: 0, retentionMs: 60_000, deduplicationScope: 'queue' },
  properties: {},
  tags: {},
};

function engineOn(store: Store): Engine {
  const report = (what: string, fault: unknown): never => {
    throw new Error(what, { cause: fault });
  };
  return createEngine({ store, clock: createSettableClock(), random: createRealRandom(), recreateAfterMs: 0, report });
}

/** Answers of reads that found a queue's record come when `release` is called. */
function slowToTell(store: Store): { readonly store: Store; readonly held: Promise<void>; release(): void } {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hold = (): void => {};
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const slow: Store = {
    transact: (scopes, body) => store.transact(scopes, body),
    read: async (scopes, body) => {
      const value = await store.read(scopes, body);
      if (typeof value === 'object' && value !== null && 'address' in value) {
        hold();
        await released;
      }
      return value;
    },
    signal: (channel) => store.signal(channel),
    onSignal: (listener) => store.onSignal(listener),
    space: () => store.space(),
    close: () => store.close(),
  };
  return { store: slow, held, release };
}

test.each<[string, (engine: Engine, queue: Queue) => Promise<unknown>, object | undefined]>([
  ['deleted', (engine, queue) => engine.deleteQueue(queue), undefined],
  ['changed', (engine, queue) => engine.updateQueue(queue, (current) => ({ ...current, tags: { a: 'b' } })), { tags: { a: 'b' } }],
])('a queue that is %s while somebody looks it up is not remembered as it was', async (_, change, expected) => {
  const memory = createMemoryStore();
  const before = engineOn(memory);
  const created = await before.createQueue(address, definition);
  if (created.kind !== 'created') throw new Error(created.kind);
  await before.stop();

  const { store, held, release } = slowToTell(memory);
  const engine = engineOn(store);
  const lookedUp = engine.findQueue(address);
  await held;
  await change(engine, created.queue);
  release();
  expect(await lookedUp).toMatchObject({ address });
  const now = await engine.findQueue(address);
  if (expected === undefined) {
    expect(now).toBeUndefined();
    expect(await engine.createQueue(address, definition)).toMatchObject({ kind: 'created' });
  } else expect(now).toMatchObject(expected);
  await engine.stop();
  await store.close();
});

test('on a full disk a queue that is there is found by who would create it, and a new one is refused', async () => {
  let space: 'low' | 'ok' = 'ok';
  const store = createMemoryStore({ space: () => space });
  const engine = engineOn(store);
  await engine.createQueue(address, definition);
  space = 'low';
  expect(await engine.createQueue(address, definition)).toMatchObject({ kind: 'exists', queue: { address } });
  expect(await engine.createQueue(`${address}2` as QueueAddress, definition)).toEqual({ kind: 'storageFull' });
  await engine.stop();
  await store.close();
});
