import type { Clock } from '../../../base/clock.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import type { Invoker, Target } from '../invoker.js';
import type { LoopNotices } from '../loop-notices.js';
import { arnOf } from '../model/function-name.js';
import { Batch, type Held } from './batch.js';
import { eventRecord, type ShowMessage } from './event.js';
import type { Hand } from './hand.js';
import { type Received, siftLoops } from './loop-guard.js';
import type { Mapping } from './mapping.js';
import type { MappingMetrics } from './mapping-metrics.js';
import type { MessageFilter } from './message-filter.js';
import { targetOf } from './target.js';

export interface IntakeParts {
  readonly engine: Pick<Engine, 'receive'>;
  readonly invoker: Pick<Invoker, 'target'>;
  readonly showMessage: ShowMessage;
  readonly metrics: Pick<MappingMetrics, 'count'>;
  readonly loops: Pick<LoopNotices, 'stopped'>;
  readonly clock: Clock;
}

/** What messages are received from and for, as it was a moment ago. */
export interface Source {
  readonly mapping: Mapping;
  /** Undefined: every message is taken. */
  readonly filter: MessageFilter | undefined;
  readonly queue: Queue;
  readonly target: Target;
}

export interface Gathered {
  /** Each of them has messages. */
  readonly batches: readonly Batch[];
  /** As much was found as could be taken: there may be more already. */
  readonly more: boolean;
  /** No message was received at all. */
  readonly isNothing: boolean;
}

/** Messages of one receive. */
export const receiveMax = 10;
/** Beyond the time-out of the function: its process has to start first, and to end. */
const claimSlackMs = 30_000;

/** Receives messages and sorts them: into batches, and those that no filter takes, that go round in a loop or that have to wait, to where they belong. */
export class Intake {
  constructor(
    private readonly parts: IntakeParts,
    private readonly hand: Hand,
  ) {}

  /** At most `room` batches. With a window it waits for more until the window ends, or the signal fires; `begun` is told once there are some. */
  async gather(source: Source, room: number, signal: AbortSignal, begun: () => void): Promise<Gathered> {
    const { engine, clock } = this.parts;
    const { queue, mapping } = source;
    const { batchSize, windowSeconds } = mapping.settings;
    const visibilityTimeoutMs = claimMsOf(source);
    const batches = Array.from({ length: room }, () => new Batch(visibilityTimeoutMs, batchSize));
    const size = (): number => batches.reduce((sum, batch) => sum + batch.size, 0);
    let until: number | undefined;
    let more = false;
    let isNothing = true;
    try {
      do {
        const waitMs = until === undefined ? 0 : Math.max(0, until - clock.now());
        const max = Math.min(receiveMax, room * batchSize - size());
        const received = await engine.receive(queue, { max, waitMs, visibilityTimeoutMs, signal });
        const messages = received.kind === 'received' ? received.messages : [];
        more = messages.length === max;
        if (messages.length === 0) break;
        isNothing = false;
        await this.#sort(source, messages, batches);
        if (size() > 0 && until === undefined) {
          until = clock.now() + windowSeconds * 1_000;
          begun();
        }
      } while (batches.some((batch) => !batch.full) && until !== undefined && clock.now() < until);
      return { batches: batches.filter((batch) => batch.size > 0), more, isNothing };
    } catch (fault) {
      for (const batch of batches) this.hand.forget(batch);
      throw fault; // they come back when their claim is over
    }
  }

  async #sort(source: Source, messages: readonly ReceivedMessage[], batches: readonly Batch[]): Promise<void> {
    const { clock, loops, metrics } = this.parts;
    const { mapping, queue, target } = source;
    const { ordering } = queue.settings;
    const now = clock.now();
    const { wanted, unwanted, unready } = this.#parted(source, messages, now);
    const arn = arnOf(target.address);
    const { free, looped, behind } = await siftLoops(wanted, { arn, ordering, mayLoop: () => this.#mayLoop(mapping) });
    unready.push(...behind.map(({ message }) => message));
    for (const { message, record } of free) {
      const held = batches.reduce<Held | undefined>((taken, batch) => taken ?? batch.add(message, record, now), undefined);
      if (held === undefined) unready.push(message);
      else this.hand.hold(held);
    }
    metrics.count(mapping.id, 'Polled', messages.length - unready.length);
    metrics.count(mapping.id, 'FilteredOut', unwanted.length);
    metrics.count(mapping.id, 'FailedInvoke', looped.length);
    if (looped.length > 0) loops.stopped(arn, looped.length);
    await Promise.all([
      this.hand.delete(queue, unwanted),
      this.hand.giveBack(queue, unready),
      this.hand.leave(
        queue,
        looped.map(({ message }) => ({ ...message, receivedAt: now })),
      ),
    ]);
  }

  /** Without those that are in hand (P3): of their groups nothing is ready. */
  #parted({ queue, filter }: Source, messages: readonly ReceivedMessage[], now: number) {
    const { ordering } = queue.settings;
    const wanted: Received[] = [];
    const unwanted: ReceivedMessage[] = [];
    const unready: ReceivedMessage[] = [];
    const groupsInHand = new Set<string | undefined>();
    for (const message of messages) {
      if (this.hand.holds(message, now)) groupsInHand.add(message.group);
      else if (ordering === 'fifo' && groupsInHand.has(message.group)) unready.push(message);
      else {
        const record = eventRecord(this.parts.showMessage(message, ordering), queue.address);
        if (filter?.(record) === false) unwanted.push(message);
        else wanted.push({ message, record });
      }
    }
    return { wanted, unwanted, unready };
  }

  async #mayLoop(mapping: Mapping): Promise<boolean> {
    const target = await targetOf(this.parts.invoker, mapping);
    return typeof target !== 'string' && target.record.recursiveLoop === 'Allow';
  }
}

/** Long enough for a batch to be gathered, and for the function to time out. */
function claimMsOf({ queue, mapping, target }: Source): number {
  const needed = (mapping.settings.windowSeconds + target.version.settings.timeoutSeconds) * 1_000 + claimSlackMs;
  return Math.max(queue.settings.visibilityTimeoutMs, needed);
}
