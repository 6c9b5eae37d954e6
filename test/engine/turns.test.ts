import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { QueueAddress, ReceiptHandle } from '../../src/base/ids.js';
import { createSettableClock } from '../../src/base/real-clock.js';
import type { Engine, Queue } from '../../src/engine/engine.js';
import { createEngine } from '../../src/engine/index.js';
import { createMemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store, Transaction } from '../../src/store/store.js';

/**
 * Calls that wait together share a turn. Nobody may be able to tell: a burst of calls gives exactly what the same calls
 * give one after the other.
 */

type Call =
  | { readonly kind: 'send'; readonly count: number; readonly group: number; readonly delayMs: number }
  | { readonly kind: 'receive'; readonly max: number; readonly visibilityTimeoutMs: number }
  | { readonly kind: 'delete' | 'giveBack'; readonly receipt: number }
  | { readonly kind: 'hide'; readonly receipt: number; readonly visibilityTimeoutMs: number };

interface Burst {
  readonly advanceMs: number;
  readonly calls: readonly Call[];
}

const timeouts = fc.constantFrom(0, 0, 1_000, 5_000, 30_000);
const receipt = fc.nat(50);
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    kind: fc.constant('send' as const),
    count: fc.integer({ min: 1, max: 3 }),
    group: fc.nat(2),
    delayMs: fc.constantFrom(0, 0, 0, 1_000),
  }),
  fc.record({ kind: fc.constant('receive' as const), max: fc.integer({ min: 1, max: 4 }), visibilityTimeoutMs: timeouts }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'giveBack' as const), receipt }),
  fc.record({ kind: fc.constant('hide' as const), receipt, visibilityTimeoutMs: timeouts }),
);
const bursts = fc.array(
  fc.record({ advanceMs: fc.constantFrom(0, 500, 1_000, 6_000), calls: fc.array(call, { minLength: 1, maxLength: 12 }) }),
  { minLength: 1, maxLength: 8 },
);

/** One engine, and how it is asked: all calls of a burst at once, or each when the one before it has its answer. */
class Side {
  readonly clock = createSettableClock({ startAt: 1_700_000_000_000, frozen: true });
  readonly #receipts: ReceiptHandle[] = [];
  readonly #engine: Engine;
  #ids = 0;
  #sent = 0;

  constructor(
    readonly store: Store,
    private readonly inOneGo: boolean,
  ) {
    const uuid = () => `id-${String(++this.#ids).padStart(8, '0')}`;
    this.#engine = createEngine({
      store,
      clock: this.clock,
      random: { uuid } as never,
      recreateAfterMs: 0,
      report: (what, fault) => {
        throw new Error(what, { cause: fault });
      },
    });
  }

  async queue(kind: QueueKind): Promise<Queue> {
    const outcome = await this.#engine.createQueue('arn:aws:sqs:us-east-1:000000000000:q' as QueueAddress, {
      settings: {
        ordering: kind === 'fifo' ? 'fifo' : 'standard',
        visibilityTimeoutMs: 30_000,
        delayMs: 0,
        retentionMs: 60_000,
        deduplicationScope: 'queue',
      },
      properties: {},
      tags: {},
    });
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.queue;
  }

  async burst(queue: Queue, kind: QueueKind, calls: readonly Call[]): Promise<readonly unknown[]> {
    const known = [...this.#receipts];
    const outcomes: unknown[] = [];
    if (this.inOneGo) outcomes.push(...(await Promise.all(calls.map((one) => this.#ask(queue, kind, one, known)))));
    else for (const one of calls) outcomes.push(await this.#ask(queue, kind, one, known));
    return outcomes;
  }

  async #ask(queue: Queue, kind: QueueKind, one: Call, known: readonly ReceiptHandle[]): Promise<unknown> {
    switch (one.kind) {
      case 'send': {
        const messages = Array.from({ length: one.count }, () => ({
          content: Buffer.from(`m${this.#sent}`),
          ...(kind === 'fifo' ? { group: `g${one.group}`, deduplicationId: `d${this.#sent++ % 40}` } : {}),
          ...(kind === 'tenants' && one.group > 0 ? { group: `g${one.group}` } : {}),
          ...(kind === 'fifo' ? {} : { delayMs: one.delayMs }),
        }));
        return this.#engine.send(queue, messages);
      }
      case 'receive': {
        const outcome = await this.#engine.receive(queue, { max: one.max, waitMs: 0, visibilityTimeoutMs: one.visibilityTimeoutMs });
        if (outcome.kind === 'received') this.#receipts.push(...outcome.messages.map((message) => message.receipt));
        return outcome;
      }
      case 'delete':
        return this.#engine.settle(queue, pick(known, one.receipt));
      case 'giveBack':
        return this.#engine.unreceive(queue, pick(known, one.receipt));
      case 'hide':
        return this.#engine.changeVisibility(
          queue,
          pick(known, one.receipt).map((handle) => ({ receipt: handle, visibilityTimeoutMs: one.visibilityTimeoutMs })),
        );
    }
  }

  counts(queue: Queue) {
    return this.#engine.counts(queue);
  }

  peek(queue: Queue) {
    return this.#engine.peek(queue, { limit: 100 });
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
    await this.store.close();
  }
}

type QueueKind = 'plain' | 'tenants' | 'fifo';

function pick(receipts: readonly ReceiptHandle[], at: number): readonly ReceiptHandle[] {
  const one = receipts[at % Math.max(1, receipts.length)];
  return one === undefined ? [] : [one];
}

describe('calls that share a turn', () => {
  let turns = 0;
  let calls = 0;

  test.each<QueueKind>(['plain', 'tenants', 'fifo'])('a burst gives what the calls give one by one: %s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(bursts, fc.boolean(), async (steps: readonly Burst[], rerun) => {
        const together = new Side(
          counting(createMemoryStore({ rerun }), () => turns++),
          true,
        );
        const apart = new Side(createMemoryStore(), false);
        const [queueTogether, queueApart] = [await together.queue(kind), await apart.queue(kind)];
        for (const { advanceMs, calls: burst } of steps) {
          for (const side of [together, apart]) side.clock.advance(advanceMs);
          calls += burst.length;
          expect(await together.burst(queueTogether, kind, burst)).toEqual(await apart.burst(queueApart, kind, burst));
          expect(await together.counts(queueTogether)).toEqual(await apart.counts(queueApart));
          expect(await together.peek(queueTogether)).toEqual(await apart.peek(queueApart));
        }
        await Promise.all([together.stop(), apart.stop()]);
      }),
      { numRuns: 150 },
    );
  });

  afterAll(() => {
    // Otherwise the comparison above would compare nothing.
    expect(turns).toBeLessThan(calls);
  });
});

/** Counts the transactions of a store. */
function counting(store: Store, count: () => void): Store {
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      if (name !== 'transact') return member.bind(target);
      return (scopes: never, body: (tx: Transaction) => never) => {
        count();
        return target.transact(scopes, body);
      };
    },
  });
}
