import type { Clock } from '../../../base/clock.js';
import type { MessageId, ReceiptHandle } from '../../../base/ids.js';
import type { Random } from '../../../base/random.js';
import { untilOrAborted } from '../../../base/waiting.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import { accept, isRefusal } from '../../../wire/refusal.js';
import type { FunctionMetrics } from '../function-metrics.js';
import type { Invoked, Invoker, Target } from '../invoker.js';
import { concurrencyPerPoller, mappingConcurrencyDefault, provisionedConcurrencyMax } from '../limits.js';
import { arnOf, referenceOfArn } from '../model/function-name.js';
import { mostInvoked } from '../model/trace-header.js';
import type { Slots } from '../slots.js';
import { Batch, type Held } from './batch.js';
import { reportedFailures } from './batch-outcome.js';
import { eventRecord, type ShowMessage } from './event.js';
import { type Received, siftLoops } from './loop-guard.js';
import type { Mapping } from './mapping.js';
import type { EventCount, MappingMetrics } from './mapping-metrics.js';
import { type MessageFilter, readFilter } from './message-filter.js';

export interface PollerParts {
  readonly engine: Pick<Engine, 'findQueue' | 'receive' | 'unreceive' | 'settle' | 'changeVisibility'>;
  readonly invoker: Pick<Invoker, 'target' | 'invoke'>;
  readonly slots: Slots;
  readonly showMessage: ShowMessage;
  readonly metrics: Pick<MappingMetrics, 'count'>;
  readonly functionMetrics: Pick<FunctionMetrics, 'loopStopped'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: (what: string, fault: unknown) => void;
}

const waitMs = 20_000;
/** Messages of one receive, and receives at once while there is a backlog: the engine makes one transaction of those that come together. */
const receiveMax = 10;
const lanesMax = 32;
/** Events in hand of one mapping: beyond, it receives nothing until one of them is done with. */
const bytesMax = 256 * 1024 * 1024;
/** Receipts in one transaction. */
const chunk = 50;
/** While there is nothing that a poller could do, it looks again after this long. */
const parkedMs = 5_000;
/** Beyond the time-out of the function: its process has to start first, and to end. */
const claimSlackMs = 30_000;
/** After a failure of the store. */
const pauseMs = 1_000;

/**
 * Takes messages of a queue to a function, in batches, until it is stopped.
 *
 * P1  Nothing is received before there is room for an invocation, nor while the function or the queue is not there. What was received and then
 *     finds no room, or the broker ends, is given back as if it had not been received.
 * P2  A message is deleted after the function has dealt with it, and not before: a broker that dies gives it out again.
 * P3  A message stays hidden while it is in hand, however long that is. One that is received again all the same, because time jumped, is the
 *     same one. A message that failed is visible again when the queue's visibility timeout has passed since its receive.
 * P4  What runs when the poller is stopped goes on to its end.
 */
export class Poller {
  #stopped = false;
  /** Ends the waits of a round. */
  #changed = new AbortController();
  readonly #batches = new Set<Promise<void>>();
  readonly #held = new Map<MessageId, Held>();
  /** Batches that will need room and have not taken it yet. */
  #unstarted = 0;
  #bytes = 0;
  #batchEnded: () => void = () => {};
  /** Whether the last receives found as much as they could take. */
  #flowing = false;
  #problem: string | undefined;
  #filter: MessageFilter | undefined;

  constructor(
    private readonly parts: PollerParts,
    private mapping: Mapping,
  ) {
    this.#filter = filterOf(mapping);
  }

  /** Why nothing is received. */
  get problem(): string | undefined {
    return this.#problem;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      this.#changed = new AbortController();
      const { signal } = this.#changed;
      await this.#round(signal).catch((fault: unknown) => this.#pause(fault, signal));
    }
    await Promise.all(this.#batches);
  }

  stop(): void {
    this.#stopped = true;
    this.#changed.abort();
  }

