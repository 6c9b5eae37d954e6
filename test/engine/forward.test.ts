import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueueAddress } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Engine, Queue, ReceivedMessage } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import type { TestStore } from './engine-suite.js';
import { storeCases } from './stores.js';

const claimMs = 30_000;

describe.each(storeCases)('a message is forwarded over %s', (_name, make) => {
  const clock = createSettableClock({ frozen: true });
  let opened: TestStore;
  let engine: Engine;
  let from: Queue;
  let to: Queue;

  beforeEach(async () => {
    opened = await make();
    const report = (what: string, fault: unknown): void => expect.fail(`${what}: ${fault}`);
    engine = createEngine({ store: opened.store, clock, random: createRealRandom(), recreateAfterMs: 0, report });
    [from, to] = [await queue('from'), await queue('to')];
    await engine.send(from, [{ content: Buffer.from('first') }]);
  });
  afterEach(async () => {
    await engine.stop();
    await opened.dispose();
  });

  async function queue(name: string): Promise<Queue> {
    const settings = {
      ordering: 'standard',
      visibilityTimeoutMs: claimMs,
      delayMs: 0,
      retentionMs: 86_400_000,
      deduplicationScope: 'queue',
    } as const;
    const outcome = await engine.createQueue(name as QueueAddress, { settings, properties: {}, tags: {} });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.queue;
  }

  async function received(queue: Queue): Promise<readonly ReceivedMessage[]> {
    const outcome = await engine.receive(queue, { max: 10, waitMs: 0 });
    return outcome.kind === 'received' ? outcome.messages : [];
  }

  async function claimed(): Promise<ReceivedMessage> {
    const [message] = await received(from);
    if (message === undefined) throw new Error('nothing was received');
    return message;
  }

  const messages = [{ content: Buffer.from('a') }, { content: Buffer.from('b') }];
  const textsOf = (list: readonly ReceivedMessage[]) => list.map(({ content }) => content.toString()).sort();

  test('once: it is gone, and what follows from it is there', async () => {
    const { receipt } = await claimed();
    expect(await engine.forward({ from, receipt, to, messages })).toMatchObject({
      kind: 'forwarded',
      messages: [{ kind: 'sent' }, { kind: 'sent' }],
    });
    expect(await engine.forward({ from, receipt, to, messages })).toEqual({ kind: 'notAvailable' });
    expect(textsOf(await received(to))).toEqual(['a', 'b']);
    clock.advance(claimMs);
    expect(await received(from)).toEqual([]);
  });

  test('not by a receipt that a later receive has replaced', async () => {
    const { receipt } = await claimed();
    clock.advance(claimMs);
    const later = await claimed();
    expect(await engine.forward({ from, receipt, to, messages })).toEqual({ kind: 'notAvailable' });
    expect(await received(to)).toEqual([]);
    expect(await engine.forward({ from, receipt: later.receipt, to, messages: [] })).toEqual({ kind: 'forwarded', messages: [] });
  });

  test('into its own queue', async () => {
    const { receipt } = await claimed();
    await engine.forward({ from, receipt, to: from, messages });
    expect(textsOf(await received(from))).toEqual(['a', 'b']);
  });

  test('not into a queue that is gone, nor out of one', async () => {
    const { receipt } = await claimed();
    await engine.deleteQueue(to);
    expect(await engine.forward({ from, receipt, to, messages })).toEqual({ kind: 'targetGone' });
    clock.advance(claimMs);
    expect(textsOf(await received(from))).toEqual(['first']);
    await engine.deleteQueue(from);
    expect(await engine.forward({ from, receipt, to, messages })).toEqual({ kind: 'queueGone' });
  });
});
