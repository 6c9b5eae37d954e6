import type { QueueAddress } from '../../base/ids.js';
import type { Engine, Queue } from '../../engine/engine.js';
import type { NewMessage } from '../../engine/new-message.js';
import type { AttemptReport } from './channels/channel.js';
import { claimMs, DeliveryWorker, type DeliveryWorkerParts, type Destination } from './delivery-worker.js';
import { deliveryRetentionMs } from './limits.js';

export interface DirectDeliveriesParts extends DeliveryWorkerParts {
  readonly engine: DeliveryWorkerParts['engine'] & Pick<Engine, 'createQueue' | 'findQueue' | 'send'>;
}

/** One kind of receivers that have no queues of their own. */
export interface DirectKind<R extends AttemptReport> {
  /** Internal: no ARN, so no client can reach it. */
  readonly address: QueueAddress;
  /** For reports of faults. */
  readonly what: string;
  readonly destination: (queue: Queue) => Destination<R>;
}

interface Working {
  readonly queue: Queue;
  readonly worker: Pick<DeliveryWorker, 'stop'>;
  readonly ended: Promise<unknown>;
}

/**
 * Deliveries to receivers that are too many to have a queue each: one durable queue for all of a kind, and one worker on it. Messages with
 * different `group`s take turns, so that one group's backlog does not hold up the others.
 */
export class DirectDeliveries<R extends AttemptReport> {
  /** Set once there is a queue. */
  #working: Promise<Working> | undefined;
  #stopped = false;

  constructor(
    private readonly parts: DirectDeliveriesParts,
    private readonly kind: DirectKind<R>,
  ) {}

  /** Takes up what a previous process left. */
  start(): void {
    this.#resume().catch((fault: unknown) => this.parts.report(`taking up ${this.kind.what}`, fault));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const working = await this.#working?.catch(() => undefined);
    working?.worker.stop();
    await working?.ended;
  }

  /** The queue, for those who write to it in a transaction of their own; undefined: the disk is full. */
  async open(): Promise<Queue | undefined> {
    return (await this.#open())?.queue;
  }

  /** Durable when it resolves. False: the disk is full, and nothing was accepted. */
  async send(message: NewMessage): Promise<boolean> {
    const working = await this.#open();
    if (working === undefined) return false;
    const outcome = await this.parts.engine.send(working.queue, [message]);
    if (outcome.kind === 'queueGone') throw new Error(`${this.kind.address} is gone`);
    return outcome.kind === 'sent';
  }

  async #resume(): Promise<void> {
    if ((await this.parts.engine.findQueue(this.kind.address)) !== undefined) await this.#open();
  }

  #open(): Promise<Working | undefined> {
    this.#working ??= this.#begin();
    return this.#working.catch((fault: unknown) => {
      this.#working = undefined; // the next one tries again
      if (fault === diskFull) return undefined;
      throw fault;
    });
  }

  async #begin(): Promise<Working> {
    const { address, what, destination } = this.kind;
    const outcome = await this.parts.engine.createQueue(address, {
      settings: {
        ordering: 'standard',
        visibilityTimeoutMs: claimMs,
        delayMs: 0,
        retentionMs: deliveryRetentionMs,
        deduplicationScope: 'queue',
      },
      properties: {},
      tags: {},
    });
    if (outcome.kind === 'storageFull') throw diskFull;
    if (outcome.kind === 'deletedRecently') throw new Error(`the queue for ${what} was deleted`);
    const { queue } = outcome;
    const given = destination(queue);
    const worker = new DeliveryWorker(this.parts, { what, queue, destination: async () => given });
    if (this.#stopped) worker.stop();
    const ended = worker.run().catch((fault: unknown) => this.parts.report(what, fault));
    return { queue, worker, ended };
  }
}

const diskFull = new Error('the disk is full');