  /** Batches that are under way are not affected. */
  reconfigure(mapping: Mapping): void {
    this.mapping = mapping;
    this.#filter = filterOf(mapping);
    this.#changed.abort();
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { engine, slots } = this.parts;
    const queue = await engine.findQueue(this.mapping.queue);
    if (queue === undefined) return this.#park('The queue does not exist.', signal);
    const target = await this.#target();
    if (typeof target === 'string') return this.#park(target, signal);
    const { address, record, usage } = target;
    if (record.reservedConcurrency === 0) return this.#park('The reserved concurrency of the function is zero.', signal);
    this.#problem = undefined;
    const own = concurrencyOf(this.mapping) - this.#batches.size;
    if (own <= 0 || this.#bytes >= bytesMax) return this.#untilBatchEnds(signal);
    const free = slots.free(address, record, usage) - this.#unstarted;
    if (free <= 0) return this.#untilRoom(signal); // P1
    const lanes = this.#flowing ? Math.min(own, free, lanesMax) : 1;
    const longest = this.#flowing ? 0 : waitMs;
    const more = await Promise.all(Array.from({ length: lanes }, () => this.#lane({ queue, target, longest, signal })));
    this.#flowing = more.every((one) => one);
  }

  /** Gathers one batch and starts it. Whether there may be more messages already. */
  async #lane(lane: Lane): Promise<boolean> {
    this.#unstarted++;
    let started = false;
    try {
      const { batch, more } = await this.#gather(lane);
      if (batch.size > 0) {
        started = true;
        this.#start(lane, batch);
      }
      return more;
    } finally {
      if (!started) this.#unstarted--;
    }
  }

  async #gather({ queue, target, longest, signal }: Lane): Promise<{ readonly batch: Batch; readonly more: boolean }> {
    const { engine, clock } = this.parts;
    const { batchSize, windowSeconds } = this.mapping.settings;
    const visibilityTimeoutMs = claimMsOf(queue, this.mapping, target);
    const batch = new Batch(visibilityTimeoutMs);
    let until: number | undefined;
    let more = false;
    try {
      do {
        const wait = until === undefined ? longest : Math.max(0, until - clock.now());
        const max = Math.min(receiveMax, batchSize - batch.size);
        const received = await engine.receive(queue, { max, waitMs: wait, visibilityTimeoutMs, signal });
        const messages = received.kind === 'received' ? received.messages : [];
        more = messages.length === max;
        if (messages.length === 0) break;
        await this.#take({ queue, target }, messages, batch);
        if (batch.size > 0) until ??= clock.now() + windowSeconds * 1_000;
      } while (batch.size < batchSize && !batch.full && until !== undefined && clock.now() < until);
      return { batch, more };
    } catch (fault) {
      this.#forget(batch);
      throw fault; // they come back when their claim is over
    }
  }

  async #take({ queue, target }: Pick<Lane, 'queue' | 'target'>, messages: readonly ReceivedMessage[], batch: Batch): Promise<void> {
    const { engine, showMessage, clock, functionMetrics } = this.parts;
    const { ordering } = queue.settings;
    const now = clock.now();
    const wanted: Received[] = [];
    const unwanted: ReceivedMessage[] = [];
    for (const message of messages) {
      if (this.#isHeld(message, now)) continue;
      const record = eventRecord(showMessage(message, ordering), queue.address);
      if (this.#filter?.(record) === false) unwanted.push(message);
      else wanted.push({ message, record });
    }
    const arn = arnOf(target.address);
    const { free, looped, behind } = await siftLoops(wanted, { arn, ordering, mayLoop: () => this.#mayLoop() });
    const tooMany = behind.map(({ message }) => message);
    for (const { message, record } of free) {
      const held = batch.full ? undefined : batch.add(message, record, now);
      if (held === undefined) tooMany.push(message);
      else this.#held.set(message.messageId, held);
    }
    this.#count('Polled', messages.length - tooMany.length);
    this.#count('FilteredOut', unwanted.length);
    this.#count('FailedInvoke', looped.length);
    if (looped.length > 0) functionMetrics.loopStopped(arn, looped.length);
    await Promise.all([
      unwanted.length > 0 && engine.settle(queue, receiptsOf(unwanted)),
      tooMany.length > 0 && engine.unreceive(queue, receiptsOf(tooMany)),
      this.#leave(
        queue,
        looped.map(({ message }) => ({ ...message, receivedAt: now })),
      ),
    ]);
  }

  async #mayLoop(): Promise<boolean> {
    const target = await this.#target();
    return typeof target !== 'string' && target.record.recursiveLoop === 'Allow';
  }

  /** P3 */
  #isHeld({ messageId, receipt }: ReceivedMessage, now: number): boolean {
    const held = this.#held.get(messageId);
    if (held !== undefined) Object.assign(held, { receipt, receivedAt: now });
    return held !== undefined;
  }

  #start(lane: Lane, batch: Batch): void {
    const { bytes } = batch;
    this.#bytes += bytes;
    const done = this.#process(lane, batch)
      .catch((fault: unknown) => this.parts.report(`a batch of the event source mapping ${this.mapping.id}`, fault))
      .finally(() => {
        this.#forget(batch);
        this.#bytes -= bytes;
        this.#batches.delete(done);
        this.#batchEnded();
      });
    this.#batches.add(done);
  }

