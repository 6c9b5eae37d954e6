/** What clients of a broker that is killed again and again saw of it: one event for every message that a call was about. */
export type HistoryEvent = Sent | Received | Deleted | Hidden;

/** When a call began and when its outcome was known, in epoch milliseconds. No two moments of a history are equal. */
export interface Span {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** `refused`: an answer said no, nothing changed. `unknown`: the connection was cut, it was done or it was not. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** In the order in which a producer sent them. A message that is sent again, as its deduplication id allows, has another event. */
export interface Sent {
  readonly kind: 'sent';
  readonly span: Span;
  readonly outcome: Outcome;
  /** Names the message; its body, and its deduplication id, are made of it. */
  readonly message: string;
  /** FIFO: one producer sends into it, each message after the last one was acknowledged. */
  readonly group: string | undefined;
  readonly delayMs: number;
  readonly messageId: string | undefined;
  /** FIFO, acknowledged: its place in the queue. */
  readonly sequence: bigint | undefined;
}

/** An acknowledged receive; of others nothing is known. */
export interface Received {
  readonly kind: 'received';
  readonly span: Span;
  readonly visibilityMs: number;
  /** In the order of the answer. */
  readonly deliveries: readonly Delivery[];
}

export interface Delivery {
  readonly message: string;
  readonly messageId: string;
  readonly receipt: string;
  readonly receives: number;
  /** Whether the body was that of the message, byte for byte. */
  readonly intact: boolean;
}

export interface Deleted {
  readonly kind: 'deleted';
  readonly span: Span;
  readonly outcome: Outcome;
  readonly receipt: string;
}

/** A change of visibility. */
export interface Hidden {
  readonly kind: 'hidden';
  readonly span: Span;
  readonly outcome: Outcome;
  readonly receipt: string;
  readonly visibilityMs: number;
}

/** A message that was in a queue in the end. */
export interface Remaining {
  readonly message: string;
  readonly messageId: string;
}
