import '../../sdk/no-notices.js';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Lambda from '@aws-sdk/client-lambda';
import { CreateQueueCommand, DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, vi } from 'vitest';
import { createSettableClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import type { SettableClock } from '../../../src/base/settable-clock.js';
import type { Engine } from '../../../src/engine/engine.js';
import { createEngine } from '../../../src/engine/index.js';
import { startListener } from '../../../src/http/listener.js';
import { createMetrics } from '../../../src/observe/metrics.js';
import type { TopicTarget } from '../../../src/services/functions/async/deliveries.js';
import { startFunctions } from '../../../src/services/functions/index.js';
import type { FunctionPool, Invocation, InvocationOutcome } from '../../../src/services/functions/pool.js';
import { deliveredContent, queueTakes } from '../../../src/services/sqs/delivered.js';
import { sqsService } from '../../../src/services/sqs/index.js';
import { receivedInFull } from '../../../src/services/sqs/received.js';
import { openLmdbStore } from '../../../src/store/lmdb/lmdb-store.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import { watchFolder } from '../../../src/workers/folder-watch.js';
import { packageOf } from './zip.js';

export const startedAt = Date.UTC(2026, 0, 1, 12, 0, 0, 1);
export const role = 'arn:aws:iam::000000000000:role/functions';
export const anyCode = packageOf({ 'index.mjs': 'export const handler = async () => 1;' });

/** What a scripted function does with an invocation. */
export type Script = (invocation: Invocation) => Promise<InvocationOutcome> | InvocationOutcome;

export function answered(value: unknown): InvocationOutcome {
  return { kind: 'answered', payload: Buffer.from(JSON.stringify(value)), log: Buffer.from('log'), durationMs: 1, initMs: undefined };
}

export function failed(errorMessage: string): InvocationOutcome {
  const payload = Buffer.from(JSON.stringify({ errorMessage, errorType: 'Error' }));
  return { kind: 'failed', payload, log: Buffer.from('log'), durationMs: 1, initMs: undefined };
}

/** Something to wait for, until the test opens it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** In the place of processes: functions that do what the test says, by name. */
class ScriptedPool implements FunctionPool {
  readonly invocations: Invocation[] = [];
  readonly retired: string[] = [];
  readonly scripts = new Map<string, Script>();

  async invoke(invocation: Invocation): Promise<InvocationOutcome> {
    this.invocations.push(invocation);
    const script = this.scripts.get(invocation.environment.functionName) ?? (() => answered(null));
    return script(invocation);
  }

  retire(key: string): void {
    this.retired.push(key);
  }

  runsIn(): boolean {
    return false;
  }

  async stop(): Promise<void> {}
}

export interface Published {
  readonly topicArn: string;
  readonly body: string;
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly value: string }[];
}

interface Running {
  readonly engine: Engine;
  readonly url: string;
  readonly lambda: Lambda.LambdaClient;
  readonly sqs: SQSClient;
  stop(): Promise<void>;
}

/** The service behind a real listener, with a clock that stands still between jumps, and a scripted pool. */
export class Subject {
  readonly clock: SettableClock = createSettableClock({ startAt: startedAt, frozen: true });
  readonly published: Published[] = [];
  /** Of topics: what a publish answers, in turn; then it is delivered. */
  readonly topicOutcomes: Awaited<ReturnType<TopicTarget['publish']>>[] = [];
  readonly faults: unknown[] = [];
  /** What the service would have people know. */
  readonly told: unknown[] = [];
  pool = new ScriptedPool();
  #running: Running | undefined;
  #folder: string | undefined;
  #names = 0;

  /** `lmdb`: survives `restart`. `concurrencyMax`: of the account. */
  constructor(
    private readonly kind: 'memory' | 'lmdb' = 'memory',
    private readonly concurrencyMax = 1_000,
  ) {}

  get #started(): Running {
    if (this.#running === undefined) throw new Error('not started');
    return this.#running;
  }

  get url(): string {
    return this.#started.url;
  }

  get engine(): Engine {
    return this.#started.engine;
  }

  get lambda(): Lambda.LambdaClient {
    return this.#started.lambda;
  }

  get sqs(): SQSClient {
    return this.#started.sqs;
  }