  #forget({ messages }: Batch): void {
    for (const { messageId } of messages) this.#held.delete(messageId);
  }

  async #process({ queue, target, longest }: Lane, batch: Batch): Promise<void> {
    using _hidden = this.#hidden(queue, batch);
    const { reportsFailures, windowSeconds } = this.mapping.settings;
    const waited = longest > 0 || windowSeconds > 0;
    const outcome = await this.#invoke(batch, waited ? undefined : target);
    switch (outcome?.kind) {
      case undefined:
      case 'stopped':
      case 'throttled': // somebody else was faster: the next round waits
        return this.#giveBack(queue, batch.messages); // P1
      case 'recursion': // loops might go on when these were received
        this.#count('FailedInvoke', batch.size);
        return this.#leave(queue, batch.messages);
      case 'failed':
        this.#count('Invoked', batch.size);
        this.#count('FailedInvoke', batch.size);
        return this.#leave(queue, batch.messages);
      case 'answered': {
        const failed = reportsFailures
          ? reportedFailures(outcome.payload, new Set(batch.messages.map(({ messageId }) => messageId)))
          : none;
        const left = batch.messages.filter(({ messageId }) => failed.has(messageId));
        const done = batch.messages.filter(({ messageId }) => !failed.has(messageId));
        this.#count('Invoked', batch.size);
        this.#count('FailedInvoke', left.length);
        this.#count('Deleted', done.length);
        await Promise.all([this.#delete(queue, done), this.#leave(queue, left)]);
      }
    }
  }

  /** `found`: what was found a moment ago. Undefined when the function is gone, or the poller was stopped before this could start. */
  async #invoke(batch: Batch, found: Target | undefined): Promise<Invoked | undefined> {
    const { invoker, random } = this.parts;
    let invoking: Promise<Invoked>;
    try {
      const target = found ?? (await this.#target());
      if (typeof target === 'string' || this.#stopped) return undefined;
      invoking = invoker.invoke(target, {
        requestId: random.uuid(),
        payload: batch.takePayload(),
        traceHeader: mostInvoked(batch.traceHeaders, arnOf(target.address)),
        clientContext: undefined,
      });
    } finally {
      this.#unstarted--; // room is taken by now, or refused
    }
    return invoking;
  }

  /** Renews the claim when half of what is left of it is over, until it is disposed of. P3 */
  #hidden(queue: Queue, { messages, claimMs, receivedAt }: Batch): Disposable {
    const { engine, clock, report } = this.parts;
    const renew = (): void => {
      timer = clock.timer(clock.now() + claimMs / 2, renew);
      const renewed = inChunks(messages, (some) =>
        engine.changeVisibility(
          queue,
          some.map(({ receipt }) => ({ receipt, visibilityTimeoutMs: claimMs })),
        ),
      );
      renewed.catch((fault: unknown) => report(`keeping messages of ${queue.address} hidden`, fault));
    };
    let timer = clock.timer((clock.now() + receivedAt + claimMs) / 2, renew);
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }

  #delete(queue: Queue, messages: readonly Held[]): Promise<void> {
    return inChunks(messages, (some) => this.parts.engine.settle(queue, receiptsOf(some))); // P2
  }

  #giveBack(queue: Queue, messages: readonly Held[]): Promise<void> {
    return inChunks(messages, (some) => this.parts.engine.unreceive(queue, receiptsOf(some)));
  }

  /** P3 */
  #leave(queue: Queue, messages: readonly Held[]): Promise<void> {
    const { engine, clock } = this.parts;
    const rest = ({ receivedAt }: Held): number => Math.max(0, receivedAt + queue.settings.visibilityTimeoutMs - clock.now());
    return inChunks(messages, (some) =>
      engine.changeVisibility(
        queue,
        some.map((held) => ({ receipt: held.receipt, visibilityTimeoutMs: rest(held) })),
      ),
    );
  }

  #count(event: EventCount, messages: number): void {
    this.parts.metrics.count(this.mapping.id, event, messages);
  }

  /** What is to be invoked, or why nothing can be. */
  async #target(): Promise<Target | string> {
    const reference = referenceOfArn(this.mapping.functionArn);
    if (reference === undefined) throw new Error(`${this.mapping.functionArn} is no function's ARN`);
    try {
      return await this.parts.invoker.target(reference);
    } catch (fault) {
      if (isRefusal(fault)) return fault.message;
      throw fault;
    }
  }

  async #park(problem: string, signal: AbortSignal): Promise<void> {
    this.#problem = problem;
    await untilOrAborted(this.parts.clock, this.parts.clock.now() + parkedMs, signal);
  }

  async #untilRoom(signal: AbortSignal): Promise<void> {
    const { clock, slots } = this.parts;
    await slots.freed(clock, clock.now() + parkedMs, signal);
  }

  #untilBatchEnds(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#batchEnded = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
  }

  async #pause(fault: unknown, signal: AbortSignal): Promise<void> {
    const { clock, report } = this.parts;
    report(`the event source mapping ${this.mapping.id}`, fault);
    await untilOrAborted(clock, clock.now() + pauseMs, signal);
  }
}

