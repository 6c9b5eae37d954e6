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
}
