import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, vi } from 'vitest';
import type { Clock } from '../../../src/base/clock.js';
import type { AccountId, Region } from '../../../src/base/ids.js';
import type { Random } from '../../../src/base/random.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createEngine } from '../../../src/engine/index.js';
import { sqsService } from '../../../src/services/sqs/index.js';
import { openLmdbStore } from '../../../src/store/lmdb/lmdb-store.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import type { Store } from '../../../src/store/store.js';
import { type Call, type Service, ServiceError } from '../../../src/wire/service.js';
import { createLateLoadingStore } from '../../store/late-loading.js';

/** A store that the suites run over. */
interface StoreCase {
  readonly name: string;
  open(space: () => 'ok' | 'low'): Promise<{ readonly store: Store; dispose(): Promise<void> }>;
}

const memory: StoreCase = { name: 'memory', open: async (space) => closing(createMemoryStore({ space })) };

const storeCases: readonly StoreCase[] = [
  memory,
  { name: 'memory, every body twice', open: async (space) => closing(createMemoryStore({ rerun: true, space })) },
  { name: 'late-loading', open: async (space) => closing(createLateLoadingStore(createMemoryStore({ space }))) },
  {
    name: 'lmdb',
    open: async () => {
      const path = await mkdtemp(join(tmpdir(), 'signalbox-sqs-'));
      const store = await openLmdbStore({ path, durability: 'relaxed' });
      return {
        store,
        dispose: async () => {
          await store.close();
          await rm(path, { recursive: true });
        },
      };
    },
  },
];

function closing(store: Store) {
  return { store, dispose: () => store.close() };
}

/** Time stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  timer(atMs: number, callback: () => void): Disposable {
    const timer = { atMs, callback };
    this.#timers.add(timer);
    if (atMs <= this.#now) queueMicrotask(() => this.#fire());
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  advance(ms: number): void {
    this.#now += ms;
    this.#fire();
  }

  #fire(): void {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= this.#now).sort((a, b) => a.atMs - b.atMs);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
  }
}

/** Repeatable ids. */
function countingRandom(): Random {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
    bytes: (length) => Buffer.alloc(length, ++count),
  };
}

export interface Received {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly MD5OfBody: string;
  readonly Body: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MD5OfMessageAttributes?: string;
  readonly MessageAttributes?: Readonly<
    Record<string, { readonly DataType: string; readonly StringValue?: string; readonly BinaryValue?: Buffer }>
  >;
}

export interface Sent {
  readonly MessageId: string;
  readonly MD5OfMessageBody: string;
  readonly MD5OfMessageAttributes?: string;
  readonly MD5OfMessageSystemAttributes?: string;
  readonly SequenceNumber?: string;
}

export const origin = 'http://localhost:4566';
export const account = '000000000000' as AccountId;
export const region = 'us-east-1' as Region;

