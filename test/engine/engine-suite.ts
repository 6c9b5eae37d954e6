import { describe, expect, test } from 'vitest';
import type { MessageId, QueueAddress } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { SettableClock } from '../../src/base/settable-clock.js';
import type { Engine, Queue, QueueSettings, ReceivedMessage, ReceiveRequest } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import type { NewMessage } from '../../src/engine/new-message.js';
import type { Store } from '../../src/store/store.js';

/** A store for one test, and what to do with it afterwards. */
export interface TestStore {
  readonly store: Store;
  dispose(): Promise<void>;
}

const minute = 60_000;

/** A running engine with short-hands that hide set-up. */
class Bench implements AsyncDisposable {
  readonly clock: SettableClock = createSettableClock({ startAt: 1_700_000_000_000, frozen: true });
  readonly faults: unknown[] = [];
  engine: Engine;
  #count = 0;

  constructor(private readonly held: TestStore) {
    this.engine = this.#start();
  }

  #start(): Engine {
    return createEngine({
      store: this.held.store,
      clock: this.clock,
      random: createRealRandom(),
      recreateAfterMs: minute,
      report: (what, fault) => this.faults.push([what, fault]),
    });
  }

  /** As a restart of the process does: nothing but the store goes on. */
  async restart(): Promise<void> {
    await this.engine.stop();
    this.engine = this.#start();
  }

  async queue(settings: Partial<QueueSettings> = {}, name = `queue-${++this.#count}`): Promise<Queue> {
    const outcome = await this.engine.createQueue(address(name), {
      settings: {
        ordering: 'standard',
        visibilityTimeoutMs: 30_000,
        delayMs: 0,
        retentionMs: 4 * 24 * 60 * minute,
        deduplicationScope: 'queue',
        ...settings,
      },
      properties: {},
      tags: {},
    });
    if (outcome.kind !== 'created') throw new Error(`queue ${name}: ${outcome.kind}`);
    return outcome.queue;
  }

  fifo(settings: Partial<QueueSettings> = {}): Promise<Queue> {
    return this.queue({ ordering: 'fifo', ...settings });
  }

  async send(
    queue: Queue,
    ...messages: readonly (string | (Omit<NewMessage, 'content'> & { text: string }))[]
  ): Promise<readonly MessageId[]> {
    const outcome = await this.engine.send(
      queue,
      messages.map((message) => {
        const { text, ...rest } = typeof message === 'string' ? { text: message } : message;
        return { ...rest, content: Buffer.from(text) };
      }),
    );
    if (outcome.kind !== 'sent') throw new Error(outcome.kind);
    return outcome.messages.map(({ messageId }) => messageId);
  }

  /** Sends one message a text, in the group before the dot: `a.1` goes to group `a`. */
  sendGrouped(queue: Queue, ...texts: readonly string[]): Promise<readonly MessageId[]> {
    const messages = texts.map((text) => ({ text, group: text.split('.')[0] ?? '', deduplicationId: text }));
    return this.send(queue, ...messages);
  }

  async receive(queue: Queue, request: Partial<ReceiveRequest> = {}): Promise<readonly ReceivedMessage[]> {
    const outcome = await this.engine.receive(queue, { max: 10, waitMs: 0, ...request });
    if (outcome.kind !== 'received') throw new Error(outcome.kind);
    return outcome.messages;
  }

  async texts(queue: Queue, request: Partial<ReceiveRequest> = {}): Promise<readonly string[]> {
    return (await this.receive(queue, request)).map(text);
  }

  /** Waits for background work to bring a state about. */
  async until(holds: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      if (await holds()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`never came about; faults: ${JSON.stringify(this.faults)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.stop();
    await this.held.dispose();
    expect(this.faults).toEqual([]);
  }
}

function address(name: string): QueueAddress {
  return `arn:aws:sqs:eu-west-1:000000000000:${name}` as QueueAddress;
}

function text({ content }: ReceivedMessage): string {
  return content.toString();
}

const receipts = (messages: readonly ReceivedMessage[]) => messages.map(({ receipt }) => receipt);

/** The behaviour of the engine, over any store. */
export function engineSuite(storeName: string, makeStore: () => Promise<TestStore>): void {
  const bench = async (): Promise<Bench> => new Bench(await makeStore());

  describe(`waiting receivers over ${storeName}`, () => {
    test('a waiting receiver is woken by a send', async () => {
      await using b = await bench();
      const queue = await b.queue();
      const waiting = b.texts(queue, { waitMs: 20_000 });
      await b.until(() => b.engine.waiting() === 1);
      await b.send(queue, 'hello');
      expect(await waiting).toEqual(['hello']);
    });

    test('receivers are served in order of arrival, one for each message', async () => {
      await using b = await bench();
      const queue = await b.queue();
      const served: string[] = [];
      const waiting = ['first', 'second', 'third'].map(async (name) => {
        const got = await b.texts(queue, { waitMs: 20_000, max: 1 });
        if (got.length > 0) served.push(`${name} ${got}`);
      });
      await b.until(() => b.engine.waiting() === 3);
      await b.send(queue, 'm1');
      await b.until(() => served.length === 1);
      await b.send(queue, 'm2');
      await b.until(() => served.length === 2);
      b.clock.advance(20_000);
      await Promise.all(waiting);
      expect(served).toEqual(['first m1', 'second m2']);
    });

    test('a wait ends empty at its time, and not before', async () => {
      await using b = await bench();
      const queue = await b.queue();
      let ended = false;
      const waiting = b.receive(queue, { waitMs: 5_000 }).finally(() => {
        ended = true;
      });
      await b.until(() => b.engine.waiting() === 1);
      b.clock.advance(4_999);
      await b.until(() => b.engine.waiting() === 1);
      expect(ended).toBe(false);
      b.clock.advance(1);
      expect(await waiting).toEqual([]);
    });

    test.each([
      ['the end of a delay', async (b: Bench, queue: Queue) => void (await b.send(queue, { text: 'm', delayMs: 3_000 })), 3_000],
      [
        'the end of a visibility timeout',
        async (b: Bench, queue: Queue) => {
          await b.send(queue, 'm');
          await b.receive(queue, { visibilityTimeoutMs: 3_000 });
        },
        3_000,
      ],
    ])('a waiting receiver is woken by %s', async (_, prepare, ms) => {
      await using b = await bench();
      const queue = await b.queue();
      await prepare(b, queue);
      const waiting = b.texts(queue, { waitMs: 20_000 });
      await b.until(() => b.engine.waiting() === 1);
      b.clock.advance(ms);
      expect(await waiting).toEqual(['m']);
    });

    test('a waiting receiver is woken when a message is made visible, and when a FIFO group is unlocked', async () => {
      await using b = await bench();
      const standard = await b.queue();
      await b.send(standard, 'm');
      const [held] = await b.receive(standard);
      const waiting = b.texts(standard, { waitMs: 20_000 });
      await b.until(() => b.engine.waiting() === 1);
      await b.engine.changeVisibility(
        standard,
        receipts(held === undefined ? [] : [held]).map((receipt) => ({ receipt, visibilityTimeoutMs: 0 })),
      );
      expect(await waiting).toEqual(['m']);

      const fifo = await b.fifo();
      await b.sendGrouped(fifo, 'g.1', 'g.2');
      const first = await b.receive(fifo, { max: 1 });
      const second = b.texts(fifo, { waitMs: 20_000 });
      await b.until(() => b.engine.waiting() === 1);
      await b.engine.settle(fifo, receipts(first));
      expect(await second).toEqual(['g.2']);
    });

    test('a waiting receiver on a dead-letter queue is woken by a move that nobody polled for', async () => {
      await using b = await bench();
      const dead = await b.queue();
      const queue = await b.queue({ deadLetter: { target: dead.address, maxReceives: 1 } });
      await b.send(queue, 'poison');
      await b.receive(queue, { visibilityTimeoutMs: 1_000 });
      const waiting = b.receive(dead, { waitMs: 20_000 });
      await b.until(() => b.engine.waiting() === 1);
      b.clock.advance(1_000);
      expect(await waiting).toMatchObject([{ receives: 2, deadLetterSource: queue.address }]);
    });

    test('an aborted wait claims nothing', async () => {
      await using b = await bench();
      const queue = await b.queue();
      const leaving = new AbortController();
      const waiting = b.receive(queue, { waitMs: 20_000, signal: leaving.signal });
      await b.until(() => b.engine.waiting() === 1);
      leaving.abort();
      expect(await waiting).toEqual([]);
      await b.send(queue, 'm');
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 1, inFlight: 0 });
    });

    test('a receive that is aborted while it claims gives the message back uncounted', async () => {
      await using b = await bench();
      const queue = await b.queue();
      await b.send(queue, 'm');
      const leaving = new AbortController();
      const receiving = b.receive(queue, { signal: leaving.signal });
      leaving.abort();
      expect(await receiving).toEqual([]);
      expect(await b.receive(queue)).toMatchObject([{ receives: 1 }]);
    });

    test('a claim is taken back once, and its receipt is void then', async () => {
      await using b = await bench();
      for (const queue of [await b.queue(), await b.fifo()]) {
        await b.sendGrouped(queue, 'g.1');
        const undelivered = receipts(await b.receive(queue));
        await b.engine.unreceive(queue, undelivered);
        await b.engine.unreceive(queue, undelivered);
        await b.engine.settle(queue, undelivered);
        expect(await b.receive(queue)).toMatchObject([{ receives: 1 }]);
      }
    });

    test('a deleted queue ends its waits as gone; a drain ends all empty', async () => {
      await using b = await bench();
      const doomed = await b.queue();
      const other = await b.queue();
      const atDoomed = b.engine.receive(doomed, { max: 1, waitMs: 20_000 });
      const atOther = b.receive(other, { waitMs: 20_000 });
      await b.until(() => b.engine.waiting() === 2);
      await b.engine.deleteQueue(doomed);
      expect(await atDoomed).toEqual({ kind: 'queueGone' });
      b.engine.drain();
      expect(await atOther).toEqual([]);
      expect(await b.receive(other, { waitMs: 20_000 })).toEqual([]);
    });
  });

  describe(`dead letters over ${storeName}`, () => {
    test('a message received the allowed number of times moves at the next receive of its queue', async () => {
      await using b = await bench();
      const dead = await b.queue();
      const queue = await b.queue({ deadLetter: { target: dead.address, maxReceives: 2 } });
      const [id] = await b.send(queue, 'poison');
      for (let round = 0; round < 2; round++) expect(await b.texts(queue, { visibilityTimeoutMs: 0 })).toEqual(['poison']);
      expect(await b.texts(queue)).toEqual([]);
      expect(await b.receive(dead)).toMatchObject([{ messageId: id, receives: 3 }]);
    });

    test('with its target gone it stays deliverable', async () => {
      await using b = await bench();
      const dead = await b.queue();
      const queue = await b.queue({ deadLetter: { target: dead.address, maxReceives: 1 } });
      await b.engine.deleteQueue(dead);
      await b.send(queue, 'm');
      for (let round = 1; round <= 3; round++)
        expect(await b.receive(queue, { visibilityTimeoutMs: 0 })).toMatchObject([{ receives: round }]);
    });

    test('a lowered limit holds for messages received before, a removed one frees them', async () => {
      await using b = await bench();
      const dead = await b.queue();
      const strict = {
        ordering: 'standard',
        visibilityTimeoutMs: 0,
        delayMs: 0,
        retentionMs: minute * 60,
        deduplicationScope: 'queue',
      } as const;
      const queue = await b.queue({ ...strict, deadLetter: { target: dead.address, maxReceives: 5 } });
      await b.send(queue, 'a', 'b');
      await b.receive(queue);
      const settings = { ...strict, deadLetter: { target: dead.address, maxReceives: 1 } };
      const lowered = await b.engine.updateQueue(queue, ({ properties, tags }) => ({ properties, tags, settings }));
      expect(lowered?.settings.deadLetter?.maxReceives).toBe(1);
      expect(await b.texts(queue)).toEqual([]);
      expect(await b.texts(dead)).toEqual(['a', 'b']);

      await b.send(queue, 'c');
      await b.receive(queue, { visibilityTimeoutMs: 1_000 });
      await b.engine.updateQueue(queue, ({ properties, tags }) => ({ properties, tags, settings: strict }));
      b.clock.advance(1_000);
      expect(await b.texts(queue)).toEqual(['c']);
    });

    test('a FIFO group goes on after its head has moved', async () => {
      await using b = await bench();
      const dead = await b.fifo();
      const queue = await b.fifo({ deadLetter: { target: dead.address, maxReceives: 1 } });
      await b.sendGrouped(queue, 'g.1', 'g.2');
      await b.receive(queue, { max: 1, visibilityTimeoutMs: 1_000 });
      expect(await b.texts(queue)).toEqual([]);
      b.clock.advance(1_000);
      expect(await b.texts(queue)).toEqual(['g.2']);
      expect(await b.receive(dead)).toMatchObject([{ group: 'g', deadLetterSource: queue.address }]);
    });

    test('a queue that is its own target gives messages a new round', async () => {
      await using b = await bench();
      const own = address('own');
      const queue = await b.queue({ deadLetter: { target: own, maxReceives: 1 } }, 'own');
      await b.send(queue, 'm');
      expect(await b.receive(queue, { visibilityTimeoutMs: 0 })).toMatchObject([{ receives: 1 }]);
      expect(await b.receive(queue, { visibilityTimeoutMs: 0 })).toMatchObject([{ receives: 2 }]);
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 1, inFlight: 0 });
    });
  });

  describe(`move tasks over ${storeName}`, () => {
    const dlq = async (b: Bench): Promise<{ dead: Queue; queue: Queue }> => {
      const dead = await b.queue();
      const queue = await b.queue({ visibilityTimeoutMs: 0, deadLetter: { target: dead.address, maxReceives: 1 } });
      return { dead, queue };
    };
    const fill = async (b: Bench, queue: Queue, count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent++) await b.send(queue, `m${sent}`);
      for (let received = 0; received < count; received += 10) await b.receive(queue);
      await b.receive(queue);
    };
    const status = async (b: Bench, source: Queue) => (await b.engine.listMoves(source, 1))[0]?.status;

    test('without a destination every message goes home, new and uncounted', async () => {
      await using b = await bench();
      const { dead, queue } = await dlq(b);
      await fill(b, queue, 250);
      expect(await b.engine.counts(dead)).toMatchObject({ visible: 250 });
      expect(await b.engine.startMove({ source: dead })).toMatchObject({ kind: 'started' });
      await b.until(async () => (await status(b, dead)) === 'completed');
      expect(await b.engine.listMoves(dead, 10)).toMatchObject([{ moved: 250, toMove: 250 }]);
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 250 });
      expect(await b.receive(queue, { max: 1 })).toMatchObject([{ receives: 1, content: Buffer.from('m0') }]);
    });

    test('a rate is kept, a second task is refused, and a restart goes on where it was', async () => {
      await using b = await bench();
      const { dead, queue } = await dlq(b);
      await fill(b, queue, 60);
      await b.engine.startMove({ source: dead, destination: queue, perSecond: 10 });
      expect(await b.engine.startMove({ source: dead })).toEqual({ kind: 'alreadyRunning' });
      const moved = async () => (await b.engine.listMoves(dead, 1))[0]?.moved ?? 0;
      for (let second = 0; second < 2; second++) {
        for (let step = 0; step < 10; step++) {
          const before = await moved();
          b.clock.advance(100);
          await b.until(async () => (await moved()) > before);
        }
      }
      const before = await moved();
      expect(before).toBeGreaterThanOrEqual(20);
      expect(before).toBeLessThanOrEqual(32);
      await b.restart();
      await b.until(async () => {
        b.clock.advance(100);
        return (await status(b, dead)) === 'completed';
      });
      expect(await moved()).toBe(60);
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 60 });
    });

    test('a cancelled task keeps what it moved', async () => {
      await using b = await bench();
      const { dead, queue } = await dlq(b);
      await fill(b, queue, 20);
      const started = await b.engine.startMove({ source: dead, perSecond: 1 });
      const taskId = started.kind === 'started' ? started.taskId : '';
      await b.until(async () => ((await b.engine.listMoves(dead, 1))[0]?.moved ?? 0) > 0);
      expect(await b.engine.cancelMove(dead, taskId)).toMatchObject({ kind: 'cancelling' });
      await b.until(async () => (await status(b, dead)) === 'cancelled');
      const { visible } = (await b.engine.counts(dead)) ?? { visible: -1 };
      expect(visible + ((await b.engine.listMoves(dead, 1))[0]?.moved ?? 0)).toBe(20);
      expect(await b.engine.cancelMove(dead, taskId)).toEqual({ kind: 'notRunning' });
      expect(await b.engine.cancelMove(dead, 'unknown')).toEqual({ kind: 'unknownTask' });
    });

    test('it fails with a reason when a destination goes or a message has no source', async () => {
      await using b = await bench();
      const { dead, queue } = await dlq(b);
      await fill(b, queue, 20);
      const target = await b.queue();
      await b.engine.startMove({ source: dead, destination: target, perSecond: 1 });
      await b.engine.deleteQueue(target);
      await b.until(async () => {
        b.clock.advance(1_000);
        return (await status(b, dead)) === 'failed';
      });
      expect(await b.engine.listMoves(dead, 1)).toMatchObject([{ failure: 'destinationGone' }]);

      const direct = await b.queue();
      await b.send(direct, 'never moved');
      await b.engine.startMove({ source: direct });
      await b.until(async () => (await status(b, direct)) === 'failed');
      expect(await b.engine.listMoves(direct, 1)).toMatchObject([{ failure: 'sourceUnknown' }]);
    });

    test('a message that is sent to a dead-letter queue moves back to where it says', async () => {
      await using b = await bench();
      const { dead, queue } = await dlq(b);
      await b.engine.send(dead, [{ content: Buffer.from('given up'), deadLetterSource: queue.address }]);
      await b.engine.startMove({ source: dead });
      await b.until(async () => (await status(b, dead)) === 'completed');
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 1 });
    });

    test('messages in flight are moved once they are visible', async () => {
      await using b = await bench();
      const { dead, queue } = await dlq(b);
      await fill(b, queue, 3);
      await b.receive(dead, { max: 1, visibilityTimeoutMs: 5_000 });
      await b.engine.startMove({ source: dead });
      await b.until(async () => (await b.engine.counts(queue))?.visible === 2);
      expect(await status(b, dead)).toBe('running');
      await b.until(async () => {
        b.clock.advance(1_000);
        return (await status(b, dead)) === 'completed';
      });
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 3 });
    });
  });

  describe(`fair queues over ${storeName}`, () => {
    test('a quiet tenant is served before a noisy one that came first', async () => {
      await using b = await bench();
      const queue = await b.queue();
      for (let sent = 0; sent < 60; sent++) await b.send(queue, { text: `noisy.${sent}`, group: 'noisy' });
      for (let received = 0; received < 4; received++) await b.receive(queue);
      expect(await b.engine.counts(queue)).toMatchObject({ inFlight: 40, noisyGroups: 1 });
      for (const name of ['quiet.0', 'quiet.1']) await b.send(queue, { text: name, group: 'quiet' });
      b.clock.advance(1);
      await b.send(queue, 'alone');
      expect((await b.texts(queue)).slice(0, 4)).toEqual(['quiet.0', 'quiet.1', 'alone', 'noisy.40']);
    });

    test('noise ends when the claims do', async () => {
      await using b = await bench();
      const queue = await b.queue({ visibilityTimeoutMs: 10_000 });
      for (let sent = 0; sent < 45; sent++) await b.send(queue, { text: `noisy.${sent}`, group: 'noisy' });
      for (let received = 0; received < 4; received++) await b.receive(queue);
      b.clock.advance(10_000);
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 45, noisyGroups: 0 });
      await b.send(queue, { text: 'quiet', group: 'quiet' });
      expect((await b.texts(queue, { max: 1 }))[0]).toMatch(/^noisy/);
    });
  });

  describe(`what passes with time over ${storeName}`, () => {
    test('expired messages are gone from counts, receives and disk; sweeps run without anyone asking', async () => {
      await using b = await bench();
      const queue = await b.queue({ retentionMs: minute });
      await b.send(queue, 'old');
      b.clock.advance(30_000);
      await b.send(queue, 'young');
      b.clock.advance(30_000);
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 1 });
      expect(await b.texts(queue)).toEqual(['young']);
    });

    test('a purge removes everything, frees deduplication ids, keeps sequence numbers rising and refuses another at once', async () => {
      await using b = await bench();
      const queue = await b.fifo();
      await b.sendGrouped(queue, 'a.1', 'a.2', 'b.1');
      const [held] = await b.receive(queue, { max: 1 });
      expect(await b.engine.purge(queue, minute)).toEqual({ kind: 'purged' });
      expect(await b.engine.purge(queue, minute)).toEqual({ kind: 'tooSoon' });
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 0, inFlight: 0 });
      await b.sendGrouped(queue, 'a.1');
      const [again] = await b.receive(queue);
      expect(again?.sequence).toBeGreaterThan(held?.sequence ?? Number.POSITIVE_INFINITY);
      expect(await b.engine.settle(queue, receipts(held === undefined ? [] : [held]))).toEqual(['settled']);
    });

    test('an address can be used again when its time is over, and starts empty', async () => {
      await using b = await bench();
      const queue = await b.queue({}, 'again');
      await b.send(queue, 'm');
      expect(await b.engine.deleteQueue(queue)).toBe(true);
      expect(await b.engine.deleteQueue(queue)).toBe(false);
      const { settings, properties, tags } = queue;
      expect(await b.engine.createQueue(queue.address, { settings, properties, tags })).toEqual({ kind: 'deletedRecently' });
      expect(await b.engine.send(queue, [{ content: Buffer.from('late') }])).toEqual({ kind: 'queueGone' });
      b.clock.advance(minute);
      expect(await b.engine.createQueue(queue.address, { settings, properties, tags })).toMatchObject({ kind: 'created' });
      const reborn = await b.engine.findQueue(queue.address);
      expect(reborn === undefined ? undefined : await b.engine.counts(reborn)).toMatchObject({ visible: 0 });
    });

    test('what a worker had in hand is there at once for the next process, and nothing that waits', async () => {
      await using b = await bench();
      const queue = await b.queue();
      const held = { held: true, visibilityTimeoutMs: 30_000 };
      await b.send(queue, 'in hand', 'goes on', 'to be tried later', 'given back', 'done', 'of a client');
      const [, goesOn, later, back, done] = await b.receive(queue, { ...held, max: 5 });
      if (goesOn === undefined || later === undefined || back === undefined || done === undefined) throw new Error('not received');
      await b.receive(queue, { visibilityTimeoutMs: 30_000 });
      await b.engine.changeVisibility(queue, [
        { receipt: goesOn.receipt, visibilityTimeoutMs: 25_000, held: true },
        { receipt: later.receipt, visibilityTimeoutMs: 20_000 },
      ]);
      await b.engine.unreceive(queue, [back.receipt]);
      await b.engine.settle(queue, [done.receipt]);
      expect(await b.texts(queue, held)).toEqual(['given back']);
      await b.send(queue, 'delayed');
      expect(await b.texts(queue, { visibilityTimeoutMs: 15_000 })).toEqual(['delayed']);

      await b.restart();
      expect(await b.texts(queue)).toEqual([]); // of no use to others
      const again = await b.receive(queue, held);
      expect(again.map((message) => [text(message), message.receives]).sort()).toEqual([
        ['given back', 2],
        ['goes on', 2],
        ['in hand', 2],
      ]);
      expect(await b.texts(queue, held)).toEqual([]); // once a process
      b.clock.advance(20_000);
      expect([...(await b.texts(queue, held))].sort()).toEqual(['delayed', 'to be tried later']);
    });

    test('however much a worker had in hand, it is taken back', async () => {
      await using b = await bench();
      const queue = await b.queue();
      for (let batch = 0; batch < 32; batch++) await b.send(queue, ...Array.from({ length: 10 }, (_, index) => `${batch}.${index}`));
      for (let taken = 0; taken < 320; taken += 10) await b.receive(queue, { held: taken !== 100 });
      await b.restart();
      await b.receive(queue, { held: true });
      expect(await b.engine.counts(queue)).toMatchObject({ visible: 300, inFlight: 20 });
    });

    test('after a restart a dead letter moves without anyone polling', async () => {
      await using b = await bench();
      const dead = await b.queue();
      const queue = await b.queue({ deadLetter: { target: dead.address, maxReceives: 1 } });
      await b.send(queue, 'poison');
      await b.receive(queue, { visibilityTimeoutMs: 5_000 });
      await b.restart();
      b.clock.advance(5_000);
      await b.until(async () => (await b.engine.peek(dead, { limit: 1 }))?.messages.length === 1);
    });
  });
}