interface Lane {
  readonly queue: Queue;
  readonly target: Target;
  /** How long to wait for the first message. */
  readonly longest: number;
  readonly signal: AbortSignal;
}

const none: ReadonlySet<string> = new Set();

/** Developer guide, "Configuring scaling behavior for SQS event source mappings". */
function concurrencyOf({ settings: { concurrencyMax, pollers } }: Mapping): number {
  if (concurrencyMax !== undefined) return concurrencyMax;
  return pollers === undefined ? mappingConcurrencyDefault : Math.min(provisionedConcurrencyMax, pollers.max * concurrencyPerPoller);
}

/** Long enough for a batch to be gathered, and for the function to time out. */
function claimMsOf({ settings }: Queue, mapping: Mapping, { version }: Target): number {
  const needed = (mapping.settings.windowSeconds + version.settings.timeoutSeconds) * 1_000 + claimSlackMs;
  return Math.max(settings.visibilityTimeoutMs, needed);
}

/** Undefined: every message is taken. */
function filterOf({ settings: { filters } }: Mapping): MessageFilter | undefined {
  return filters && accept(readFilter(filters));
}

function receiptsOf(messages: readonly { readonly receipt: ReceiptHandle }[]): readonly ReceiptHandle[] {
  return messages.map(({ receipt }) => receipt);
}

async function inChunks<T>(items: readonly T[], work: (some: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += chunk) await work(items.slice(from, from + chunk));
}