export function arn(name: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${name}`;
}

export function url(name: string): string {
  return `${origin}/000000000000/${name}`;
}

export const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'true' } as const;

/** The service as the dispatch chain sees it, with shorthands for what most tests do. */
export class Sqs {
  readonly clock = new ManualClock();
  /** What the service asked to have undone should its answer be lost. */
  readonly undo: (() => Promise<void>)[] = [];
  space: 'ok' | 'low' = 'ok';
  #opened: { readonly store: Store; readonly engine: Engine; readonly service: Service; dispose(): Promise<void> } | undefined;

  constructor(readonly storeCase: StoreCase = memory) {}

  async start(): Promise<void> {
    const { store, dispose } = await this.storeCase.open(() => this.space);
    const faults: unknown[] = [];
    const engine = createEngine({
      store,
      clock: this.clock,
      random: countingRandom(),
      recreateAfterMs: 60_000,
      report: (what, fault) => faults.push([what, fault]),
    });
    const service = sqsService({ engine, settings: { purgeIntervalMs: 60_000 } });
    this.#opened = {
      store,
      engine,
      service,
      dispose: async () => {
        engine.drain();
        await engine.stop();
        await dispose();
        if (faults.length > 0) throw new AggregateError(faults, 'background work failed');
      },
    };
  }

  stop(): Promise<void> {
    return this.#running.dispose();
  }

  get #running() {
    if (this.#opened === undefined) throw new Error('not started');
    return this.#opened;
  }

  get engine(): Engine {
    return this.#running.engine;
  }

  get service(): Service {
    return this.#running.service;
  }

  async call<T = Readonly<Record<string, unknown>>>(name: string, input: object = {}, call: Partial<Call> = {}): Promise<T> {
    const operation = this.service.operations.get(name);
    if (operation === undefined) throw new Error(`no operation ${name}`);
    const full: Call = {
      requestId: 'r',
      protocol: 'json',
      accountId: account,
      principal: `arn:aws:iam::${account}:root`,
      sourceAddress: '127.0.0.1',
      region,
      origin,
      signed: true,
      signal: new AbortController().signal,
      onUndelivered: (undo) => void this.undo.push(undo),
      ...call,
    };
    const output: unknown = await operation.handle(input as never, full);
    // Absent members are undefined inside and left out on the wire.
    return withoutAbsent(output) as T;
  }

  /** The refusal as `<query code>: <text>`. */
  async refusal(name: string, input: object = {}, call: Partial<Call> = {}): Promise<string> {
    const { code, message } = await this.refused(name, input, call);
    return `${code.queryCode}: ${message}`;
  }

  async refused(name: string, input: object = {}, call: Partial<Call> = {}): Promise<ServiceError> {
    const outcome = await this.call(name, input, call).catch((fault: unknown) => fault);
    if (outcome instanceof ServiceError) return outcome;
    throw new Error(`${name} was not refused: ${String(outcome)}`, { cause: outcome });
  }

  async create(name: string, attributes: Readonly<Record<string, string>> = {}, tags?: Readonly<Record<string, string>>): Promise<string> {
    const { QueueUrl } = await this.call<{ QueueUrl: string }>('CreateQueue', { QueueName: name, Attributes: attributes, tags });
    return QueueUrl;
  }

  send(queueUrl: string, body: string, more: object = {}): Promise<Sent> {
    return this.call('SendMessage', { QueueUrl: queueUrl, MessageBody: body, ...more });
  }

  async receive(queueUrl: string, more: object = {}, call: Partial<Call> = {}): Promise<readonly Received[]> {
    const { Messages = [] } = await this.call<{ Messages?: readonly Received[] }>('ReceiveMessage', { QueueUrl: queueUrl, ...more }, call);
    return Messages;
  }

  async bodies(queueUrl: string, more: object = {}): Promise<readonly string[]> {
    return (await this.receive(queueUrl, { MaxNumberOfMessages: 10, ...more })).map((message) => message.Body);
  }

  /** The one message that there must be. */
  async receiveOne(queueUrl: string, more: object = {}): Promise<Received> {
    const [message] = await this.receive(queueUrl, more);
    if (message === undefined) throw new Error('no message was received');
    return message;
  }

  async attributes(queueUrl: string, ...names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const { Attributes = {} } = await this.call<{ Attributes?: Readonly<Record<string, string>> }>('GetQueueAttributes', {
      QueueUrl: queueUrl,
      AttributeNames: names,
    });
    return Attributes;
  }

  /** Visible, in flight, delayed. */
  async counts(queueUrl: string): Promise<readonly number[]> {
    const attributes = await this.attributes(queueUrl, 'All');
    return ['', 'NotVisible', 'Delayed'].map((state) => Number(attributes[`ApproximateNumberOfMessages${state}`]));
  }

  delete(queueUrl: string, message: Received): Promise<unknown> {
    return this.call('DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle });
  }

  setVisibility(queueUrl: string, message: Received, seconds: number): Promise<unknown> {
    return this.call('ChangeMessageVisibility', { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: seconds });
  }

  setAttributes(queueUrl: string, attributes: Readonly<Record<string, string>>): Promise<unknown> {
    return this.call('SetQueueAttributes', { QueueUrl: queueUrl, Attributes: attributes });
  }

  advanceSeconds(seconds: number): void {
    this.clock.advance(seconds * 1000);
  }
}

function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, withoutAbsent(member)]),
  );
}

/** Runs a suite over every store. */
export function overEveryStore(title: string, suite: (sqs: () => Sqs) => void): void {
  describe.each(storeCases)(`${title} over $name`, (storeCase) => runWith(storeCase, suite));
}

/** For what does not reach the store's rules: over memory alone. */
export function overMemory(title: string, suite: (sqs: () => Sqs) => void): void {
  describe(title, () => runWith(memory, suite));
}

function runWith(storeCase: StoreCase, suite: (sqs: () => Sqs) => void): void {
  let sqs = new Sqs(storeCase);
  beforeEach(async () => {
    sqs = new Sqs(storeCase);
    await sqs.start();
  });
  afterEach(() => sqs.stop());
  suite(() => sqs);
}

/** Waits for background work by looking again and again. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(condition, { interval: 1 });
}
