import type { Subscription, Topic } from '../../../engine/topics/topics.js';
import type { PushMessage } from '../model/push-message.js';
import type { SubscriptionArn } from '../model/topic-arn.js';

/** One message for one subscription. */
export interface Attempt {
  readonly message: PushMessage;
  readonly arn: SubscriptionArn;
  readonly subscription: Subscription;
  readonly topic: Topic;
  /** Ends the attempt, which then has `failed`. */
  readonly signal: AbortSignal;
}

/** `failed`: worth another attempt. `refused`: the endpoint's last word. */
export type AttemptOutcome = 'delivered' | 'failed' | 'refused';

/** What became of an attempt, and what is told of it in the delivery status log. */
export interface AttemptReport {
  readonly outcome: AttemptOutcome;
  /** HTTP's, or the nearest to it; absent where nothing was answered. */
  readonly statusCode?: number;
  /** What the endpoint, or who leads to it, said. */
  readonly providerResponse: string;
}

/** How the deliveries of a subscription are paced. */
export interface Pace {
  /** Attempts a second on average; undefined: as many as there are. */
  readonly perSecond: number | undefined;
  /** Before the next attempt, when so many have failed; undefined: there is none. */
  retryDelayMs(attempts: number): number | undefined;
}

/** Carries messages to the endpoints of a protocol. */
export interface Channel {
  deliver(attempt: Attempt): Promise<AttemptReport>;
  pace(subscription: Subscription, topic: Topic): Pace;
}
