import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { createSettableClock } from '../../../src/index.js';
import { type Claimant, Slots } from '../../../src/services/functions/slots.js';
import { MappingSubject } from '../../sdk/functions/mapping-subject.js';
import { answered, gate, type Subject, subjectForAll } from './subject.js';

/** Functions that share what concurrency the account has, when it is used up. */

function watchGiveBacks(subject: Subject): { count(): number } {
  let unreceive: MockInstance<Engine['unreceive']> | undefined;
  beforeEach(() => {
    unreceive = vi.spyOn(subject.engine, 'unreceive');
  });
  afterEach(() => unreceive?.mockRestore());
  afterAll(() => expect(subject.faults).toEqual([]));
  return { count: () => (unreceive?.mock.calls ?? []).reduce((sum, [, receipts]) => sum + receipts.length, 0) };
}

describe('twenty functions that share ten slots', () => {
  const subject = subjectForAll('memory', 10);
  const mappings = new MappingSubject(subject);
  const givenBack = watchGiveBacks(subject);
  const names: string[] = [];
  let [running, runningMax] = [0, 0];

  beforeAll(async () => {
    for (let n = 0; n < 20; n++) {
      const name = await subject.create(async () => {
        runningMax = Math.max(runningMax, ++running);
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        running--;
        return answered(null);
      });
      names.push(name);
    }
  });
  afterEach(() => expect(runningMax).toBe(10));

  test('run all of their events, each of which is received once', async () => {
    await Promise.all(names.flatMap((name) => [1, 2, 3, 4, 5].map((event) => subject.event(name, event))));
    await Promise.all(names.map((name) => subject.invocations(name, 5)));
    expect(subject.pool.invocations).toHaveLength(100);
    expect(givenBack.count()).toBe(0);
  });

  test('run all messages of their queues, each of which is received once', async () => {
    const queues: string[] = [];
    for (const name of names) {
      const queue = await subject.queue();
      await mappings.send(queue, ['1', '2', '3', '4', '5']);
      queues.push(queue);
      await mappings.create(queue, name, { BatchSize: 1 });
    }
    for (const queue of queues) await mappings.untilCounts(queue, 0, 0);
    expect(subject.pool.invocations).toHaveLength(200);
    expect(givenBack.count()).toBe(0);
  });
});

describe('a slot that all want', () => {
  const subject = subjectForAll('memory', 1);
  const mappings = new MappingSubject(subject);
  const givenBack = watchGiveBacks(subject);
  const tooMany = ['TooManyRequestsException', 'Rate Exceeded.', 429];

  /** A queue with so many messages, and a function that they go to one by one, each when `next` is called. */
  async function backlog(messages: number) {
    const gates = Array.from({ length: messages }, () => gate());
    let begun = 0;
    const name = await subject.create(async () => {
      await gates[begun++]?.opened;
      return answered(null);
    });
    const queue = await subject.queue();
    await mappings.send(
      queue,
      Array.from({ length: messages }, (_, n) => `${n}`),
    );
    await mappings.create(queue, name, { BatchSize: 1 });
    let ended = 0;
    return { name, queue, next: () => gates[ended++]?.open() };
  }

  test('is for functions in turn, whoever has more to do', async () => {
    const [first, second] = [await backlog(3), await backlog(3)];
    for (let n = 0; n < 6; n++) {
      const { invocations } = subject.pool;
      const before = invocations.length;
      first.next();
      second.next();
      await vi.waitUntil(() => invocations.length >= Math.min(6, before + 1));
    }
    await mappings.untilCounts(first.queue, 0, 0);
    await mappings.untilCounts(second.queue, 0, 0);
    const order = subject.pool.invocations.map(({ environment }) => environment.functionName);
    expect(order.slice(1, 5).filter((name) => name === first.name)).toHaveLength(2);
    expect(givenBack.count()).toBe(0);
  });

  test('is kept open for calls after one was refused, and then is for those who wait again', async () => {
    const waiting = await backlog(4);
    const called = await subject.create(() => answered('called'));
    await subject.invocations(waiting.name, 1);
    expect(await subject.refused(subject.invoke(called))).toEqual(tooMany);
    waiting.next();
    await vi.waitFor(async () => expect((await subject.invoke(called)).value).toBe('called'));
    await subject.invocations(waiting.name, 2);
    expect(await subject.refused(subject.invoke(called))).toEqual(tooMany);
    waiting.next();
    await mappings.untilCounts(waiting.queue, 2, 0); // nothing is received for a slot that is open for calls
    subject.clock.advance(1_000);
    await subject.invocations(waiting.name, 3);
    waiting.next();
    await subject.invocations(waiting.name, 4);
    waiting.next();
    await mappings.untilCounts(waiting.queue, 0, 0);
    expect(givenBack.count()).toBe(0);
  });

  test('is for others while a batch waits for its window, which then waits for the slot', async () => {
    const going = gate();
    const [name, other] = [
      await subject.create(() => answered(null)),
      await subject.create(() => going.opened.then(() => answered('ran'))),
    ];
    const queue = await subject.queue();
    await mappings.create(queue, name, { MaximumBatchingWindowInSeconds: 20 });
    await mappings.send(queue, ['a']);
    await mappings.untilCounts(queue, 0, 1);
    const direct = subject.invoke(other);
    await subject.invocations(other, 1);
    subject.clock.advance(20_000);
    expect(await subject.invocations(name, 0)).toEqual([]);
    expect(await mappings.counts(queue)).toEqual([0, 1]);
    going.open();
    expect((await direct).value).toBe('ran');
    await mappings.untilCounts(queue, 0, 0);
    expect(await subject.invocations(name, 1)).toHaveLength(1);
    expect(givenBack.count()).toBe(0);
  });
});

test('a function that is refused while it waits counts what it is given then', async () => {
  const clock = createSettableClock({ frozen: true });
  const slots = new Slots(1, clock);
  const claimant = (name: string): Claimant => ({
    address: { account: '000000000000', region: 'us-east-1', name } as Claimant['address'],
    record: { reservedConcurrency: undefined },
    usage: { reserved: {} },
  });
  const first = slots.take(claimant('first'));
  const waiting = slots.join(claimant('second'), 1, new AbortController().signal);
  expect(slots.take(claimant('second')).kind).toBe('throttled');
  if (first.kind === 'slot') first[Symbol.dispose]();
  clock.advance(1_000); // it was kept open for calls
  using promised = await waiting;
  expect(promised.size).toBe(1);
  expect([...slots.running()]).toEqual([['arn:aws:lambda:us-east-1:000000000000:function:second', 1]]);
});