  async start(): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'signalbox-functions-'));
    const { clock } = this;
    const random = createRealRandom();
    const report = (what: string, fault: unknown): void => void this.faults.push([what, fault]);
    const store =
      this.kind === 'memory'
        ? createMemoryStore({ enforceScopes: true })
        : await openLmdbStore({ path: join(this.#folder, 'data'), durability: 'relaxed' });
    const engine = createEngine({ store, clock, random, recreateAfterMs: 60_000, report });
    const functions = await startFunctions({
      engine,
      clock,
      random,
      pool: this.pool,
      queues: { contentOf: deliveredContent, takes: queueTakes },
      topics: {
        publish: async ({ topicArn, body, attributes }) => {
          const outcome = this.topicOutcomes.shift() ?? 'delivered';
          if (outcome === 'delivered') this.published.push({ topicArn, body, attributes });
          return outcome;
        },
      },
      showMessage: receivedInFull,
      folder: join(this.#folder, 'code'),
      concurrencyMax: this.concurrencyMax,
      endpoint: () => this.url,
      meter: createMetrics().meter,
      events: { warn: (fields, message) => this.told.push([message, fields]) },
      watch: watchFolder,
      report,
    });
    const listener = await startListener({
      port: 0,
      host: '127.0.0.1',
      services: [sqsService({ engine, settings: { purgeIntervalMs: 0 } }), functions.service],
      routes: [],
      random,
      log: { debug: () => undefined, error: (fields) => this.faults.push(fields) },
      observer: { requestFinished: () => undefined },
    });
    const options = {
      endpoint: listener.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    };
    const lambda = new Lambda.LambdaClient(options);
    const sqs = new SQSClient(options);
    this.#running = {
      engine,
      url: listener.url,
      lambda,
      sqs,
      stop: async () => {
        lambda.destroy();
        sqs.destroy();
        functions.drain();
        engine.drain();
        await listener.close(1_000);
        await functions.stop();
        await engine.stop();
        await store.close();
      },
    };
  }

  /** Another process on the same data, as far as this one can be it. */
  async restart(): Promise<void> {
    await this.#started.stop();
    const { scripts } = this.pool;
    this.pool = new ScriptedPool();
    for (const [name, script] of scripts) this.pool.scripts.set(name, script);
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#started.stop();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** SHA-256 of those that are on the disk, in hexadecimal. */
  async packages(): Promise<readonly string[]> {
    const names = await readdir(join(this.#folder ?? '', 'code', 'packages'));
    return names.map((name) => name.replace('.zip', ''));
  }

  name(): string {
    return `case-${++this.#names}`;
  }

  arn(name: string): string {
    return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  }

  /** The function's name. `script`: what it does. */
  async create(script?: Script, more: Partial<Lambda.CreateFunctionCommandInput> = {}): Promise<string> {
    const name = more.FunctionName ?? this.name();
    const given = { FunctionName: name, Role: role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile: anyCode } } as const;
    await this.lambda.send(new Lambda.CreateFunctionCommand({ ...given, ...more }));
    if (script !== undefined) this.pool.scripts.set(name, script);
    return name;
  }

  async invoke(name: string, payload: unknown = {}, more: Partial<Lambda.InvokeCommandInput> = {}) {
    const output = await this.lambda.send(new Lambda.InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload), ...more }));
    const text = Buffer.from(output.Payload ?? []).toString();
    return { ...output, value: text === '' ? undefined : JSON.parse(text) };
  }

  /** Keeps an event for the function; answers its request id. */
  async event(name: string, payload: unknown = {}, more: Partial<Lambda.InvokeCommandInput> = {}): Promise<string> {
    const { $metadata } = await this.invoke(name, payload, { InvocationType: 'Event', ...more });
    return $metadata.requestId ?? '';
  }

  /** The invocations of a function, once there are so many. */
  async invocations(name: string, count: number): Promise<readonly Invocation[]> {
    const of = (): readonly Invocation[] => this.pool.invocations.filter(({ environment }) => environment.functionName === name);
    await vi.waitUntil(() => of().length >= count, { timeout: 10_000, interval: 5 });
    return of();
  }

  /** Waits until the one event of the function is due in so many milliseconds. */
  async due(name: string, inMs: number): Promise<void> {
    const { engine } = this.#started;
    await vi.waitUntil(
      async () => {
        const [address] = await engine.listQueues({ prefix: `internal/functions/events/${this.arn(name)}/`, limit: 1 });
        const queue = address === undefined ? undefined : await engine.findQueue(address);
        const page = queue === undefined ? undefined : await engine.peek(queue, { limit: 2 });
        return page?.messages.length === 1 && page.messages[0]?.visibleAt === this.clock.now() + inMs;
      },
      { timeout: 10_000, interval: 5 },
    );
  }

  /** The queue's ARN: its last part is its name. */
  async queue(attributes: Record<string, string> = {}): Promise<string> {
    const name = this.name();
    await this.#started.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return `arn:aws:sqs:us-east-1:000000000000:${name}`;
  }

  /** The next message, taken out of the queue; waits for it. */
  async next(queue: string): Promise<Message> {
    const QueueUrl = queue.slice(queue.lastIndexOf(':') + 1);
    const attributes = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
    for (let tries = 0; tries < 500; tries++) {
      const { Messages: [message] = [] } = await this.#started.sqs.send(new ReceiveMessageCommand({ QueueUrl, ...attributes }));
      if (message !== undefined) {
        await this.#started.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
        return message;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`nothing came to ${queue}`);
  }

  /** Code, text and status of the error. */
  async refused(command: Promise<unknown>): Promise<readonly [string, string, number | undefined]> {
    const fault: unknown = await command.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(fault instanceof Lambda.LambdaServiceException)) throw new Error('was not refused by the service', { cause: fault });
    return [fault.name, fault.message, fault.$metadata.httpStatusCode];
  }
}

export function subjectForAll(kind?: 'memory' | 'lmdb', concurrencyMax?: number): Subject {
  const subject = new Subject(kind, concurrencyMax);
  beforeAll(() => subject.start());
  afterAll(() => subject.stop());
  return subject;
}
