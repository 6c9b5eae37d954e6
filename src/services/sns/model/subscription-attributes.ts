import type { QueueAddress } from '../../../base/ids.js';
import { isObject, parseJsonObject } from '../../../base/json-object.js';
import type { Subscription, SubscriptionDefinition, Topic } from '../../../engine/topics/topics.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { type FilterPolicy, type FilterScope, isFilterProblem, parseFilterPolicy } from '../filter/policy.js';
import { archiveOf } from './archive-policy.js';
import {
  type EffectivePolicy,
  effectivePolicy,
  type PolicyParts,
  readSubscriptionPolicy,
  shownEffectivePolicy,
  shownSubscriptionPolicy,
} from './delivery-policy.js';
import { type Endpoint, isFifoQueue, type Protocol, readQueueArn, shownEndpoint } from './endpoint.js';
import { checkReplayPolicy, type ReplayPolicy, readReplayPolicy } from './replay-policy.js';
import { ownerOf, subscriptionArn } from './topic-arn.js';
import { topicPolicyOf } from './topic-attributes.js';

/**
 * Subscription attributes as the API reference of SetSubscriptionAttributes lists them: what each accepts, and the one form in
 * which it is stored and returned. Stored are those that were set, with what Subscribe was given.
 */
export type SettableName =
  | 'RawMessageDelivery'
  | 'FilterPolicy'
  | 'FilterPolicyScope'
  | 'RedrivePolicy'
  | 'DeliveryPolicy'
  | 'ReplayPolicy';
export type SubscriptionAttributes = Readonly<Partial<Record<SettableName, string>>>;

/** Known to AWS, and refused by name until they do what they say. */
const notYet: readonly string[] = ['SubscriptionRoleArn'];
const settable: readonly string[] = [
  'RawMessageDelivery',
  'FilterPolicy',
  'FilterPolicyScope',
  'RedrivePolicy',
  'DeliveryPolicy',
  'ReplayPolicy',
];

/** Where the attributes come from: it is part of the error texts. */
export type Source = 'Subscribe' | 'SetSubscriptionAttributes';

/** What attributes are read for. */
export interface SubscriptionContext {
  readonly endpoint: Endpoint;
  readonly topic: Topic;
  readonly source: Source;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The attributes after the changes; an empty value removes one. Names and values first, then what they amount to together. */
export function changeAttributes(
  current: SubscriptionAttributes,
  changes: Readonly<Record<string, string>>,
  of: SubscriptionContext,
): SubscriptionAttributes | Refusal {
  const prefix = of.source === 'Subscribe' ? 'Attributes Reason: ' : '';
  const merged: Partial<Record<SettableName, string>> = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    if (notYet.includes(name)) return invalid(`${prefix}${name} is not supported by this server yet`);
    if (!settable.includes(name)) return invalid('AttributeName');
    merged[name as SettableName] = value;
  }
  const {
    RawMessageDelivery: raw,
    FilterPolicyScope: scope,
    FilterPolicy: filter,
    RedrivePolicy: redrive,
    DeliveryPolicy: delivery,
  } = merged;
  const { ReplayPolicy: replay } = changes;
  if (raw !== undefined) {
    const lower = raw.toLowerCase();
    if (lower !== 'true' && lower !== 'false')
      return invalid(`${prefix}RawMessageDelivery: Invalid value [${raw}]. Must be true or false.`);
    if (lower === 'true' && !takesRaw(of.endpoint.protocol)) {
      return invalid(`${prefix}Delivery protocol [${of.endpoint.protocol}] does not support raw message delivery.`);
    }
    merged.RawMessageDelivery = lower;
  }
  if (scope !== undefined && scope !== 'MessageAttributes' && scope !== 'MessageBody') {
    return invalid(`${prefix}FilterPolicyScope: Invalid value [${scope}]. Please use either MessageBody or MessageAttributes`);
  }
  if (filter === '') delete merged.FilterPolicy;
  else if (filter !== undefined) {
    const parsed = parseFilterPolicy(filter, scope ?? 'MessageAttributes');
    if (isFilterProblem(parsed)) return invalid(parsed.wholeText ? `${prefix}${parsed.text}` : `${prefix}FilterPolicy: ${parsed.text}`);
  }
  if (delivery !== undefined) {
    if (!isHttp(of.endpoint.protocol))
      return invalid(`${prefix}DeliveryPolicy: the delivery protocol [${of.endpoint.protocol}] has no delivery policy`);
    const policy = readSubscriptionPolicy(delivery, merged.RawMessageDelivery === 'true', prefix);
    if (isRefusal(policy)) return policy;
    if (policy === undefined) delete merged.DeliveryPolicy;
    else merged.DeliveryPolicy = shownSubscriptionPolicy(policy);
  }
  if (redrive !== undefined) {
    const target = readRedrivePolicy(redrive, of, prefix);
    if (isRefusal(target)) return target;
    if (target === undefined) delete merged.RedrivePolicy;
  }
  if (replay !== undefined) {
    const policy = readReplayPolicy(replay, prefix);
    if (isRefusal(policy)) return policy;
    const refusal = policy && checkReplayPolicy(policy, archiveOf(of.topic)?.beganAt(of.now), of.now, prefix);
    if (refusal !== undefined) return refusal;
    if (policy === undefined) delete merged.ReplayPolicy;
    else merged.ReplayPolicy = policy.shown;
  }
  return merged;
}

