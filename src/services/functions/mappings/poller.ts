import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../base/clock.js';
import { untilOrAborted } from '../../../base/waiting.js';
import type { Engine } from '../../../engine/engine.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { concurrencyPerPoller, mappingConcurrencyDefault, provisionedConcurrencyMax } from '../limits.js';
import type { Promised, Slots } from '../slots.js';
import type { Batch } from './batch.js';
import { BatchRunner, type BatchRunnerParts } from './batch-runner.js';
import { Hand, type HandParts } from './hand.js';
import { Intake, type IntakeParts, receiveMax, type Source } from './intake.js';
import type { Mapping } from './mapping.js';
import { type MessageFilter, readFilter } from './message-filter.js';
import { targetOf } from './target.js';

export interface PollerParts extends IntakeParts, HandParts, BatchRunnerParts {
  readonly engine: IntakeParts['engine'] & HandParts['engine'] & Pick<Engine, 'findQueue' | 'arrival'>;
  readonly invoker: BatchRunnerParts['invoker'];
  readonly slots: Pick<Slots, 'takeFree' | 'join'>;
  readonly clock: Clock;
}

const waitMs = 20_000;
/** Receives at once while there is a backlog: the engine makes one transaction of those that come together. */
const lanesMax = 16;
/** While there is nothing that a poller could do, it looks again when it is woken, and after this long. */
const parkedMs = 5_000;
/** After a failure of the store, or when messages are there and again and again none is received: the queue has as many in flight as it may. */
const pauseMs = 1_000;
const missesMax = 10;

