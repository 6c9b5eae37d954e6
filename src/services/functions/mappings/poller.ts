import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../base/clock.js';
import type { MessageId } from '../../../base/ids.js';
import type { Random } from '../../../base/random.js';
import { untilOrAborted } from '../../../base/waiting.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import { accept, isRefusal } from '../../../wire/refusal.js';
import type { Invoked, Invoker, Target } from '../invoker.js';
import { concurrencyPerPoller, mappingConcurrencyDefault, provisionedConcurrencyMax } from '../limits.js';
import type { LoopNotices } from '../loop-notices.js';
import { arnOf, referenceOfArn } from '../model/function-name.js';
import { mostInvoked } from '../model/trace-header.js';
import type { Slots } from '../slots.js';
import { Batch, type Held } from './batch.js';
import { reportedFailures } from './batch-outcome.js';
import { eventRecord, type ShowMessage } from './event.js';
import { Hand } from './hand.js';
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
  readonly loops: Pick<LoopNotices, 'stopped'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: (what: string, fault: unknown) => void;
}

const waitMs = 20_000;
/** Messages of one receive, and receives at once while there is a backlog: the engine makes one transaction of those that come together. */
const receiveMax = 10;
const lanesMax = 16;
/** Events in hand of one mapping: beyond, it receives nothing until one of them is done with. */
const bytesMax = 256 * 1024 * 1024;
/** While there is nothing that a poller could do, it looks again when it is woken, and after this long. */
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
 *     same one, and what follows it in its group is given back. A message that failed is visible again when the queue's visibility timeout has
 *     passed since its receive.
 * P4  What runs when the poller is stopped goes on to its end.
 */
export class Poller {
  #stopped = false;
  /** Ends the waits of what polls by an earlier configuration. */
  #changed = new AbortController();
  readonly #batches = new Set<Promise<void>>();
  readonly #hand: Hand;
  readonly #held = new Map<MessageId, Held>();
  /** Batches that receives under way may fill, and those that the function has not answered yet. */
  #gathering = 0;
  #running = 0;
  /** Batches that will need room and have not taken it yet. */
  #unstarted = 0;
  #bytes = 0;
  #endRest: () => void = () => {};
  #wakes = 0;
  #problem: string | undefined;
  #filter: MessageFilter | undefined;

  constructor(
    private readonly parts: PollerParts,
    private mapping: Mapping,
  ) {
    this.#filter = filterOf(mapping);
    this.#hand = new Hand(parts);
  }

  /** Why nothing is received. */
  get problem(): string | undefined {
    return this.#problem;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      this.#changed = new AbortController();
      setMaxListeners(0, this.#changed.signal); // every lane waits by it
      await this.#poll(this.#changed.signal);
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

  /** What it waits for may have come. */
  wake(): void {
    this.#wakes++;
    this.#endRest();
  }

  /**
   * Works in lanes until the configuration changes. A lane that found as much as it could take calls in another, and one that did not is over: so
   * there come to be as many as the backlog needs, and none waits for another. The first alone stays, and waits for messages and for room.
   */
  async #poll(signal: AbortSignal): Promise<void> {
    const lanes = new Set<Promise<void>>();
    const callIn = (): void => {
      if (lanes.size >= lanesMax - 1) return;
      const lane = this.#flow(signal, callIn).finally(() => lanes.delete(lane));
      lanes.add(lane);
    };
    for (let flowing = false; !signal.aborted; ) {
      const found = await this.#round({ signal, isFirst: true, longest: flowing ? 0 : waitMs });
      if (found === 'more') callIn();
      if (found !== 'no room') flowing = found === 'more';
    }
    await Promise.all(lanes);
  }

  async #flow(signal: AbortSignal, callIn: () => void): Promise<void> {
    while (!signal.aborted && (await this.#round({ signal, isFirst: false, longest: 0 })) === 'more') callIn();
  }

  /** `more`: as much was found as could be taken, and there may be more already. */
  async #round(lane: Lane): Promise<'more' | 'less' | 'no room'> {
    try {
      const wakes = this.#wakes;
      const found = await this.#look();
      if (typeof found === 'string') {
        if (lane.isFirst) await this.#park(found, wakes, lane.signal);
        return 'less';
      }
      this.#problem = undefined;
      const own = this.#bytes >= bytesMax ? 0 : concurrencyOf(this.mapping) - this.#running - this.#gathering;
      const free = Math.min(own, this.#freeSlots(found.target));
      if (free > 0) return (await this.#receive(found, lane, free)) ? 'more' : 'less'; // P1
      if (lane.isFirst) await this.#untilRoom(own > 0, lane.signal);
      return 'no room';
    } catch (fault) {
      await this.#pause(fault, lane.signal);
      return 'less';
    }
  }

  /** What messages are received from and for, or why none are. */
  async #look(): Promise<Found | string> {
    const queue = await this.parts.engine.findQueue(this.mapping.queue);
    if (queue === undefined) return 'The queue does not exist.';
    const target = await this.#target();
    if (typeof target === 'string') return target;
    return target.record.reservedConcurrency === 0 ? 'The reserved concurrency of the function is zero.' : { queue, target };
  }

  #freeSlots({ address, record, usage }: Target): number {
    return this.parts.slots.free(address, record, usage) - this.#unstarted;
  }

  /** Receives for as many batches as there is room for and one receive may fill, and starts them. Whether there may be more messages already. */
  async #receive(found: Found, lane: Lane, free: number): Promise<boolean> {
    const { batchSize, windowSeconds } = this.mapping.settings;
    // A group of a FIFO queue has one batch at a time: what one receive finds stays together.
    const splits = windowSeconds === 0 && found.queue.settings.ordering === 'standard';
    const room = splits ? Math.min(free, Math.ceil(receiveMax / batchSize)) : 1;
    this.#gathering += room;
    this.#unstarted += room;
    let started = 0;
    try {
      const { batches, more } = await this.#gather(found, lane, room);
      for (const batch of batches) {
        started++;
        this.#start(found, batch, lane.longest > 0 || windowSeconds > 0);
      }
      return more;
    } finally {
      this.#gathering -= room;
      this.#unstarted -= room - started;
      if (started < room) this.wake(); // the first lane may have found no room because of this one
    }
  }

