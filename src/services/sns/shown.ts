import type { QueueAddress } from '../../base/ids.js';
import { parseJsonObject } from '../../base/json-object.js';
import type { Engine } from '../../engine/engine.js';
import type { Subscription } from '../../engine/topics/topics.js';
import { isRefusal } from '../../wire/refusal.js';
import { confirmationMsMax } from './limits.js';
import { decodeNotification, deviceQueue } from './mobile/notification.js';
import type { PushJournal } from './mobile/push-journal.js';
import { shownEndpoint } from './model/endpoint.js';
import { pushQueueOf } from './model/push-message.js';
import { readSubscriptionArn, subscriptionArn } from './model/topic-arn.js';

/** What the broker's own pages show of subscriptions. */

export function pendingOf({ topic, id, properties, createdAt }: Subscription): object {
  const { Protocol: protocol, Endpoint: endpoint = '', Token: token } = properties;
  return {
    subscriptionArn: subscriptionArn(topic, id),
    topicArn: topic,
    protocol,
    endpoint: shownEndpoint(endpoint),
    token,
    expiresAt: new Date(createdAt + confirmationMsMax).toISOString(),
  };
}

export function deliveryQueueOf(arn: string): QueueAddress | undefined {
  const read = readSubscriptionArn(arn);
  return isRefusal(read) ? undefined : pushQueueOf(subscriptionArn(read.topic, read.id));
}

/** Notifications that wait and are shown. */
const waitingMax = 100;

/** The last notifications to devices, newest first, and those that wait, oldest first: all, or those to one endpoint. */
export async function shownPushes(
  engine: Pick<Engine, 'findQueue' | 'peek'>,
  journal: PushJournal,
  endpoint: string | undefined,
): Promise<Readonly<Record<'notifications' | 'waiting', readonly object[]>>> {
  const queue = await engine.findQueue(deviceQueue);
  const page = queue && (await engine.peek(queue, { limit: waitingMax }));
  const waiting = (page?.messages ?? []).map(({ content, receives, visibleAt }) => {
    const { messageId, endpoint: endpointArn } = decodeNotification(content);
    return { messageId, endpointArn, attempts: receives, nextAttemptAt: new Date(visibleAt).toISOString() };
  });
  return {
    notifications: journal
      .recent(endpoint)
      .map(({ payload, ...entry }) => (payload === undefined ? entry : { ...entry, payload: parseJsonObject(payload) ?? payload })),
    waiting: waiting.filter(({ endpointArn }) => endpoint === undefined || endpointArn === endpoint),
  };
}
