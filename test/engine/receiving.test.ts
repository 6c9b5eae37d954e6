import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import type { QueueAddress } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Engine, Queue, QueueSettings, ReceiveOutcome } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store, Transaction } from '../../src/store/store.js';

/** What receives do when something around them fails, expires, or is more than one transaction may do. */

/** A store whose transactions and reads are counted, and fail or wait as the test says. */
class Watched {
  transactions = 0;
  reads = 0;
  writesMax = 0;
  failTransactionsOver = Number.POSITIVE_INFINITY;
  failReads = false;
  held: Promise<void> | undefined;
  afterRead: (() => void) | undefined;
  readonly store: Store;

  constructor(inner: Store = createMemoryStore({ enforceScopes: false })) {
    this.store = {
      transact: async (scopes, body) => {
        this.transactions++;
        if (scopes.length >= this.failTransactionsOver) throw new Error('the disk is gone');
        const result = await inner.transact(scopes, (tx) => {
          let writes = 0;
          const counted: Transaction = {
            covers: (scope) => tx.covers(scope),
            get: (key) => tx.get(key),
            range: (range) => tx.range(range),
            put: (key, value) => {
              writes++;
              tx.put(key, value);
            },
            delete: (key) => {
              writes++;
              tx.delete(key);
            },
          };
          const value = body(counted);
          this.writesMax = Math.max(this.writesMax, writes);
          return value;
        });
        await this.held;
        return result;
      },
      read: async (scopes, body) => {
        this.reads++;
        if (this.failReads) throw new Error('the disk is gone');
        const result = await inner.read(scopes, body);
        this.afterRead?.();
        return result;
      },
      signal: (channel) => inner.signal(channel),
      onSignal: (listener) => inner.onSignal(listener),
      space: () => inner.space(),
      close: () => inner.close(),
    };
  }
}

class Bench implements AsyncDisposable {
  readonly watched = new Watched();
  readonly faults: unknown[] = [];
  readonly clock = createSettableClock({ startAt: 1_700_000_000_000, frozen: true });
  readonly engine: Engine;

  constructor(clock?: Clock) {
    this.engine = createEngine({
      store: this.watched.store,
      clock: clock ?? this.clock,
      random: createRealRandom(),
      recreateAfterMs: 0,
      report: (_, fault) => this.faults.push(fault),
    });
  }

  async queue(name: string, settings: Partial<QueueSettings> = {}): Promise<Queue> {
    const outcome = await this.engine.createQueue(name as QueueAddress, {
      settings: {
        ordering: 'standard',
        visibilityTimeoutMs: 30_000,
        delayMs: 0,
        retentionMs: 86_400_000,
        deduplicationScope: 'queue',
        ...settings,
      },
      properties: {},
      tags: {},
    });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.queue;
  }

  send(queue: Queue, count: number, group?: string) {
    const content = Buffer.from(group ?? 'm');
    return this.engine.send(
      queue,
      Array.from({ length: count }, () => ({ content, ...(group !== undefined && { group }) })),
    );
  }

  receive(queue: Queue, max = 10, more: { waitMs?: number; visibilityTimeoutMs?: number } = {}): Promise<ReceiveOutcome> {
    return this.engine.receive(queue, { max, waitMs: 0, ...more });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
    await this.watched.store.close();
  }
}

const count = (outcome: ReceiveOutcome) => (outcome.kind === 'received' ? outcome.messages.length : outcome.kind);
const receipts = (outcome: ReceiveOutcome) => (outcome.kind === 'received' ? outcome.messages.map(({ receipt }) => receipt) : []);

