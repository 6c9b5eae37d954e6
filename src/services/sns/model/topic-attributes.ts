import type { TopicAddress } from '../../../base/ids.js';
import type { Topic, TopicDefinition } from '../../../engine/topics/topics.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { displayNameCharsMax, messageBytesDefault, messageBytesMax, messageSizeSettingBytesMin } from '../limits.js';
import { protectionPolicy } from '../protection/protection.js';
import { archiveOf, archiveSince, archiveSinceFor, readArchivePolicy, shownArchivePolicy } from './archive-policy.js';
import { readTopicPolicy, shownEffectiveTopicPolicy, shownTopicPolicy, type TopicDeliveryPolicy } from './delivery-policy.js';
import { type FeedbackAttribute, feedbackAttributes, readFeedbackAttribute } from './feedback-attributes.js';
import { checkPolicy } from './policy.js';
import { ownerOf } from './topic-arn.js';

/**
 * Topic attributes as the API reference of SetTopicAttributes lists them: what each accepts, and the one form in which it is
 * stored and returned. Stored are only those that were set; the rest follow their defaults.
 */
export type SettableName =
  | 'DisplayName'
  | 'Policy'
  | 'DeliveryPolicy'
  | 'SignatureVersion'
  | 'TracingConfig'
  | 'KmsMasterKeyId'
  | 'FifoTopic'
  | 'ContentBasedDeduplication'
  | 'FifoThroughputScope'
  | 'MaximumMessageSize'
  | 'ArchivePolicy'
  | FeedbackAttribute;

/** Canonical values; in changes, the empty string removes an attribute. */
export type TopicAttributes = Readonly<Partial<Record<SettableName, string>>>;
export type TopicKind = 'standard' | 'fifo';

interface Rule {
  readonly fifoOnly?: boolean;
  /** Given when the topic is made, and never again. */
  readonly createOnly?: boolean;
  read(value: string, name: SettableName, topic: TopicAddress): string | Refusal;
}

const rules: Readonly<Record<SettableName, Rule>> = {
  DisplayName: {
    read: (value, name) =>
      value.length <= displayNameCharsMax ? value : invalid(`${name} Reason: must be at most ${displayNameCharsMax} characters long`),
  },
  Policy: { read: (value, _name, topic) => (value === '' ? '' : (checkPolicy(value, topic) ?? value)) },
  DeliveryPolicy: { read: readDeliveryPolicy },
  SignatureVersion: oneOf('1', '2'),
  TracingConfig: { read: readTracing },
  KmsMasterKeyId: { read: readKeyId },
  FifoTopic: { fifoOnly: true, createOnly: true, read: readBoolean },
  ContentBasedDeduplication: { fifoOnly: true, read: readBoolean },
  FifoThroughputScope: { fifoOnly: true, ...oneOf('Topic', 'MessageGroup') },
  MaximumMessageSize: { read: readMessageSize },
  ArchivePolicy: { fifoOnly: true, read: readArchive },
  ...feedbackRules(),
};

function feedbackRules(): Readonly<Record<FeedbackAttribute, Rule>> {
  const rule: Rule = { read: (value, name) => readFeedbackAttribute(name, value) };
  return Object.fromEntries(feedbackAttributes.map((name) => [name, rule])) as Record<FeedbackAttribute, Rule>;
}

/** What this server does beyond AWS, where it was switched on. */
export interface Extensions {
  /** Standard topics have archives too. */
  readonly standardTopicArchive: boolean;
}

/** What an attribute is read for. */
export interface TopicContext {
  readonly kind: TopicKind;
  readonly topic: TopicAddress;
  readonly extensions: Extensions;
}

/** Attributes of a new topic. `FifoTopic` `false` is legal and is not kept. */
export function readNewAttributes(input: Readonly<Record<string, string>>, context: TopicContext): TopicAttributes | Refusal {
  const attributes: Partial<Record<SettableName, string>> = {};
  for (const [name, value] of Object.entries(input)) {
    if (name === 'FifoTopic' && context.kind === 'standard') continue;
    const canonical = readAttribute(name, value, context);
    if (isRefusal(canonical)) return canonical;
    if (canonical !== '') attributes[name as SettableName] = canonical;
  }
  return attributes;
}

/** The topic with one attribute changed; `now` in epoch milliseconds. */
export function withAttribute(
  topic: Topic,
  { name, value }: { readonly name: string | undefined; readonly value: string },
  extensions: Extensions,
  now: number,
): TopicDefinition | Refusal {
  if (name === undefined || (isSettable(name) && rules[name].createOnly)) return invalid('AttributeName');
  const canonical = readAttribute(name, value, { kind: topic.settings.ordering, topic: topic.address, extensions });
  if (isRefusal(canonical)) return canonical;
  if (name === 'FifoThroughputScope' && canonical !== 'MessageGroup' && topic.properties[name] === 'MessageGroup') {
    return invalid(`${name} Reason: it cannot be changed from MessageGroup back to Topic`);
  }
  const { [name]: _replaced, ...others } = topic.properties;
  const since = name === 'ArchivePolicy' && { [archiveSince]: archiveSinceFor(topic, now) };
  const properties = canonical === '' ? others : { ...others, [name]: canonical, ...since };
  return topicDefinition(properties, topic.settings.ordering, topic.tags);
}

