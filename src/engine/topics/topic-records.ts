import { recordOf } from '../records.js';
import type { Subscription, Topic } from './topics.js';

export const topicRecord = recordOf<Topic>();

/** `topicId` tells the subscriptions of a deleted topic from those of a later one of the same address. */
export interface SubscriptionRecord extends Subscription {
  readonly topicId: number;
}
export const subscriptionRecord = recordOf<SubscriptionRecord>();