describe('receives', () => {
  test('two long polls at a queue that is full of messages in flight wait instead of trying again and again', {
    timeout: 60_000,
  }, async () => {
    await using b = new Bench();
    const queue = await b.queue('q');
    for (let at = 0; at < 120_000; at += 10) {
      b.send(queue, 10);
      if (at % 1_000 === 0) await b.send(queue, 0);
    }
    await b.send(queue, 1);
    const claims = Array.from({ length: 12_000 }, () => b.receive(queue));
    await Promise.all(claims);
    expect(count(await b.receive(queue))).toBe('overLimit');
    const polls = [b.receive(queue, 1, { waitMs: 20_000 }), b.receive(queue, 1, { waitMs: 20_000 })];
    await b.until(() => b.engine.waiting() === 2);
    const before = b.watched.transactions + b.watched.reads;
    for (let turn = 0; turn < 1_000; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(b.watched.transactions + b.watched.reads - before).toBeLessThan(50);
    b.engine.drain();
    expect(await Promise.all(polls)).toMatchObject([{ messages: [] }, { messages: [] }]);
  });

  test('a message that becomes due between the look and the wait is not waited for', async () => {
    await using b = new Bench();
    const queue = await b.queue('q', { delayMs: 500 });
    await b.send(queue, 1);
    const dueAt = b.clock.now() + 500;
    b.watched.afterRead = () => b.clock.advance(Math.max(0, dueAt - b.clock.now()));
    expect(count(await b.receive(queue, 1, { waitMs: 20_000 }))).toBe(1); // nothing else moves the clock
  });

  test('a claim can be given back after its dead-letter queue was found gone', async () => {
    await using b = new Bench();
    const dead = await b.queue('dead');
    const queue = await b.queue('q', { visibilityTimeoutMs: 1_000, deadLetter: { target: dead.address, maxReceives: 1 } });
    await b.engine.deleteQueue(dead);
    await b.send(queue, 1);
    const [receipt] = receipts(await b.receive(queue));
    b.clock.advance(1_000);
    await b.until(() => b.watched.transactions > 5);
    expect(count(await b.receive(queue, 1, { visibilityTimeoutMs: 0 }))).toBe(1);
    await b.engine.unreceive(queue, receipt === undefined ? [] : [receipt]);
    expect(await b.engine.counts(queue)).toMatchObject({ visible: 1, inFlight: 0 });
  });

  test('what is claimed is handed out although the dead-letter move that is due fails', async () => {
    await using b = new Bench();
    const dead = await b.queue('dead');
    const queue = await b.queue('q', { deadLetter: { target: dead.address, maxReceives: 1 } });
    await b.send(queue, 1);
    await b.receive(queue, 1, { visibilityTimeoutMs: 1_000 });
    b.watched.failTransactionsOver = 2;
    b.clock.advance(1_000);
    await b.send(queue, 1);
    expect(count(await b.receive(queue, 1))).toBe(1);
    b.watched.failTransactionsOver = Number.POSITIVE_INFINITY;
    b.clock.advance(2_000);
    await b.until(() => b.watched.transactions > 8);
    const counts = async () => (await b.engine.counts(dead))?.visible;
    while ((await counts()) !== 1) b.clock.advance(1_000); // the move that failed is tried again
    expect(b.faults).toContainEqual(new Error('the disk is gone'));
  });

  test('a fair receive finds what is behind expired messages', async () => {
    await using b = new Bench();
    const queue = await b.queue('q', { retentionMs: 60_000 });
    await b.send(queue, 3);
    b.clock.advance(59_900);
    await b.send(queue, 1, 'tenant');
    await b.send(queue, 1);
    b.clock.advance(150);
    expect(count(await b.receive(queue, 1))).toBe(1);
    expect(count(await b.receive(queue, 1))).toBe(1);
    expect(count(await b.receive(queue, 1))).toBe(0);
  });

  test('receives that wait together keep to the budget of a transaction', async () => {
    await using b = new Bench();
    const queue = await b.queue('q', { retentionMs: 60_000 });
    for (let at = 0; at < 320; at++) await b.send(queue, 10);
    b.clock.advance(60_000);
    await b.send(queue, 32);
    b.watched.writesMax = 0;
    const outcomes = await Promise.all(Array.from({ length: 32 }, () => b.receive(queue, 1)));
    expect(outcomes.map(count)).toEqual(Array.from({ length: 32 }, () => 1));
    expect(b.watched.writesMax).toBeLessThan(1_000);
  });

  test('a failed look ends those who wait, and not those whose claim is under way', async () => {
    await using b = new Bench();
    const queue = await b.queue('q');
    const polls = [b.receive(queue, 1, { waitMs: 20_000 }), b.receive(queue, 1, { waitMs: 20_000 })];
    await b.until(() => b.engine.waiting() === 2);
    let release = (): void => {};
    await b.until(() => b.watched.reads > 1);
    const sent = b.send(queue, 1);
    b.watched.held = new Promise((resolve) => {
      release = resolve;
    });
    const transactions = b.watched.transactions;
    release();
    await sent;
    b.watched.held = new Promise((resolve) => {
      release = resolve;
    });
    await b.until(() => b.watched.transactions > transactions);
    b.watched.failReads = true;
    b.watched.store.signal(`messages:${queue.id}`);
    const ended = await Promise.race(polls.map((poll) => poll.catch((fault: unknown) => fault)));
    expect(ended).toEqual(new Error('the disk is gone'));
    b.watched.failReads = false;
    release();
    const settled = await Promise.allSettled(polls);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toMatchObject([{ value: { messages: [{}] } }]);
  });

  test('a wait is timed by the clock as it is now, also after it stepped back', async () => {
    let now = 1_000_000;
    const deadlines: number[] = [];
    const clock: Clock = {
      now: () => now,
      timer: (atMs) => {
        deadlines.push(atMs);
        return { [Symbol.dispose]: () => {} };
      },
    };
    await using b = new Bench(clock);
    const queue = await b.queue('q');
    now -= 6_000;
    const poll = b.receive(queue, 1, { waitMs: 1_000 });
    await b.until(() => b.engine.waiting() === 1);
    expect(deadlines).toContain(now + 1_000);
    b.engine.drain();
    expect(count(await poll)).toBe(0);
  });

  test('an arrival is told in the order of the line, and claims nothing', async () => {
    await using b = new Bench();
    const queue = await b.queue('q');
    const told: string[] = [];
    const wait = (name: string) => b.engine.arrival(queue, { waitMs: 20_000 }).then((arrival) => told.push(`${name} ${arrival}`));
    const first = wait('first');
    await b.until(() => b.engine.waiting() === 1);
    const poll = b.receive(queue, 1, { waitMs: 20_000 });
    const last = wait('last');
    await b.until(() => b.engine.waiting() === 3);
    await b.send(queue, 1);
    await first;
    b.clock.advance(1_000); // it looks again, since nothing was claimed
    expect(count(await poll)).toBe(1);
    expect(told).toEqual(['first ready']);
    await b.send(queue, 1);
    await last;
    expect(count(await b.receive(queue))).toBe(1);
  });

  test('an arrival that does not come ends at its time, by its signal, with its queue and when the engine drains', async () => {
    await using b = new Bench();
    const queue = await b.queue('q');
    const controller = new AbortController();
    const arrivals = [b.engine.arrival(queue, { waitMs: 500 }), b.engine.arrival(queue, { waitMs: 20_000, signal: controller.signal })];
    await b.until(() => b.engine.waiting() === 2);
    b.clock.advance(500);
    controller.abort();
    expect(await Promise.all(arrivals)).toEqual(['none', 'none']);
    const gone = b.engine.arrival(queue, { waitMs: 20_000 });
    await b.until(() => b.engine.waiting() === 1);
    await b.engine.deleteQueue(queue);
    expect(await gone).toBe('queueGone');
    const drained = b.engine.arrival(await b.queue('other'), { waitMs: 20_000 });
    await b.until(() => b.engine.waiting() === 1);
    b.engine.drain();
    expect(await drained).toBe('none');
  });
});
