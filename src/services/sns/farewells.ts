import type { SubscriptionId } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { SubscribeOutcome, Subscription, Topic, Topics } from '../../engine/topics/topics.js';
import { type Confirmations, newToken } from './confirmations.js';
import { storageFull } from './errors.js';
import { hasOwnQueue } from './model/endpoint.js';
import { endpointOf } from './model/subscription-attributes.js';
import { subscriptionArn } from './model/topic-arn.js';
import type { PushDeliveries } from './push-deliveries.js';
import type { EndedSubscription, SubscriptionTokens } from './subscription-tokens.js';

export interface FarewellParts {
  readonly topics: Pick<Topics, 'unsubscribe' | 'subscribe'>;
  readonly deliveries: Pick<PushDeliveries, 'open' | 'begin' | 'end' | 'clear'>;
  readonly confirmations: Pick<Confirmations, 'send'>;
  readonly tokens: Pick<SubscriptionTokens, 'end' | 'ended' | 'told' | 'restored'>;
  readonly random: Random;
}

/** Ends subscriptions; where anybody may have asked for it, their endpoints are told last of all how to have them back. */
export class Farewells {
  /** A link that is opened twice at a time ends once, and restores once. */
  readonly #telling = new Map<SubscriptionId, Promise<void>>();
  readonly #restoring = new Map<SubscriptionId, Promise<SubscribeOutcome>>();

  constructor(private readonly parts: FarewellParts) {}

  async end(subscription: Subscription): Promise<void> {
    const { topics, deliveries } = this.parts;
    const ended = await topics.unsubscribe(subscription.topic, subscription.id);
    if (ended !== undefined && isPushed(subscription)) await deliveries.end(subscriptionArn(ended.topic, ended.id));
  }

  /** Functions are not told: Lambda documents no such event. Nor are phones, which get no links, and apps on devices, which show what they are sent. */
  async endByAnybody(subscription: Subscription, topic: Topic, origin: string): Promise<void> {
    const { topics, tokens, random } = this.parts;
    const { id } = subscription;
    const { protocol } = endpointOf(subscription);
    const isTold = protocol !== 'lambda' && protocol !== 'sms' && protocol !== 'application';
    if (subscription.state === 'pending' || !isTold) return this.end(subscription);
    await tokens.end(subscription, topic.id, newToken(id, random));
    if ((await topics.unsubscribe(topic.address, id)) !== undefined) await this.tell(id, topic, origin);
  }

  /**
   * How an ended subscription can be had back, once: also later, when who ended it did not come to tell its endpoint because the process died or the
   * disk was full.
   */
  tell(id: SubscriptionId, topic: Topic, origin: string): Promise<void> {
    const telling = this.#telling.get(id) ?? this.#tell(id, topic, origin).finally(() => this.#telling.delete(id));
    this.#telling.set(id, telling);
    return telling;
  }

  async #tell(id: SubscriptionId, topic: Topic, origin: string): Promise<void> {
    const { deliveries, confirmations, tokens } = this.parts;
    const ended = await tokens.ended(id);
    if (ended === undefined || ended.told || ended.topicId !== topic.id) return;
    await deliveries.clear(subscriptionArn(topic.address, id));
    const subscription = { ...ended, topic: topic.address };
    if (!(await confirmations.send('UnsubscribeConfirmation', topic, subscription, ended.token, origin))) throw storageFull();
    await tokens.told(id);
  }

  /** `exists`: its endpoint was subscribed again by another way. */
  restore(ended: EndedSubscription, topic: Topic): Promise<SubscribeOutcome> {
    const { id } = ended;
    const restoring = this.#restoring.get(id) ?? this.#restore(ended, topic).finally(() => this.#restoring.delete(id));
    this.#restoring.set(id, restoring);
    return restoring;
  }

  async #restore({ id, identity, state, properties, token }: EndedSubscription, topic: Topic): Promise<SubscribeOutcome> {
    const { topics, deliveries, tokens } = this.parts;
    const restored = { id, identity, state, properties: { ...properties, Token: token } };
    const arn = subscriptionArn(topic.address, id);
    if (isPushed(restored) && !(await deliveries.open(arn))) return { kind: 'storageFull' };
    const outcome = await topics.subscribe(topic, restored);
    if (outcome.kind === 'storageFull') return outcome;
    await tokens.restored(id);
    if (isPushed(restored) && outcome.kind === 'created') await deliveries.begin(arn);
    return outcome;
  }
}

function isPushed(subscription: Pick<Subscription, 'properties'>): boolean {
  return hasOwnQueue(endpointOf(subscription).protocol);
}
