import { recordOf } from '../records.js';
import type { Subscription, Topic } from './topics.js';

export const topicRecord = recordOf<Topic>();

/** `topicId` tells the subscriptions of a deleted topic from those of a later one of the same address. */
export interface SubscriptionRecord extends Subscription {
  readonly topicId: number;
}
export const subscriptionRecord = recordOf<SubscriptionRecord>();

/** How far a replay got: the last message that it looked at. */
export interface ReplayRecord {
  readonly replay: string;
  readonly at: number;
  readonly sequence: number;
}
export const replayRecord = recordOf<ReplayRecord>();
