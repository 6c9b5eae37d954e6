import type { Clock } from '../../../base/clock.js';
import type { Region, SubscriptionId } from '../../../base/ids.js';
import type { Random } from '../../../base/random.js';
import type { SubscribeOutcome, Subscription, Topics } from '../../../engine/topics/topics.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, string, structure } from '../../../wire/shape.js';
import { type Confirmations, newToken } from '../confirmations.js';
import { invalid, storageFull, topicDoesNotExist } from '../errors.js';
import type { Devices } from '../mobile/devices.js';
import { readEndpointArn } from '../mobile/mobile-arn.js';
import type { MobileRegistry } from '../mobile/registry.js';
import { hasOwnQueue, identityOf, isMail, needsConfirmation, type Protocol, readEndpoint } from '../model/endpoint.js';
import {
  asksForMore,
  changeAttributes,
  type SubscriptionAttributes,
  subscriptionProperties,
  withConfirmation,
  withReplay,
} from '../model/subscription-attributes.js';
import { subscriptionArn } from '../model/topic-arn.js';
import type { PushDeliveries } from '../push-deliveries.js';
import type { Replays } from '../replays.js';
import { checkRoom } from '../room.js';
import { attributes } from '../shapes.js';
import { guarded } from '../sms/guards/guarded.js';
import { type PhoneNumber, readPhoneEndpoint } from '../sms/phone-number.js';
import type { Phones } from '../sms/phones.js';
import type { SubscriptionTokens } from '../subscription-tokens.js';
import { requireTopic } from '../topic-lookup.js';

/**
 * Subscribe: a new subscription, confirmed at once where its endpoint needs no confirmation, or the one there is for this
 * endpoint when nothing is asked for that it does not have.
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 * Errors: NotFound, InvalidParameter, AuthorizationError, SubscriptionLimitExceeded, ReplayLimitExceeded, ServiceUnavailable.
 */
const input = structure({ TopicArn: string, Protocol: string, Endpoint: string, Attributes: attributes, ReturnSubscriptionArn: boolean });
const output = structure({ SubscriptionArn: string });

export interface SubscribeParts {
  readonly topics: Pick<Topics, 'find' | 'subscribe' | 'counts' | 'updateSubscription'>;
  readonly random: Random;
  readonly deliveries: Pick<PushDeliveries, 'open' | 'begin' | 'end'>;
  readonly confirmations: Pick<Confirmations, 'send'>;
  readonly tokens: Pick<SubscriptionTokens, 'expect' | 'forget'>;
  readonly clock: Clock;
  readonly replays: Pick<Replays, 'begin' | 'requireRoom'>;
  readonly phones: Pick<Phones, 'open' | 'guards'>;
  readonly registry: Pick<MobileRegistry, 'findEndpoint'>;
  readonly devices: Pick<Devices, 'open'>;
  /** Whether there is a mail server. */
  readonly sendsMail: boolean;
}

export function subscribe(parts: SubscribeParts): Operation {
  const { topics, random, deliveries, confirmations, tokens, clock, replays, phones, registry, devices, sendsMail } = parts;
  return operation({
    name: 'Subscribe',
    input,
    output,
    async handle(input, call) {
      const topic = await requireTopic(topics, input.TopicArn, call);
      const endpoint = accept(readEndpoint(input.Protocol, input.Endpoint, topic.settings.ordering));
      if (isMail(endpoint.protocol) && !sendsMail) throw invalid(noMailServer(endpoint.protocol));
      if (endpoint.protocol === 'application') accept(await checkDevice(endpoint.endpoint, call.region));
      const asked = accept(changeAttributes({}, input.Attributes ?? {}, { endpoint, topic, now: clock.now(), source: 'Subscribe' }));
      accept(await checkRoom(topics, topic, endpoint.protocol));
      const id = random.uuid() as SubscriptionId;
      const properties = subscriptionProperties(endpoint, call.accountId, call.principal, asked);
      const atOnce = withReplay({ state: 'confirmed', properties }, random.uuid());
      if (atOnce.state === 'replaying') accept(await replays.requireRoom());
      const token = needsConfirmation(endpoint, call.accountId) ? newToken(id, random) : undefined;
      const definition = token === undefined ? atOnce : { state: 'pending' as const, properties: { ...atOnce.properties, Token: token } };
      if (endpoint.protocol === 'sms') accept(await checkPhone(accept(readPhoneEndpoint(endpoint.endpoint))));
      const isPushed = hasOwnQueue(endpoint.protocol);
      if (token !== undefined) await tokens.expect(topic.address, id);
      if (isPushed && !(await deliveries.open(subscriptionArn(topic.address, id)))) throw storageFull();
      const outcome = await topics.subscribe(topic, { id, identity: identityOf(endpoint), ...definition });
      if (outcome.kind !== 'created') {
        if (isPushed) await deliveries.end(subscriptionArn(topic.address, id));
        if (token !== undefined) await tokens.forget(id);
      }
      const found = accept(subscribed(outcome, asked));
      const subscription = found.state === 'pending' && token === undefined ? await agreed(found) : found;
      const arn = subscriptionArn(topic.address, subscription.id);
      if (isPushed) await deliveries.begin(arn);
      if (subscription.state === 'pending') {
        const sent = outcome.kind === 'created' && token !== undefined ? token : await renewed(subscription);
        if (!(await confirmations.send('SubscriptionConfirmation', topic, subscription, sent, call.origin))) throw storageFull();
      }
      if (subscription.state === 'replaying') replays.begin(subscription);
      return { SubscriptionArn: subscription.state !== 'pending' || input.ReturnSubscriptionArn === true ? arn : 'pending confirmation' };
    },
  });

  /** Whose the endpoint is subscribes it too: nothing is left to confirm. */
  async function agreed(pending: Subscription): Promise<Subscription> {
    const change = (current: Subscription) => (current.state === 'pending' ? withConfirmation(current, true, false) : current);
    return (await topics.updateSubscription(pending.topic, pending.id, change)) ?? pending;
  }

  /** And that there is a queue for its messages. */
  async function checkPhone(number: PhoneNumber): Promise<Refusal | undefined> {
    if (!phones.guards.allows(number)) return guarded({ guard: 'country' }, number, clock.now());
    return (await phones.open()) === undefined ? storageFull() : undefined;
  }

  /** Unlike a queue, it must be there. Its messages have a queue of their own before the first is published. */
  async function checkDevice(arn: string, region: Region): Promise<Refusal | undefined> {
    const parts = readEndpointArn(arn, region);
    const known = isRefusal(parts) ? undefined : await registry.findEndpoint(parts);
    if (known === undefined) return invalid(`Endpoint Reason: Endpoint does not exist for endpoint arn${arn}`);
    return (await devices.open()) === undefined ? storageFull() : undefined;
  }

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
