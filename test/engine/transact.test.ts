import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueueAddress, ReceiptHandle } from '../../src/base/ids.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Engine, Queue } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import { createSettableClock, type SettableClock } from '../../src/index.js';
import type { TestStore } from './engine-suite.js';
import { storeCases } from './stores.js';

describe.each(storeCases)('documents and messages together over %s', (_name, make) => {
  let opened: TestStore;
  let clock: SettableClock;
  let engine: Engine;

  const open = (): Engine =>
    createEngine({
      store: opened.store,
      clock,
      random: createRealRandom(),
      recreateAfterMs: 0,
      report: (_what, fault) => {
        throw fault;
      },
    });
  beforeEach(async () => {
    opened = await make();
    clock = createSettableClock({ frozen: true });
    engine = open();
  });
  afterEach(async () => {
    await engine.stop();
    await opened.dispose();
  });

  const queue = async (name: string): Promise<Queue> => {
    const outcome = await engine.createQueue(name as QueueAddress, {
      settings: { ordering: 'standard', visibilityTimeoutMs: 30_000, delayMs: 0, retentionMs: 60_000_000, deduplicationScope: 'queue' },
      properties: {},
      tags: {},
    });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.queue;
  };
  const receive = async (from: Queue) => {
    const outcome = await engine.receive(from, { max: 10, waitMs: 0 });
    return outcome.kind === 'received' ? outcome.messages : [];
  };
  const textsIn = async (from: Queue): Promise<readonly string[]> => (await receive(from)).map(({ content }) => content.toString());

  test('a body writes, sends and settles in one transaction, and sees what it did', async () => {
    const [tasks, timers] = [await queue('tasks'), await queue('timers')];
    await engine.send(tasks, [{ content: Buffer.from('task') }]);
    const [task] = await receive(tasks);
    const seen = await engine.transact({ collections: ['run/1/', 'index/'], queues: [tasks, timers] }, (transaction) => {
      transaction.write('run/1/state', 'done');
      transaction.write('index/1', 'run/1');
      if (task !== undefined) transaction.settle(tasks, task.receipt);
      transaction.send(timers, { content: Buffer.from('now') });
      transaction.send(timers, { content: Buffer.from('later'), delayMs: 1_000 });
      return transaction.read('run/1/state');
    });
    expect(seen).toBe('done');
    expect(await engine.documents.read('index/1')).toBe('run/1');
    expect(await engine.counts(tasks)).toMatchObject({ visible: 0, inFlight: 0 });
    expect(await textsIn(timers)).toEqual(['now']);
    clock.advance(1_000);
    expect(await textsIn(timers)).toEqual(['later']);
  });

  test('a body that throws leaves nothing behind', async () => {
    const tasks = await queue('tasks');
    const fault = engine.transact({ collections: ['run/'], queues: [tasks] }, (transaction) => {
      transaction.write('run/1', 'x');
      transaction.send(tasks, { content: Buffer.from('x') });
      throw new Error('not today');
    });
    await expect(fault).rejects.toThrow('not today');
    expect(await engine.documents.read('run/1')).toBeUndefined();
    expect(await textsIn(tasks)).toEqual([]);
  });

  test('a message can be taken back until somebody receives it', async () => {
    const timers = await queue('timers');
    const send = (text: string, delayMs: number): Promise<ReceiptHandle | undefined> =>
      engine.transact({ collections: [], queues: [timers] }, (transaction) =>
        transaction.send(timers, { content: Buffer.from(text), delayMs }),
      );
    const takeBack = (receipt: ReceiptHandle | undefined) =>
      engine.transact({ collections: [], queues: [timers] }, (transaction) => receipt && transaction.settle(timers, receipt));
    const [delayed, received] = [await send('delayed', 5_000), await send('received', 0)];
    expect(await textsIn(timers)).toEqual(['received']);
    await takeBack(delayed);
    await takeBack(received);
    expect(await engine.counts(timers)).toMatchObject({ visible: 0, inFlight: 1, delayed: 0 });
    clock.advance(60_000);
    expect(await textsIn(timers)).toEqual(['received']);
  });

  test('a message that its sender has in hand is received by nobody else until its time is over, or its process has ended', async () => {
    const calls = await queue('calls');
    await engine.receive(calls, { max: 1, waitMs: 0, held: true });
    const send = (text: string): Promise<ReceiptHandle | undefined> =>
      engine.transact({ collections: [], queues: [calls] }, (transaction) =>
        transaction.send(calls, { content: Buffer.from(text), heldForMs: 5_000 }),
      );
    const [done] = [await send('done'), await send('left'), await send('taken back')];
    expect(await textsIn(calls)).toEqual([]);
    expect(await engine.counts(calls)).toMatchObject({ visible: 0, inFlight: 3, delayed: 0 });
    await engine.transact({ collections: [], queues: [calls] }, (transaction) => done && transaction.settle(calls, done));
    expect(await engine.counts(calls)).toMatchObject({ visible: 0, inFlight: 2, delayed: 0 });
    clock.advance(5_000);
    const again = await engine.receive(calls, { max: 1, waitMs: 0, held: true });
    expect(again.kind === 'received' && again.messages.map(({ content, receives }) => [content.toString(), receives])).toEqual([
      ['left', 2],
    ]);
    await send('of a process that ends');
    await engine.stop();
    engine = open();
    const next = await engine.receive(calls, { max: 10, waitMs: 0, held: true });
    expect(next.kind === 'received' && next.messages.map(({ content }) => content.toString()).sort()).toEqual([
      'left',
      'of a process that ends',
      'taken back',
    ]);
  });

  test('sending to a queue that is gone sends nothing, and the rest is kept', async () => {
    const tasks = await queue('tasks');
    await engine.deleteQueue(tasks);
    const receipt = await engine.transact({ collections: ['run/'], queues: [tasks] }, (transaction) => {
      transaction.write('run/1', 'x');
      return transaction.send(tasks, { content: Buffer.from('x') });
    });
    expect(receipt).toBeUndefined();
    expect(await engine.documents.read('run/1')).toBe('x');
  });

  test('a waiting receiver is woken', async () => {
    const tasks = await queue('tasks');
    const waiting = engine.receive(tasks, { max: 1, waitMs: 20_000 });
    await engine.transact({ collections: [], queues: [tasks] }, (transaction) => transaction.send(tasks, { content: Buffer.from('x') }));
    const outcome = await waiting;
    expect(outcome.kind === 'received' && outcome.messages.map(({ content }) => content.toString())).toEqual(['x']);
  });
});
