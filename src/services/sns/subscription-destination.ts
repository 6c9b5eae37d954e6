import type { Clock } from '../../base/clock.js';
import type { SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { Engine, Queue } from '../../engine/engine.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import type { Channel } from './channels/channel.js';
import { type DeadLetterParts, giveUp } from './dead-letters.js';
import type { DeliveryReports } from './delivery-reports.js';
import type { Destination } from './delivery-worker.js';
import { confirmationMsMax } from './limits.js';
import type { Protocol } from './model/endpoint.js';
import { decodePushMessage } from './model/push-message.js';
import { readSubscriptionArn, type SubscriptionArn } from './model/topic-arn.js';
import type { SubscriptionTokens } from './subscription-tokens.js';
import { endAttempt, type TopicTracing } from './topic-tracing.js';

/** What carries messages, by protocol. Queues, phones and devices are delivered to by other ways. */
export type Channels = Readonly<Record<Exclude<Protocol, 'sqs' | 'sms' | 'application'>, Channel>>;

export interface SubscriptionDestinationParts extends DeadLetterParts {
  readonly engine: DeadLetterParts['engine'] & Pick<Engine, 'topics'>;
  readonly clock: Clock;
  readonly channels: Channels;
  readonly tracing: Pick<TopicTracing, 'attempting'>;
  readonly reports: Pick<DeliveryReports, 'attempted' | 'redriven' | 'ended'>;
  readonly tokens: Pick<SubscriptionTokens, 'ended'>;
}

/**
 * The endpoint of a subscription, as it is now: also of one that is gone and can still be restored, as it is to be told of that. Undefined once there
 * is neither, or once the subscription has gone unconfirmed for too long.
 */
export async function subscriptionDestination(
  parts: SubscriptionDestinationParts,
  arn: SubscriptionArn,
  queue: Queue,
): Promise<Destination | undefined> {
  const { topics } = parts.engine;
  const { topic: address, id } = addressOf(arn);
  const [topic, current] = [await topics.find(address), await topics.findSubscription(address, id)];
  const subscription = current ?? (await ended(parts, topic, id));
  if (topic === undefined || subscription === undefined) return undefined;
  if (subscription.state === 'pending' && parts.clock.now() > subscription.createdAt + confirmationMsMax) {
    await topics.unsubscribe(address, id);
    return undefined;
  }
  const channel = parts.channels[subscription.properties.Protocol as keyof Channels];
  return {
    pace: channel.pace(subscription, topic),
    attempt: async (received, signal) => {
      const message = decodePushMessage(received.content);
      const traced = parts.tracing.attempting(topic, subscription, message, received.receives);
      const carried = traced === undefined ? message : { ...message, ...traced.carrier };
      const report = await channel.deliver({ message: carried, arn, subscription, topic, signal });
      if (traced !== undefined) endAttempt(traced, report);
      const isCutOff = signal.aborted && report.outcome === 'failed'; // and begun again at the next start
      if (!isCutOff) parts.reports.attempted({ topic, subscription, message, report });
      return report;
    },
    giveUp: async (received) => {
      const { type, body, envelope: ofRaw, traceHeader } = decodePushMessage(received.content);
      const envelope = type === 'Notification' ? (ofRaw ?? body) : undefined; // confirmations are not kept
      parts.reports.redriven(topic, await giveUp(parts, { queue, received, envelope, traceHeader, topic, subscription }));
    },
    ended: ({ received, report, handedAt }) => {
      const message = decodePushMessage(received.content);
      parts.reports.ended({ topic, subscription, message, report, attempts: received.receives, handedAt });
    },
  };
}

/** One that can be restored. */
async function ended(
  { tokens }: SubscriptionDestinationParts,
  topic: Topic | undefined,
  id: SubscriptionId,
): Promise<Subscription | undefined> {
  const found = await tokens.ended(id);
  if (topic === undefined || found === undefined || found.topicId !== topic.id) return undefined;
  const { identity, state, properties } = found;
  return { id, identity, state, properties, topic: topic.address, createdAt: topic.createdAt };
}

function addressOf(arn: SubscriptionArn): { readonly topic: TopicAddress; readonly id: SubscriptionId } {
  const read = readSubscriptionArn(arn);
  if (!('topic' in read)) throw new Error(`${arn} is no ARN of a subscription`);
  return read;
}
