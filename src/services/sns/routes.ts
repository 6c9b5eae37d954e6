import type { QueueAddress, TopicAddress } from '../../base/ids.js';
import type { Subscription, Topic, TopicSnapshot, Topics } from '../../engine/topics/topics.js';
import { attributeFacts, bodyFacts, type Facts, type NoFacts } from './filter/facts.js';
import { FilterIndex } from './filter/filter-index.js';
import type { FilterScope } from './filter/policy.js';
import type { Protocol } from './model/endpoint.js';
import type { Message } from './model/message.js';
import { textFor } from './model/message-texts.js';
import { deadLetterOf, endpointOf, filterOf, isRaw } from './model/subscription-attributes.js';
import { type SubscriptionArn, subscriptionArn } from './model/topic-arn.js';

/** One confirmed subscription, ready for deliveries. */
export interface Route {
  readonly arn: SubscriptionArn;
  readonly protocol: Protocol;
  readonly queue: QueueAddress;
  readonly deadLetter: QueueAddress | undefined;
  readonly raw: boolean;
}

/** Why subscriptions with a filter did not get a message; the names are those of the metrics. */
export type FilteredOut = Readonly<Partial<Record<'messageAttributes' | 'messageBody' | NoFacts, number>>>;

export interface Selection {
  readonly routes: readonly Route[];
  readonly filteredOut: number;
}

/** The routes of one topic as of one revision, with an index of their filters. */
export class TopicRoutes {
  readonly topic: Topic;
  readonly revision: number;
  readonly #unfiltered: Route[] = [];
  /** By protocol, as the text may differ by it, and by scope. */
  readonly #filtered = new Map<Protocol, Readonly<Record<FilterScope, FilterIndex<Route>>>>();
  #filteredCount = 0;

  constructor({ topic, revision, subscriptions }: TopicSnapshot) {
    this.topic = topic;
    this.revision = revision;
    for (const subscription of subscriptions) if (subscription.state === 'confirmed') this.#add(subscription);
  }

  get size(): number {
    return this.#unfiltered.length + this.#filteredCount;
  }

  /** Who gets the message. */
  select(message: Message): Selection {
    if (this.#filteredCount === 0) return { routes: this.#unfiltered, filteredOut: 0 };
    const routes = [...this.#unfiltered];
    const ofAttributes = attributeFacts(message.attributes);
    for (const [protocol, { MessageAttributes, MessageBody }] of this.#filtered) {
      routes.push(...matching(MessageAttributes, () => ofAttributes));
      routes.push(...matching(MessageBody, () => bodyFacts(textFor(message.texts, protocol))));
    }
    return { routes, filteredOut: this.size - routes.length };
  }

  #add(subscription: Subscription): void {
    const { protocol, endpoint } = endpointOf(subscription);
    const route: Route = {
      arn: subscriptionArn(subscription.topic, subscription.id),
      protocol,
      queue: endpoint as QueueAddress,
      deadLetter: deadLetterOf(subscription),
      raw: isRaw(subscription),
    };
    const filter = filterOf(subscription);
    if (filter === undefined || isEmpty(filter.rule)) {
      this.#unfiltered.push(route);
      return;
    }
    let indexes = this.#filtered.get(protocol);
    if (indexes === undefined) {
      indexes = { MessageAttributes: new FilterIndex(), MessageBody: new FilterIndex() };
      this.#filtered.set(protocol, indexes);
    }
    indexes[filter.scope].add(route, filter);
    this.#filteredCount++;
  }
}

function isEmpty(rule: { readonly leaves: readonly unknown[]; readonly alternations: readonly unknown[] }): boolean {
  return rule.leaves.length + rule.alternations.length === 0;
}

function matching(index: FilterIndex<Route>, factsOf: () => Facts | NoFacts): readonly Route[] {
  if (index.size === 0) return [];
  const facts = factsOf();
  return typeof facts === 'string' ? [] : index.match(facts);
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
