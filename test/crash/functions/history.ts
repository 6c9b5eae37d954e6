import type { Outcome } from '../history.js';

/** By what way a message comes to its function: a queue, a FIFO queue, or as an event. */
export type Source = 'standard' | 'ordered' | 'events';

/** What senders, functions and the queues at the end saw of a broker and of processes that are killed again and again. */
export interface FunctionHistory {
  /** In the order in which each sender sent them. */
  readonly sent: readonly Sent[];
  /** In the order in which functions wrote them. */
  readonly steps: readonly Step[];
  /** What the queues had when nothing was on its way any more. */
  readonly ends: readonly End[];
}

export interface Sent {
  readonly source: Source;
  readonly outcome: Outcome;
  /** Names the message, whose body is made of it. One that is sent again has the same deduplication id. */
  readonly message: string;
  /** FIFO: one sender sends into it, each message again until it was acknowledged, and only then the next. */
  readonly group: string | undefined;
}

/** `took`: the last that the function does for a message before it answers. */
export interface Step {
  readonly kind: 'began' | 'took';
  readonly source: Source;
  readonly message: string;
  readonly intact: boolean;
}

/** A message that was found in the end. `success` and `failure`: a record of what became of an event. */
export interface End {
  readonly kind: 'dead letter' | 'success' | 'failure';
  readonly source: Source;
  readonly message: string;
  /** Distinct for each copy. */
  readonly copy: string;
  /** Of dead letters of queues. */
  readonly receives: number | undefined;
}

/** Receives after which a message of a queue is a dead letter. */
export const receivesMax = 5;

/** Functions fail for it, always. */
export function isBad(message: string): boolean {
  return /[05]3$/.test(message);
}
