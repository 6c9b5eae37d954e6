import type { QueueAddress, SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { Subscription, Topic, TopicSnapshot, Topics } from '../../engine/topics/topics.js';
import { accept } from '../../wire/refusal.js';
import { attributeFacts, bodyFacts, type Facts, type NoFacts } from './filter/facts.js';
import { FilterIndex } from './filter/filter-index.js';
import type { FilterPolicy, FilterScope } from './filter/policy.js';
import { fanOutBytesMax, fanOutDeliveriesMax } from './limits.js';
import { type EndpointParts, endpointParts } from './mobile/mobile-arn.js';
import { deviceQueue } from './mobile/notification.js';
import type { Platform } from './mobile/platform.js';
import type { Protocol } from './model/endpoint.js';
import type { Message } from './model/message.js';
import { textFor } from './model/message-texts.js';
import { pushQueueOf } from './model/push-message.js';
import { deadLetterOf, endpointOf, filterOf, isRaw } from './model/subscription-attributes.js';
import { type SubscriptionArn, subscriptionArn } from './model/topic-arn.js';
import { type Protection, protectionOf } from './protection/protection.js';
import type { Rules } from './protection/rules.js';
import { phoneQueue } from './sms/phone-message.js';
import { type PhoneNumber, readPhoneEndpoint } from './sms/phone-number.js';

/** One confirmed subscription, ready for deliveries. */
export interface Route {
  readonly arn: SubscriptionArn;
  readonly protocol: Protocol;
  /** ARN, URL, address, number. */
  readonly endpoint: string;
  /** Whose text of a message it gets: the protocol's, or that of the platform of a device. */
  readonly audience: Protocol | Platform;
  /** The subscribed queue; for an endpoint, the queue of its deliveries; for a phone or a device, that of all phones or devices. */
  readonly queue: QueueAddress;
  /** Where a message goes that the queue does not take. An endpoint's worker asks when it gives up. */
  readonly deadLetter: QueueAddress | undefined;
  readonly raw: boolean;
  /** Of protocol `sms`. */
  readonly phone: PhoneNumber | undefined;
  /** What the topic's data protection policy says of deliveries to it; undefined: nothing. */
  readonly outbound: Rules | undefined;
  /** Of protocol `application`. */
  readonly device: EndpointParts | undefined;
}

/** What about a message filter policies did not accept; the names are those of the metrics. */
export type FilterReason = 'messageAttributes' | 'messageBody' | NoFacts;

/** How many subscriptions do not get a message. */
export interface FilteredOut {
  readonly reason: FilterReason;
  readonly count: number;
}

/** Who gets a message. */
export interface Selection {
  readonly routes: readonly Route[];
  readonly filteredOut: readonly FilteredOut[];
}

/** Of the routes of a message: those for its own transaction, and after which subscription the rest begins. */
export interface Chunk {
  readonly now: readonly Route[];
  readonly later: SubscriptionArn | undefined;
}

/** As many as one of `share` messages may deliver to in one transaction. Routes that are more than that come in the order of their ARNs. */
export function chunkOf(routes: readonly Route[], messageBytes: number, share: number): Chunk {
  const byBytes = Math.floor(fanOutBytesMax / share / Math.max(1, messageBytes));
  const max = Math.max(1, Math.min(Math.floor(fanOutDeliveriesMax / share), byBytes));
  if (routes.length <= max) return { now: routes, later: undefined };
  const now = [...routes].sort(byArn).slice(0, max);
  return { now, later: now.at(-1)?.arn };
}

function byArn(a: Route, b: Route): number {
  return a.arn < b.arn ? -1 : 1;
}

const none: readonly FilteredOut[] = [];

/** Routes with an index of their filters. */
class FilteredRoutes {
  readonly #unfiltered: Route[] = [];
  /** By audience, as the text may differ by it, and by scope. */
  readonly #filtered = new Map<Route['audience'], Readonly<Record<FilterScope, FilterIndex<Route>>>>();
  #filteredCount = 0;

  get size(): number {
    return this.#unfiltered.length + this.#filteredCount;
  }

  select(message: Message): Selection {
    if (this.#filteredCount === 0) return { routes: this.#unfiltered, filteredOut: none };
    const routes = [...this.#unfiltered];
    const filteredOut: FilteredOut[] = [];
    const ofAttributes = attributeFacts(message.attributes);
    const add = (index: FilterIndex<Route>, facts: Facts | NoFacts, mismatch: FilterReason): void => {
      const matched = typeof facts === 'string' ? [] : index.match(facts);
      for (const route of matched) routes.push(route);
      const count = index.size - matched.length;
      if (count > 0) filteredOut.push({ reason: typeof facts === 'string' ? facts : mismatch, count });
    };
    for (const [audience, { MessageAttributes, MessageBody }] of this.#filtered) {
      if (MessageAttributes.size > 0) add(MessageAttributes, ofAttributes, 'messageAttributes');
      if (MessageBody.size > 0) add(MessageBody, bodyFacts(textFor(message.texts, audience)), 'messageBody');
    }
    return { routes, filteredOut };
  }

  add(route: Route, filter: FilterPolicy | undefined): void {
    if (filter === undefined || isEmpty(filter.rule)) {
      this.#unfiltered.push(route);
      return;
    }
    let indexes = this.#filtered.get(route.audience);
    if (indexes === undefined) {
      indexes = { MessageAttributes: new FilterIndex(), MessageBody: new FilterIndex() };
      this.#filtered.set(route.audience, indexes);
    }
    indexes[filter.scope].add(route, filter);
    this.#filteredCount++;
  }
}

/** A subscription that is replaying. */
export interface ReplayRoute {
  readonly subscription: Subscription;
  readonly route: Route;
  readonly wants: (message: Message) => boolean;
}

/** The routes of one topic as of one revision. */
export class TopicRoutes {
  readonly topic: Topic;
  readonly revision: number;
  readonly protection: Protection | undefined;
  readonly #live = new FilteredRoutes();
  readonly #replaying = new Map<SubscriptionId, ReplayRoute>();

  constructor({ topic, revision, subscriptions }: TopicSnapshot) {
    this.topic = topic;
    this.revision = revision;
    this.protection = protectionOf(topic);
    for (const subscription of subscriptions) {
      if (subscription.state === 'confirmed') this.#live.add(routeOf(subscription, this.protection), filterOf(subscription));
      else if (subscription.state === 'replaying') this.#replaying.set(subscription.id, replayRoute(subscription, this.protection));
    }
  }

  get size(): number {
    return this.#live.size + this.#replaying.size;
  }

  /** Who gets the message now. */
  select(message: Message): Selection {
    return this.#live.select(message);
  }

  replaying(id: SubscriptionId): ReplayRoute | undefined {
    return this.#replaying.get(id);
  }
}

function routeOf(subscription: Subscription, protection: Protection | undefined): Route {
  const { protocol, endpoint } = endpointOf(subscription);
  const arn = subscriptionArn(subscription.topic, subscription.id);
  const device = protocol === 'application' ? endpointParts(endpoint) : undefined;
  return {
    arn,
    protocol,
    endpoint,
    audience: device?.platform ?? protocol,
    queue: queueOf(protocol, endpoint, arn),
    deadLetter: protocol === 'sqs' ? deadLetterOf(subscription) : undefined,
    raw: isRaw(subscription),
    outbound: protection?.rules('Outbound', subscription.properties.SubscriptionPrincipal ?? ''),
    phone: protocol === 'sms' ? accept(readPhoneEndpoint(endpoint)) : undefined,
    device,
  };
}

function queueOf(protocol: Protocol, endpoint: string, arn: SubscriptionArn): QueueAddress {
  switch (protocol) {
    case 'sqs':
      return endpoint as QueueAddress;
    case 'sms':
      return phoneQueue;
    case 'application':
      return deviceQueue;
    default:
      return pushQueueOf(arn);
  }
}

function replayRoute(subscription: Subscription, protection: Protection | undefined): ReplayRoute {
  const route = routeOf(subscription, protection);
  const alone = new FilteredRoutes();
  alone.add(route, filterOf(subscription));
  return { subscription, route, wants: (message) => alone.select(message).routes.length > 0 };
}

function isEmpty(rule: { readonly leaves: readonly unknown[]; readonly alternations: readonly unknown[] }): boolean {
  return rule.leaves.length + rule.alternations.length === 0;
}

/** Subscriptions whose routes are kept: beyond it, the topics used longest ago are read again when they are next used. */
const routesKeptMax = 200_000;

/** The routes of the topics in use. Nothing here is authority: the engine refuses a plan that was made on an old revision. */
export class Routes {
  readonly #kept = new Map<TopicAddress, TopicRoutes>();
  #size = 0;

  constructor(private readonly topics: Pick<Topics, 'snapshot'>) {}

  /** Undefined when there is no such topic. */
  async of(address: TopicAddress): Promise<TopicRoutes | undefined> {
    const known = this.#kept.get(address);
    if (known !== undefined) return known;
    const snapshot = await this.topics.snapshot(address);
    if (snapshot === undefined) return undefined;
    const routes = new TopicRoutes(snapshot);
    this.#keep(address, routes);
    return routes;
  }

  forget(address: TopicAddress): void {
    const known = this.#kept.get(address);
    if (known === undefined) return;
    this.#kept.delete(address);
    this.#size -= known.size + 1;
  }

  #keep(address: TopicAddress, routes: TopicRoutes): void {
    this.forget(address);
    this.#kept.set(address, routes);
    this.#size += routes.size + 1;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= routesKeptMax || oldest === address) break;
      this.forget(oldest);
    }
  }
}
