import type { Outcome } from '../history.js';

/** What publishers and subscribers of topics saw of a broker that is killed again and again. */
export interface TopicHistory {
  /** In the order in which each publisher sent them; a publish that is tried again has another event. */
  readonly published: Published[];
  readonly arrived: Arrived[];
}

export interface Published {
  readonly topic: string;
  readonly outcome: Outcome;
  /** Names the message; body, attributes and deduplication id are made of it. */
  readonly message: string;
  /** FIFO topics: one publisher sends into it, each message again until it was acknowledged, and only then the next. */
  readonly group: string | undefined;
  readonly messageId: string | undefined;
  /** FIFO topics, acknowledged. */
  readonly sequence: bigint | undefined;
}

/** A message as a subscriber got it; once more for each time that it came. */
export interface Arrived {
  readonly subscriber: string;
  readonly message: string;
  /** Where it is the same, it is the same copy that came again: the queue's message id, or what the endpoint is to tell copies apart by. */
  readonly copy: string;
  /** The topic's, where the delivery tells it. */
  readonly messageId: string | undefined;
  readonly sequence: bigint | undefined;
  /** FIFO queues: where the queue has it. */
  readonly place: bigint | undefined;
  /** Whether the text was that of the message, byte for byte. */
  readonly intact: boolean;
}

/** A queue or an endpoint; also a dead-letter queue, which is to get what an endpoint refuses. */
export interface Subscriber {
  readonly name: string;
  readonly topic: string;
  readonly wants: (message: string) => boolean;
}
