import fc from 'fast-check';
import type { ModelSettings } from './reference-broker.js';

/** The cast: a standard queue and a FIFO queue, each with a dead-letter queue. */
export const queueNames = ['orders', 'orders-failed', 'steps.fifo', 'steps-failed.fifo'] as const;
export type QueueName = (typeof queueNames)[number];

const deadLetterTargets: { readonly [name in QueueName]: QueueName } = {
  orders: 'orders-failed',
  'orders-failed': 'orders-failed',
  'steps.fifo': 'steps-failed.fifo',
  'steps-failed.fifo': 'steps.fifo',
};

/** What a client does next. Receipts are picked by number among those that were issued, newest first. */
export type Operation =
  | { readonly kind: 'create'; readonly settings: ModelSettings; readonly queue: QueueName }
  | { readonly kind: 'update'; readonly settings: ModelSettings; readonly queue: QueueName }
  | { readonly kind: 'remove'; readonly queue: QueueName }
  | { readonly kind: 'purge'; readonly queue: QueueName }
  | { readonly kind: 'send'; readonly queue: QueueName; readonly messages: readonly SendPlan[] }
  | {
      readonly kind: 'receive';
      readonly queue: QueueName;
      readonly max: number;
      readonly visibilityTimeoutMs?: number;
      readonly attempt?: string;
    }
  | { readonly kind: 'poll'; readonly queue: QueueName; readonly max: number; readonly waitMs: number }
  | { readonly kind: 'hangUp'; readonly waiter: number }
  | { readonly kind: 'unreceive'; readonly queue: QueueName; readonly picks: readonly number[] }
  | { readonly kind: 'settle'; readonly queue: QueueName; readonly picks: readonly number[]; readonly whose: Whose }
  | {
      readonly kind: 'changeVisibility';
      readonly queue: QueueName;
      readonly picks: readonly number[];
      readonly whose: Whose;
      readonly visibilityTimeoutMs: number;
    }
  | { readonly kind: 'move'; readonly source: QueueName; readonly destination?: QueueName }
  | { readonly kind: 'advance'; readonly ms: number };

export type Whose = 'own' | 'others' | 'nobody';

export interface SendPlan {
  readonly group: string;
  /** Standard: whether the message carries its group. */
  readonly grouped: boolean;
  /** FIFO: small numbers repeat, absent is unique. */
  readonly deduplication?: number;
  readonly delayMs?: number;
}

export interface Scenario {
  readonly settings: { readonly [name in QueueName]: ModelSettings };
  readonly operations: readonly Operation[];
}

const seconds = (...values: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...values.map((value) => value * 1000));
const anyQueue = fc.constantFrom(...queueNames);
/** The sources more often: that is where most happens. */
const busyQueue = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('orders', 'steps.fifo') }, { weight: 1, arbitrary: anyQueue });
const visibilityTimeout = seconds(0, 1, 2, 30, 43_200);
const picks = fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 4 });
const whose = fc.oneof(
  { weight: 12, arbitrary: fc.constant('own') },
  { weight: 1, arbitrary: fc.constantFrom('others', 'nobody') },
) as fc.Arbitrary<Whose>;

function settingsOf(name: QueueName): fc.Arbitrary<ModelSettings> {
  const fifo = name.endsWith('.fifo');
  return fc
    .record({
      visibilityTimeoutMs: visibilityTimeout,
      delayMs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: seconds(1, 5, 900) }),
      retentionMs: seconds(60, 120, 345_600),
      deduplicationScope: fifo ? fc.constantFrom('queue', 'group') : fc.constant('queue'),
      maxReceives: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined }),
    })
    .map(({ maxReceives, deduplicationScope, ...rest }): ModelSettings => {
      const deadLetter = maxReceives === undefined ? {} : { deadLetter: { target: deadLetterTargets[name], maxReceives } };
      return { ...rest, ...deadLetter, ordering: fifo ? 'fifo' : 'standard', deduplicationScope: deduplicationScope as 'queue' | 'group' };
    });
}

const anySettings = anyQueue.chain((queue) => settingsOf(queue).map((settings) => ({ queue, settings })));

const sendPlan: fc.Arbitrary<SendPlan> = fc.record(
  {
    group: fc.constantFrom('a', 'b', 'c'),
    grouped: fc.boolean(),
    deduplication: fc.nat({ max: 3 }),
    delayMs: seconds(0, 1, 5, 900),
  },
  { requiredKeys: ['group', 'grouped'] },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('send'), queue: busyQueue, messages: fc.array(sendPlan, { minLength: 1, maxLength: 5 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record(
      {
        kind: fc.constant('receive'),
        queue: busyQueue,
        max: fc.constantFrom(1, 2, 3, 10),
        visibilityTimeoutMs: visibilityTimeout,
        attempt: fc.constantFrom('try-1', 'try-2'),
      },
      { requiredKeys: ['kind', 'queue', 'max'] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('poll'), queue: anyQueue, max: fc.constantFrom(1, 2, 10), waitMs: seconds(1, 5, 20) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hangUp'), waiter: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unreceive'), queue: busyQueue, picks }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('settle'), queue: busyQueue, picks, whose }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('changeVisibility'), queue: busyQueue, picks, whose, visibilityTimeoutMs: visibilityTimeout }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('purge'), queue: anyQueue }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), queue: anyQueue }) },
  { weight: 1, arbitrary: anySettings.map((chosen) => ({ kind: 'create' as const, ...chosen })) },
  { weight: 1, arbitrary: anySettings.map((chosen) => ({ kind: 'update' as const, ...chosen })) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('move'), source: anyQueue, destination: anyQueue }, { requiredKeys: ['kind', 'source'] }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('advance'),
      ms: fc.constantFrom(1, 999, 1000, 1001, 2000, 5000, 30_000, 60_000, 300_000, 900_000, 43_200_000),
    }),
  },
) as fc.Arbitrary<Operation>;

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  settings: fc.record({
    orders: settingsOf('orders'),
    'orders-failed': settingsOf('orders-failed'),
    'steps.fifo': settingsOf('steps.fifo'),
    'steps-failed.fifo': settingsOf('steps-failed.fifo'),
  }),
  operations: fc.array(operation, { maxLength: 60, size: 'max' }),
});