/** The policy in force. */
export function policyOf({ address, properties }: Topic): string {
  return properties.Policy ?? defaultPolicy(address);
}

/** The topic with a policy that was made from its own: one that lost its last statement grants nothing, and is not the default. */
export function withPolicy(topic: Topic, policy: string): TopicDefinition {
  return { ...topic, properties: { ...topic.properties, Policy: policy } };
}

export function topicDefinition(attributes: TopicAttributes, ordering: TopicKind, tags: Readonly<Record<string, string>>): TopicDefinition {
  const deduplicationScope = attributes.FifoThroughputScope === 'MessageGroup' ? 'group' : 'topic';
  return { settings: { ordering, deduplicationScope }, properties: attributes as Readonly<Record<string, string>>, tags };
}

function readAttribute(name: string, value: string, { kind, topic, extensions }: TopicContext): string | Refusal {
  if (!isSettable(name)) return invalid('AttributeName');
  const rule = rules[name];
  const extended = name === 'ArchivePolicy' && extensions.standardTopicArchive;
  if (rule.fifoOnly && kind === 'standard' && !extended) return invalid('AttributeName');
  return rule.read(value, name, topic);
}

function isSettable(name: string): name is SettableName {
  return Object.hasOwn(rules, name);
}

function readBoolean(value: string, name: SettableName): string | Refusal {
  const lower = value.toLowerCase();
  return lower === 'true' || lower === 'false'
    ? lower
    : invalid(`${name} Reason: ${name}: Invalid value [${value}]. Must be true or false.`);
}

function oneOf(...values: readonly string[]): Rule {
  return { read: (value, name) => (values.includes(value) ? value : invalid(`${name} Reason: must be one of ${values.join(', ')}`)) };
}

function readTracing(value: string): string | Refusal {
  return value === 'PassThrough' || value === 'Active' ? value : invalid(`Invalid tracing config value: ${value}`);
}

/** A key's id, ARN or alias. The disk's own encryption is what protects messages at rest: a key is kept and returned. */
function readKeyId(value: string, name: SettableName): string | Refusal {
  return /^[A-Za-z0-9:/_-]{0,2048}$/.test(value) ? value : invalid(name);
}

function readDeliveryPolicy(value: string): string | Refusal {
  const policy = readTopicPolicy(value);
  if (isRefusal(policy)) return policy;
  return policy === undefined ? '' : shownTopicPolicy(policy);
}

export function topicPolicyOf({ properties }: Pick<Topic, 'properties'>): TopicDeliveryPolicy | undefined {
  const policy = readTopicPolicy(properties.DeliveryPolicy ?? '');
  if (isRefusal(policy)) throw new Error(`a stored delivery policy is not valid: ${policy.message}`);
  return policy;
}

function readArchive(value: string): string | Refusal {
  const policy = readArchivePolicy(value);
  if (policy === undefined) return '';
  return isRefusal(policy) ? policy : shownArchivePolicy(policy);
}

function readMessageSize(value: string, name: SettableName): string | Refusal {
  const bytes = /^\d{1,8}$/.test(value) ? Number(value) : Number.NaN;
  const fits = bytes >= messageSizeSettingBytesMin && bytes <= messageBytesMax;
  return fits ? String(bytes) : invalid(`${name} Reason: must be an integer from ${messageSizeSettingBytesMin} to ${messageBytesMax}`);
}

export function maximumMessageBytes({ properties }: Topic): number {
  const { MaximumMessageSize: set } = properties;
  return set === undefined ? messageBytesDefault : Number(set);
}

/** Whether an attribute is given that the topic does not have, or has with another value. An archive is never asked for twice. */
export function differs({ properties }: Topic, given: TopicAttributes): boolean {
  return Object.entries(given).some(([name, value]) => properties[name] !== value || name === 'ArchivePolicy');
}

/** All attributes as GetTopicAttributes returns them, without the counts; `now` in epoch milliseconds. */
export function returnedAttributes({ address, properties: stored }: Topic, now: number): Readonly<Record<string, string>> {
  const { [archiveSince]: _since, [protectionPolicy]: _policy, ...properties } = stored;
  const archive = archiveOf({ properties: stored });
  return {
    Policy: defaultPolicy(address),
    DisplayName: '',
    EffectiveDeliveryPolicy: shownEffectiveTopicPolicy(topicPolicyOf({ properties })),
    ...properties,
    ...(properties.FifoTopic === 'true' && { ContentBasedDeduplication: properties.ContentBasedDeduplication ?? 'false' }),
    ...(archive !== undefined && { BeginningArchiveTime: new Date(archive.beganAt(now)).toISOString() }),
    Owner: ownerOf(address),
    TopicArn: address,
  };
}

/** Verbatim from the service, members in its order. */
export function defaultPolicy(topic: TopicAddress): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: topic,
        Condition: { StringEquals: { 'AWS:SourceOwner': ownerOf(topic) } },
      },
    ],
  });
}