/** The dead-letter queue; undefined for a policy that unsets. */
function readRedrivePolicy(json: string, { endpoint, topic }: SubscriptionContext, prefix: string): QueueAddress | undefined | Refusal {
  if (json === '') return undefined;
  const refuse = (text: string): Refusal => invalid(`${prefix}RedrivePolicy: ${text}`);
  const policy = parseJsonObject(json);
  if (policy === undefined) return refuse('failed to parse JSON.');
  const { deadLetterTargetArn: target, ...others } = policy;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return refuse(`invalid JSON. Attribute ${unknown} is unknown.`);
  if (target === undefined) return undefined;
  const queue = typeof target === 'string' ? readQueueArn(target) : undefined;
  if (queue === undefined) return refuse('deadLetterTargetArn is an invalid arn');
  const wantsFifo = topic.settings.ordering === 'fifo' && endpoint.protocol === 'sqs' && isFifoQueue(endpoint.endpoint as QueueAddress);
  if (wantsFifo && !isFifoQueue(queue)) return refuse('must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.');
  if (!wantsFifo && isFifoQueue(queue)) return refuse('a FIFO queue can be the DLQ of a FIFO Subscription to a FIFO Topic only.');
  return queue;
}

function isHttp(protocol: string | undefined): boolean {
  return protocol === 'http' || protocol === 'https';
}

function takesRaw(protocol: Protocol): boolean {
  return protocol === 'sqs' || isHttp(protocol);
}

/** What Subscribe was given, with the attributes that were set. */
export type SubscriptionProperties = SubscriptionAttributes & Readonly<Record<string, string>>;

export function subscriptionProperties(
  endpoint: Endpoint,
  owner: string,
  principal: string,
  attributes: SubscriptionAttributes,
): SubscriptionProperties {
  return { ...attributes, Protocol: endpoint.protocol, Endpoint: endpoint.endpoint, Owner: owner, SubscriptionPrincipal: principal };
}

/** The subscription with other attributes. */
export function withAttributes({ state, properties }: Subscription, attributes: SubscriptionAttributes): SubscriptionDefinition {
  const given = Object.fromEntries(Object.entries(properties).filter(([name]) => !settable.includes(name)));
  return { state, properties: { ...given, ...attributes } };
}

export function attributesOf({ properties }: Subscription): SubscriptionAttributes {
  return Object.fromEntries(settable.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name] ?? '']));
}

export function endpointOf({ properties }: Pick<Subscription, 'properties'>): Endpoint {
  return { protocol: properties.Protocol as Endpoint['protocol'], endpoint: properties.Endpoint ?? '' };
}

export function filterOf(subscription: Subscription): FilterPolicy | undefined {
  const { FilterPolicy: json, FilterPolicyScope: scope } = subscription.properties;
  if (json === undefined) return undefined;
  const parsed = parseFilterPolicy(json, (scope ?? 'MessageAttributes') as FilterScope);
  if (isFilterProblem(parsed)) throw new Error(`the stored filter policy of ${subscription.id} is not valid: ${parsed.text}`);
  return parsed;
}

export function deadLetterOf({ properties }: Subscription): QueueAddress | undefined {
  const policy = properties.RedrivePolicy === undefined ? undefined : parseJsonObject(properties.RedrivePolicy);
  return isObject(policy) ? (policy.deadLetterTargetArn as QueueAddress) : undefined;
}

function ownPolicy({ properties, id }: Subscription): PolicyParts | undefined {
  const { DeliveryPolicy: json } = properties;
  const policy = json === undefined ? undefined : readSubscriptionPolicy(json, isRaw({ properties }), '');
  if (isRefusal(policy)) throw new Error(`the stored delivery policy of ${id} is not valid: ${policy.message}`);
  return policy;
}

/** Internal property: which replay is under way, or was last. */
const replayId = 'ReplayId';

/** What a replay under way is to do. */
export interface CurrentReplay extends ReplayPolicy {
  readonly id: string;
}

