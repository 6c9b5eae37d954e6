import type { Random } from '../../../base/random.js';
import type { Invoked, Invoker } from '../invoker.js';
import { arnOf } from '../model/function-name.js';
import { mostInvoked } from '../model/trace-header.js';
import type { Slot } from '../slots.js';
import type { Batch } from './batch.js';
import { reportedFailures } from './batch-outcome.js';
import type { Hand } from './hand.js';
import type { Source } from './intake.js';
import type { MappingMetrics } from './mapping-metrics.js';
import { targetOf } from './target.js';

export interface BatchRunnerParts {
  readonly invoker: Pick<Invoker, 'target' | 'invoke'>;
  readonly metrics: Pick<MappingMetrics, 'count'>;
  readonly random: Random;
  readonly report: (what: string, fault: unknown) => void;
}

/** Events in hand of one mapping: beyond, it receives nothing until one of them is done with. */
const bytesMax = 256 * 1024 * 1024;

/** Invokes the function with batches, and does with their messages what it made of them. */
export class BatchRunner {
  readonly #batches = new Set<Promise<void>>();
  #running = 0;
  #bytes = 0;

  constructor(
    private readonly parts: BatchRunnerParts,
    private readonly hand: Hand,
    /** There is room again that there was not. */
    private readonly roomMade: () => void,
  ) {}

  /** Batches that the function has not answered yet. */
  get running(): number {
    return this.#running;
  }

  get isFull(): boolean {
    return this.#bytes >= bytesMax;
  }

  /** `waited`: what was found before may not be so any more. */
  start(source: Source, batch: Batch, slot: Slot | undefined, waited: boolean): void {
    const { bytes } = batch;
    this.#running++;
    this.#bytes += bytes;
    const done = this.#process(source, batch, slot, waited)
      .catch((fault: unknown) => this.parts.report(`a batch of the event source mapping ${source.mapping.id}`, fault))
      .finally(() => {
        this.hand.forget(batch);
        const isRoomMade = this.isFull;
        this.#bytes -= bytes;
        this.#batches.delete(done);
        if (isRoomMade) this.roomMade();
      });
    this.#batches.add(done);
  }

  /** Once all that were started are done with. */
  async ended(): Promise<void> {
    await Promise.all(this.#batches);
  }

  async #process(source: Source, batch: Batch, slot: Slot | undefined, waited: boolean): Promise<void> {
    const { queue, mapping } = source;
    using _hidden = this.hand.keepHidden(queue, batch);
    const outcome = await this.#invoke(source, batch, slot, waited).finally(() => {
      this.#running--;
      this.roomMade();
    });
    const count = (event: 'Invoked' | 'FailedInvoke' | 'Deleted', messages: number) =>
      this.parts.metrics.count(mapping.id, event, messages);
    switch (outcome?.kind) {
      case undefined:
      case 'stopped':
      case 'throttled':
        return this.hand.giveBack(queue, batch.messages); // P1
      case 'recursion': // loops might go on when these were received
        count('FailedInvoke', batch.size);
        return this.hand.leave(queue, batch.messages);
      case 'failed':
        count('Invoked', batch.size);
        count('FailedInvoke', batch.size);
        return this.hand.leave(queue, batch.messages);
      case 'answered': {
        const failed = mapping.settings.reportsFailures
          ? reportedFailures(outcome.payload, new Set(batch.messages.map(({ messageId }) => messageId)))
          : none;
        const left = batch.messages.filter(({ messageId }) => failed.has(messageId));
        const done = batch.messages.filter(({ messageId }) => !failed.has(messageId));
        count('Invoked', batch.size);
        count('FailedInvoke', left.length);
        count('Deleted', done.length);
        await Promise.all([this.hand.delete(queue, done), this.hand.leave(queue, left)]);
      }
    }
  }

  /** Undefined when there is no slot for it, or the function is gone. */
  async #invoke(source: Source, batch: Batch, slot: Slot | undefined, waited: boolean): Promise<Invoked | undefined> {
    using _slot = slot;
    if (slot === undefined) return undefined;
    const { invoker, random } = this.parts;
    const target = waited ? await targetOf(invoker, source.mapping) : source.target;
    if (typeof target === 'string') return undefined;
    const request = {
      requestId: random.uuid(),
      payload: batch.takePayload(),
      traceHeader: mostInvoked(batch.traceHeaders, arnOf(target.address)),
      clientContext: undefined,
    };
    return await invoker.invoke(target, request, slot);
  }
}

const none: ReadonlySet<string> = new Set();
