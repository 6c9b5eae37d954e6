import type { QueueAddress } from '../../base/ids.js';
import type { Engine } from '../../engine/engine.js';
import type { Subscription } from '../../engine/topics/topics.js';
import { jsonReply, type Route } from '../../http/ports.js';

export interface SubscriptionPagePorts {
  readonly engine: Pick<Engine, 'findQueue' | 'peek' | 'topics'>;
  /** How a subscription that waits for its confirmation is shown. */
  readonly pendingOf: (subscription: Subscription) => object;
  /** Where the deliveries of the subscription with this ARN wait; undefined for what is no such ARN. */
  readonly queueOf: (subscription: string) => QueueAddress | undefined;
}

const pageSize = 100;
/** Subscriptions looked at and deliveries shown in one answer. */
const lookedAtMax = 100_000;
const deliveriesMax = 100;

/** `GET /_signalbox/subscriptions/pending`: who has not confirmed, with the token to do it for them. */
export function pendingSubscriptionsPage({ engine, pendingOf }: SubscriptionPagePorts): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/subscriptions\/pending$/,
    handle: async () => {
      const pending: object[] = [];
      let after: Subscription | undefined;
      for (let lookedAt = 0; lookedAt < lookedAtMax && pending.length < pageSize; lookedAt += pageSize) {
        const page = await engine.topics.listSubscriptions({ topic: { kind: 'all', prefix: '' }, after, limit: pageSize });
        pending.push(...page.filter(({ state }) => state === 'pending').map(pendingOf));
        after = page.at(-1);
        if (page.length < pageSize) break;
      }
      return jsonReply(200, { subscriptions: pending });
    },
  };
}

/** `GET /_signalbox/subscriptions/{arn}/deliveries`: what waits for its endpoint, oldest first, and when it is tried next. */
export function deliveriesPage({ engine, queueOf }: SubscriptionPagePorts): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/subscriptions\/(?<arn>[^/]+)\/deliveries$/,
    handle: async ({ parameters: { arn = '' } }) => {
      const address = queueOf(arn);
      const queue = address === undefined ? undefined : await engine.findQueue(address);
      const page = queue === undefined ? undefined : await engine.peek(queue, { limit: deliveriesMax });
      if (page === undefined) return jsonReply(404, { error: `there is no subscription ${arn} of an HTTP endpoint` });
      const deliveries = page.messages.map(({ sentAt, receives, visibleAt }) => ({
        acceptedAt: new Date(sentAt).toISOString(),
        attempts: receives,
        nextAttemptAt: new Date(visibleAt).toISOString(),
      }));
      return jsonReply(200, { deliveries });
    },
  };
}
