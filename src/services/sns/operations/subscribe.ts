import type { Clock } from '../../../base/clock.js';
import type { SubscriptionId } from '../../../base/ids.js';
import type { Random } from '../../../base/random.js';
import type { SubscribeOutcome, Subscription, Topic, Topics } from '../../../engine/topics/topics.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, string, structure } from '../../../wire/shape.js';
import { type Confirmations, newToken } from '../confirmations.js';
import { invalid, storageFull, subscriptionLimitExceeded, topicDoesNotExist } from '../errors.js';
import { fifoSubscriptionsMax, largeMessageSubscriptionsMax, messageBytesDefault } from '../limits.js';
import { identityOf, isMail, needsConfirmation, type Protocol, readEndpoint } from '../model/endpoint.js';
import {
  asksForMore,
  changeAttributes,
  type SubscriptionAttributes,
  subscriptionProperties,
  withReplay,
} from '../model/subscription-attributes.js';
import { subscriptionArn } from '../model/topic-arn.js';
import { maximumMessageBytes } from '../model/topic-attributes.js';
import type { PushDeliveries } from '../push-deliveries.js';
import type { Replays } from '../replays.js';
import { attributes } from '../shapes.js';
import { requireTopic } from '../topic-lookup.js';

/**
 * Subscribe: a new subscription, confirmed at once where its endpoint needs no confirmation, or the one there is for this
 * endpoint when nothing is asked for that it does not have.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 * Errors: NotFound, InvalidParameter, SubscriptionLimitExceeded, ReplayLimitExceeded, ServiceUnavailable.
 */
const input = structure({ TopicArn: string, Protocol: string, Endpoint: string, Attributes: attributes, ReturnSubscriptionArn: boolean });
const output = structure({ SubscriptionArn: string });

export interface SubscribeParts {
  readonly topics: Pick<Topics, 'find' | 'subscribe' | 'counts' | 'updateSubscription'>;
  readonly random: Random;
  readonly deliveries: Pick<PushDeliveries, 'open' | 'begin' | 'end'>;
  readonly confirmations: Confirmations;
  readonly clock: Clock;
  readonly replays: Pick<Replays, 'begin' | 'requireRoom'>;
  /** Whether there is a mail server. */
  readonly sendsMail: boolean;
}

export function subscribe({ topics, random, deliveries, confirmations, clock, replays, sendsMail }: SubscribeParts): Operation {
  return operation({
    name: 'Subscribe',
    input,
    output,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      const endpoint = accept(readEndpoint(input.Protocol, input.Endpoint, topic.settings.ordering));
      if (isMail(endpoint.protocol) && !sendsMail) throw invalid(noMailServer(endpoint.protocol));
      const asked = accept(changeAttributes({}, input.Attributes ?? {}, { endpoint, topic, now: clock.now(), source: 'Subscribe' }));
      accept(await checkRoom(topics, topic));
      const id = random.uuid() as SubscriptionId;
      const properties = subscriptionProperties(endpoint, call.accountId, call.principal, asked);
      const atOnce = withReplay({ state: 'confirmed', properties }, random.uuid());
      if (atOnce.state === 'replaying') accept(await replays.requireRoom());
      const given = { id, identity: identityOf(endpoint) };
      if (endpoint.protocol === 'sqs') {
        const outcome = await topics.subscribe(topic, { ...given, ...atOnce });
        const subscription = accept(subscribed(outcome, asked));
        if (outcome.kind === 'created' && subscription.state === 'replaying') replays.begin(subscription);
        return { SubscriptionArn: subscriptionArn(topic.address, subscription.id) };
      }
      const token = needsConfirmation(endpoint.protocol) ? newToken(id, random) : undefined;
      if (!(await deliveries.open(subscriptionArn(topic.address, id)))) throw storageFull();
      const outcome = await topics.subscribe(
        topic,
        token === undefined ? { ...given, ...atOnce } : { ...given, state: 'pending', properties: { ...atOnce.properties, Token: token } },
      );
      if (outcome.kind !== 'created') await deliveries.end(subscriptionArn(topic.address, id));
      const subscription = accept(subscribed(outcome, asked));
      const arn = subscriptionArn(topic.address, subscription.id);
      await deliveries.begin(arn);
      if (subscription.state === 'pending') {
        const sent = outcome.kind === 'created' && token !== undefined ? token : await renewed(subscription);
        await confirmations.send(topic, subscription, sent, call.origin);
      }
      if (outcome.kind === 'created' && subscription.state === 'replaying') replays.begin(subscription);
      return { SubscriptionArn: subscription.state !== 'pending' || input.ReturnSubscriptionArn === true ? arn : 'pending confirmation' };
    },
  });

  /** Who subscribes an endpoint again that has not confirmed gets another token; the earlier one is void. */
  async function renewed({ topic, id }: Subscription): Promise<string> {
    const token = newToken(id, random);
    await topics.updateSubscription(topic, id, ({ state, properties }) => ({ state, properties: { ...properties, Token: token } }));
    return token;
  }
}

function subscribed(outcome: SubscribeOutcome, asked: SubscriptionAttributes): Subscription | Refusal {
  switch (outcome.kind) {
    case 'storageFull':
      return storageFull();
    case 'topicGone':
      return topicDoesNotExist();
    case 'exists':
      return checkSame(outcome.subscription, asked) ?? outcome.subscription;
    case 'created':
      return outcome.subscription;
  }
}

function noMailServer(protocol: Protocol): string {
  return `Protocol Reason: ${protocol} needs a mail server: set mail.url and mail.from in the configuration file of this server`;
}

function checkSame(subscription: Subscription, asked: SubscriptionAttributes): Refusal | undefined {
  return asksForMore(subscription, asked) ? invalid('Attributes Reason: Subscription already exists with different attributes') : undefined;
}

/** FIFO topics, and those that take large messages, have few subscriptions. A repeated Subscribe at the limit is refused too. */
async function checkRoom(topics: Pick<Topics, 'counts'>, topic: Topic): Promise<Refusal | undefined> {
  const max = subscriptionsMax(topic);
  if (max === undefined) return undefined;
  const counts = await topics.counts(topic);
  if (counts === undefined) return topicDoesNotExist();
  return counts.confirmed + counts.pending >= max ? subscriptionLimitExceeded(max) : undefined;
}

function subscriptionsMax(topic: Topic): number | undefined {
  if (topic.settings.ordering === 'fifo') return fifoSubscriptionsMax;
  return maximumMessageBytes(topic) > messageBytesDefault ? largeMessageSubscriptionsMax : undefined;
}
