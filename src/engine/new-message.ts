import type { QueueAddress } from '../base/ids.js';

/** A message on its way into a queue. */
export interface NewMessage {
  /** Opaque to the engine, written once. */
  readonly content: Buffer;
  /** FIFO: required. Standard: the tenant, for fair queues. */
  readonly group?: string;
  /** FIFO: required. */
  readonly deduplicationId?: string;
  /** FIFO: who sends it knows that it comes once. It is enqueued whatever the queue remembers, and the queue does not remember it. */
  readonly once?: true;
  /** Standard only; absent means the queue's delay. */
  readonly delayMs?: number;
  /**
   * Standard, no group, in a transaction: a worker of this process has it in hand from the beginning, as if it had received it with `held`, and nobody
   * else receives it for so long. The worker has received from the queue before, so that nothing of an ended process is to be taken back any more.
   */
  readonly heldForMs?: number;
  /** For a dead-letter queue: where a move takes it back to. Absent: nowhere, unless the move says it. */
  readonly deadLetterSource?: QueueAddress;
}
