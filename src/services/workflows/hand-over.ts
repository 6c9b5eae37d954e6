import type { ReceiptHandle } from '../../base/ids.js';
import type { EngineTransaction, Queue } from '../../engine/engine.js';
import type { Place } from '../../engine/queue-worker.js';
import type { CallCommand, Command } from './interpreter/step.js';
import type { Resource } from './language/resource.js';
import { encodeCall } from './messages.js';

/** Where calls go, and room at the worker that makes them. */
export interface CallLane {
  readonly queue: Queue;
  /** Undefined: the call goes by the queue. */
  reserve(): Place | undefined;
}

interface HandedCall {
  readonly queue: Queue;
  readonly place: Place | undefined;
  readonly content: Buffer;
  receipt: ReceiptHandle | undefined;
}

/**
 * The calls of one transition, on their way to workers of this process: each is a message from the transaction on, and once that is durable its worker
 * has it without a receive, as long as there is room. `begin` or `release` ends it.
 */
export class HandOver {
  readonly #calls = new Map<CallCommand, HandedCall>();

  constructor(commands: readonly Command[], laneOf: (resource: Resource) => CallLane) {
    for (const command of commands) {
      if (command.kind !== 'call') continue;
      const lane = laneOf(command.resource);
      this.#calls.set(command, { queue: lane.queue, place: lane.reserve(), content: encodeCall(command), receipt: undefined });
    }
  }

  /** In the transaction, which may be run again. */
  send(transaction: EngineTransaction, command: CallCommand): void {
    const call = this.#calls.get(command);
    if (call === undefined) throw new Error('a call is sent that was not announced');
    const { queue, place, content } = call;
    call.receipt = transaction.send(queue, { content, ...(place !== undefined && { heldForMs: place.heldForMs }) });
  }

  begin(): void {
    for (const { place, content, receipt } of this.#calls.values()) {
      if (receipt === undefined) place?.release();
      else place?.begin({ content, receipt });
    }
  }

  /** Nothing was written. */
  release(): void {
    for (const { place } of this.#calls.values()) place?.release();
  }
}