/**
 * Takes messages of a queue to a function, in batches, until it is stopped.
 *
 * P1  Nothing is received before a slot for an invocation is promised, nor while the function or the queue is not there. While a batch waits for
 *     its window to end, its slot is others', and it stands in line again. What was received when the broker ends is given back as if it had not
 *     been received.
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
  readonly #hand: Hand;
  readonly #intake: Intake;
  readonly #runner: BatchRunner;
  /** Batches that receives under way may fill. */
  #gathering = 0;
  #endRest: () => void = () => {};
  #wakes = 0;
  #problem: string | undefined;
  #filter: MessageFilter | Refusal | undefined;

  constructor(
    private readonly parts: PollerParts,
    private mapping: Mapping,
  ) {
    this.#filter = filterOf(mapping);
    this.#hand = new Hand(parts);
    this.#intake = new Intake(parts, this.#hand);
    this.#runner = new BatchRunner(parts, this.#hand, () => this.wake());
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
    await this.#runner.ended();
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
   * there come to be as many as the backlog needs, and none waits for another. The first alone stays, and waits for messages, room and slots.
   */
  async #poll(signal: AbortSignal): Promise<void> {
    const lanes = new Set<Promise<void>>();
    const callIn = (): void => {
      if (lanes.size >= lanesMax - 1) return;
      const lane = this.#flow(signal, callIn).finally(() => lanes.delete(lane));
      lanes.add(lane);
    };
    let isIdle = true;
    for (let misses = 0; !signal.aborted; ) {
      const found = await this.#round({ signal, isFirst: true, isIdle });
      if (found === 'more') callIn();
      if (found !== 'no room') isIdle = found !== 'more' && found !== 'arrived';
      if (found !== 'arrived') misses = found === 'nothing' ? misses + 1 : 0;
      if (misses > missesMax) await this.#pause(signal);
    }
    await Promise.all(lanes);
  }

  async #flow(signal: AbortSignal, callIn: () => void): Promise<void> {
    while (!signal.aborted && (await this.#round({ signal, isFirst: false, isIdle: false })) === 'more') callIn();
  }

  async #round(lane: Lane): Promise<Found> {
    const { engine, report } = this.parts;
    try {
      const wakes = this.#wakes;
      const source = await this.#look();
      if (typeof source === 'string') {
        if (lane.isFirst) await this.#park(source, wakes, lane.signal);
        return 'less';
      }
      this.#problem = undefined;
      if (lane.isIdle) return (await engine.arrival(source.queue, { waitMs, signal: lane.signal })) === 'ready' ? 'arrived' : 'less';
      const room = this.#runner.isFull ? 0 : concurrencyOf(this.mapping) - this.#runner.running - this.#gathering;
      if (room > 0) return await this.#take(source, lane, room);
      if (lane.isFirst) await this.#rest(this.#wakes, lane.signal);
      return 'no room';
    } catch (fault) {
      report(`the event source mapping ${this.mapping.id}`, fault);
      await this.#pause(lane.signal);
      return 'less';
    }
  }

  /** What messages are received from and for, or why none are. */
  async #look(): Promise<Source | string> {
    const { mapping } = this;
    const filter = this.#filter;
    if (isRefusal(filter)) return filter.message;
    const queue = await this.parts.engine.findQueue(mapping.queue);
    if (queue === undefined) return 'The queue does not exist.';
    const target = await targetOf(this.parts.invoker, mapping);
    if (typeof target === 'string') return target;
    if (target.record.reservedConcurrency === 0) return 'The reserved concurrency of the function is zero.';
    return { mapping, filter, queue, target };
  }

  /** Takes slots for as many batches as there is room for and one receive may fill, receives for them, and starts them. */
  async #take(source: Source, lane: Lane, room: number): Promise<Found> {
    const { batchSize, windowSeconds } = source.mapping.settings;
    // A group of a FIFO queue has one batch at a time: what one receive finds stays together.
    const splits = windowSeconds === 0 && source.queue.settings.ordering === 'standard';
    const wanted = splits ? Math.min(room, Math.ceil(receiveMax / batchSize)) : 1;
    let [gathering, started] = [wanted, 0];
    this.#gathering += gathering;
    try {
      const { promised, waited } = await this.#slots(source, lane, wanted);
      using slots = promised;
      this.#gathering -= gathering - slots.size;
      gathering = slots.size;
      if (gathering === 0) return 'no room'; // P1
      const passOn = windowSeconds > 0 ? () => slots[Symbol.dispose]() : () => {};
      const { batches, more, isNothing } = await this.#intake.gather(source, gathering, lane.signal, passOn);
      for (const batch of batches) {
        const slot = windowSeconds > 0 ? await this.#slotFor(batch, source, lane.signal) : slots.take();
        this.#runner.start(source, batch, slot, waited || windowSeconds > 0);
        started++;
      }
      if (isNothing) return 'nothing';
      return more ? 'more' : 'less';
    } finally {
      this.#gathering -= gathering;
      if (started < wanted) this.wake(); // the first lane may have found no room because of this one
    }
  }

  /** The first lane alone waits for them. */
  async #slots({ target }: Source, { isFirst, signal }: Lane, wanted: number): Promise<{ promised: Promised; waited: boolean }> {
    const { slots } = this.parts;
    const free = slots.takeFree(target, wanted);
    if (free.size > 0 || !isFirst) return { promised: free, waited: false };
    return { promised: await slots.join(target, wanted, signal), waited: true };
  }

  /** A slot for a batch whose window is over. Undefined: the configuration has changed, or nothing can be invoked; the batch is given back then. */
  async #slotFor(batch: Batch, { queue }: Source, signal: AbortSignal) {
    using _hidden = this.#hand.keepHidden(queue, batch);
    try {
      while (!signal.aborted) {
        const target = await targetOf(this.parts.invoker, this.mapping);
        if (typeof target === 'string' || target.record.reservedConcurrency === 0) return undefined;
        using promised = await this.parts.slots.join(target, 1, signal);
        if (promised.size > 0) return promised.take();
      }
    } catch (fault) {
      this.parts.report(`a slot for the event source mapping ${this.mapping.id}`, fault);
    }
    return undefined;
  }

  async #park(problem: string, wakes: number, signal: AbortSignal): Promise<void> {
    this.#problem = problem;
    await this.#rest(wakes, signal);
  }

  /** The first lane waits, until it is woken. `wakes`: as many as there had been before it looked for what it waits for now. */
  async #rest(wakes: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    const ended = new AbortController();
    const end = (): void => ended.abort(over);
    this.#endRest = end;
    signal.addEventListener('abort', end);
    if (signal.aborted || wakes !== this.#wakes) end();
    await untilOrAborted(clock, clock.now() + parkedMs, ended.signal);
    signal.removeEventListener('abort', end);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    await untilOrAborted(clock, clock.now() + pauseMs, signal);
  }
}

interface Lane {
  readonly isFirst: boolean;
  /** It waits for messages before it takes a slot. */
  readonly isIdle: boolean;
  readonly signal: AbortSignal;
}

/** `more`: as much as could be taken, and there may be more already. `arrived`: there is something, and nothing is taken yet. */
type Found = 'more' | 'less' | 'nothing' | 'arrived' | 'no room';

/** Without a reason, each abort would make an error with a stack. */
const over = 'over';

/** Developer guide, "Configuring scaling behavior for SQS event source mappings". */
function concurrencyOf({ settings: { concurrencyMax, pollers } }: Mapping): number {
  if (concurrencyMax !== undefined) return concurrencyMax;
  return pollers === undefined ? mappingConcurrencyDefault : Math.min(provisionedConcurrencyMax, pollers.max * concurrencyPerPoller);
}

/** Undefined: every message is taken. A refusal: the patterns cannot be read, as an earlier version could. */
function filterOf({ settings: { filters } }: Mapping): MessageFilter | Refusal | undefined {
  return filters && readFilter(filters);
}