  /** At most `room` batches, each of them with messages. */
  async #gather({ queue, target }: Found, { longest, signal }: Lane, room: number): Promise<Gathered> {
    const { engine, clock } = this.parts;
    const { batchSize, windowSeconds } = this.mapping.settings;
    const visibilityTimeoutMs = claimMsOf(queue, this.mapping, target);
    const batches = Array.from({ length: room }, () => new Batch(visibilityTimeoutMs, batchSize));
    const size = (): number => batches.reduce((sum, batch) => sum + batch.size, 0);
    let until: number | undefined;
    let more = false;
    try {
      do {
        const wait = until === undefined ? longest : Math.max(0, until - clock.now());
        const max = Math.min(receiveMax, room * batchSize - size());
        const received = await engine.receive(queue, { max, waitMs: wait, visibilityTimeoutMs, signal });
        const messages = received.kind === 'received' ? received.messages : [];
        more = messages.length === max;
        if (messages.length === 0) break;
        await this.#take({ queue, target }, messages, batches);
        if (size() > 0) until ??= clock.now() + windowSeconds * 1_000;
      } while (batches.some((batch) => !batch.full) && until !== undefined && clock.now() < until);
      return { batches: batches.filter((batch) => batch.size > 0), more };
    } catch (fault) {
      for (const batch of batches) this.#forget(batch);
      throw fault; // they come back when their claim is over
    }
  }

  async #take({ queue, target }: Found, messages: readonly ReceivedMessage[], batches: readonly Batch[]): Promise<void> {
    const { showMessage, clock, loops } = this.parts;
    const { ordering } = queue.settings;
    const now = clock.now();
    const wanted: Received[] = [];
    const unwanted: ReceivedMessage[] = [];
    const unready: ReceivedMessage[] = [];
    const groupsInHand = new Set<string | undefined>();
    for (const message of messages) {
      if (this.#isHeld(message, now)) groupsInHand.add(message.group);
      else if (ordering === 'fifo' && groupsInHand.has(message.group)) unready.push(message);
      else {
        const record = eventRecord(showMessage(message, ordering), queue.address);
        if (this.#filter?.(record) === false) unwanted.push(message);
        else wanted.push({ message, record });
      }
    }
    const arn = arnOf(target.address);
    const { free, looped, behind } = await siftLoops(wanted, { arn, ordering, mayLoop: () => this.#mayLoop() });
    unready.push(...behind.map(({ message }) => message));
    for (const { message, record } of free) {
      const held = batches.reduce<Held | undefined>((taken, batch) => taken ?? batch.add(message, record, now), undefined);
      if (held === undefined) unready.push(message);
      else this.#held.set(message.messageId, held);
    }
    this.#count('Polled', messages.length - unready.length);
    this.#count('FilteredOut', unwanted.length);
    this.#count('FailedInvoke', looped.length);
    if (looped.length > 0) loops.stopped(arn, looped.length);
    await Promise.all([
      this.#hand.delete(queue, unwanted),
      this.#hand.giveBack(queue, unready),
      this.#hand.leave(
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

  /** `waited`: what was found before may not be so any more. */
  #start(found: Found, batch: Batch, waited: boolean): void {
    const { bytes } = batch;
    this.#running++;
    this.#bytes += bytes;
    const done = this.#process(found, batch, waited)
      .catch((fault: unknown) => this.parts.report(`a batch of the event source mapping ${this.mapping.id}`, fault))
      .finally(() => {
        this.#forget(batch);
        const isRoomMade = this.#bytes >= bytesMax;
        this.#bytes -= bytes;
        this.#batches.delete(done);
        if (isRoomMade) this.wake();
      });
    this.#batches.add(done);
  }

  #forget({ messages }: Batch): void {
    for (const { messageId } of messages) this.#held.delete(messageId);
  }

  async #process({ queue, target }: Found, batch: Batch, waited: boolean): Promise<void> {
    using _hidden = this.#hand.keepHidden(queue, batch);
    const { reportsFailures } = this.mapping.settings;
    const outcome = await this.#invoke(batch, waited ? undefined : target).finally(() => {
      this.#running--;
      this.wake();
    });
    switch (outcome?.kind) {
      case undefined:
      case 'stopped':
      case 'throttled': // somebody else was faster: the next round waits
        return this.#hand.giveBack(queue, batch.messages); // P1
      case 'recursion': // loops might go on when these were received
        this.#count('FailedInvoke', batch.size);
        return this.#hand.leave(queue, batch.messages);
      case 'failed':
        this.#count('Invoked', batch.size);
        this.#count('FailedInvoke', batch.size);
        return this.#hand.leave(queue, batch.messages);
      case 'answered': {
        const failed = reportsFailures
          ? reportedFailures(outcome.payload, new Set(batch.messages.map(({ messageId }) => messageId)))
          : none;
        const left = batch.messages.filter(({ messageId }) => failed.has(messageId));
        const done = batch.messages.filter(({ messageId }) => !failed.has(messageId));
        this.#count('Invoked', batch.size);
        this.#count('FailedInvoke', left.length);
        this.#count('Deleted', done.length);
        await Promise.all([this.#hand.delete(queue, done), this.#hand.leave(queue, left)]);
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

  async #park(problem: string, wakes: number, signal: AbortSignal): Promise<void> {
    this.#problem = problem;
    await this.#rest(wakes, signal, (until, ended) => untilOrAborted(this.parts.clock, until, ended));
  }

  /** `isOwn`: this poller has room, but its function has none. */
  #untilRoom(isOwn: boolean, signal: AbortSignal): Promise<void> {
    const { clock, slots } = this.parts;
    return this.#rest(this.#wakes, signal, (until, ended) =>
      isOwn ? slots.freed(clock, until, ended) : untilOrAborted(clock, until, ended),
    );
  }

  /** The first lane waits, until it is woken. `wakes`: as many as there had been before it looked for what it waits for now. */
  async #rest(wakes: number, signal: AbortSignal, wait: (until: number, ended: AbortSignal) => Promise<unknown>): Promise<void> {
    const ended = new AbortController();
    const end = (): void => ended.abort(over);
    this.#endRest = end;
    signal.addEventListener('abort', end);
    if (signal.aborted || wakes !== this.#wakes) end();
    await wait(this.parts.clock.now() + parkedMs, ended.signal);
    signal.removeEventListener('abort', end);
  }

  async #pause(fault: unknown, signal: AbortSignal): Promise<void> {
    const { clock, report } = this.parts;
    report(`the event source mapping ${this.mapping.id}`, fault);
    await untilOrAborted(clock, clock.now() + pauseMs, signal);
  }
}

interface Lane {
  readonly isFirst: boolean;
  /** How long to wait for the first message. */
  readonly longest: number;
  readonly signal: AbortSignal;
}

interface Found {
  readonly queue: Queue;
  readonly target: Target;
}

interface Gathered {
  readonly batches: readonly Batch[];
  readonly more: boolean;
}

const none: ReadonlySet<string> = new Set();
/** Without a reason, each abort would make an error with a stack. */
const over = 'over';

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