export function replayOf({ properties, id }: Subscription): CurrentReplay | undefined {
  const { ReplayPolicy: json, [replayId]: name } = properties;
  const policy = json === undefined ? undefined : readReplayPolicy(json, '');
  if (isRefusal(policy)) throw new Error(`the stored replay policy of ${id} is not valid: ${policy.message}`);
  return policy && { ...policy, id: name ?? '' };
}

/** The definition after its replay policy was set or, without one, removed. */
export function withReplay({ state, properties }: SubscriptionDefinition, id: string): SubscriptionDefinition {
  const { [replayId]: _earlier, ReplayStatus: _status, ...others } = properties;
  if (properties.ReplayPolicy === undefined) return { state: state === 'pending' ? state : 'confirmed', properties: others };
  return { state: state === 'pending' ? state : 'replaying', properties: { ...others, [replayId]: id } };
}

/** The definition after its replay has ended: one with an end is paused there. */
export function withReplayEnded(
  { properties }: SubscriptionDefinition,
  ended: 'Completed' | 'Failed',
  paused: boolean,
): SubscriptionDefinition {
  return { state: paused ? 'paused' : 'confirmed', properties: { ...properties, ReplayStatus: ended } };
}

/** The state of a subscription that has just been confirmed. */
function confirmedState({ properties }: Pick<Subscription, 'properties'>): 'confirmed' | 'replaying' {
  return properties.ReplayPolicy === undefined ? 'confirmed' : 'replaying';
}

/** The definition after whoever has the token confirmed it, by a signed call or not. `authenticated`: only owners can end it. */
export function withConfirmation({ properties }: SubscriptionDefinition, signed: boolean, authenticated: boolean): SubscriptionDefinition {
  const confirmed = { ...properties, ConfirmationWasAuthenticated: String(signed), [authenticateOnUnsubscribe]: String(authenticated) };
  return { state: confirmedState({ properties }), properties: confirmed };
}

/** Internal property. */
const authenticateOnUnsubscribe = 'AuthenticateOnUnsubscribe';

export function authenticatesUnsubscribe({ properties }: Subscription): boolean {
  return properties[authenticateOnUnsubscribe] === 'true';
}

/** What holds for deliveries to the endpoint. */
export function deliveryPolicyOf(subscription: Subscription, topic: Pick<Topic, 'properties'>): EffectivePolicy {
  return effectivePolicy(topicPolicyOf(topic), ownPolicy(subscription));
}

export function isRaw({ properties }: Pick<Subscription, 'properties'>): boolean {
  return properties.RawMessageDelivery === 'true';
}

/** Whether a repeated Subscribe asks for anything that the subscription does not have; defaults spelled out are no difference. */
export function asksForMore(subscription: Subscription, asked: SubscriptionAttributes): boolean {
  const current: SubscriptionAttributes = { ...defaults, ...attributesOf(subscription) };
  return Object.entries(asked).some(([name, value]) => current[name as SettableName] !== value);
}

const defaults = { RawMessageDelivery: 'false', FilterPolicyScope: 'MessageAttributes' } as const;

/** All attributes as GetSubscriptionAttributes returns them. The scope of a filter shows only with a filter, the status of a replay with its policy. */
export function returnedAttributes(
  subscription: Subscription,
  owner: Pick<Topic, 'properties'>,
  replayBegun: boolean,
): Readonly<Record<string, string>> {
  const { FilterPolicyScope: scope, ...attributes } = attributesOf(subscription);
  const { topic, id, state, properties } = subscription;
  return {
    SubscriptionArn: subscriptionArn(topic, id),
    TopicArn: topic,
    Owner: properties.Owner ?? ownerOf(topic),
    Protocol: properties.Protocol ?? '',
    Endpoint: shownEndpoint(properties.Endpoint ?? ''),
    SubscriptionPrincipal: properties.SubscriptionPrincipal ?? '',
    PendingConfirmation: String(state === 'pending'),
    ConfirmationWasAuthenticated: properties.ConfirmationWasAuthenticated ?? 'true',
    RawMessageDelivery: 'false',
    ...attributes,
    ...(isHttp(properties.Protocol) && { EffectiveDeliveryPolicy: shownEffectivePolicy(deliveryPolicyOf(subscription, owner)) }),
    ...(attributes.ReplayPolicy !== undefined && { ReplayStatus: replayStatus(subscription, replayBegun) }),
    ...(attributes.FilterPolicy !== undefined && { FilterPolicyScope: scope ?? defaults.FilterPolicyScope }),
  };
}

function replayStatus({ state, properties }: Subscription, begun: boolean): string {
  if (state === 'replaying') return begun ? 'In progress' : 'Pending';
  return properties.ReplayStatus ?? 'Pending';
}
