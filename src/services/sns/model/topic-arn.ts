import { isAccountId, partitionOf } from '../../../base/arn.js';
import type { AccountId, Brand, Region, SubscriptionId, TopicAddress } from '../../../base/ids.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid, missing } from '../errors.js';
import { topicNameCharsMax } from '../limits.js';

/** 1 to 256 of `[A-Za-z0-9_-]`, FIFO topics with `.fifo` at the end, which counts. */
export type TopicName = Brand<'TopicName'>;
export type SubscriptionArn = Brand<'SubscriptionArn'>;

const namePattern = /^[A-Za-z0-9_-]+(\.fifo)?$/;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const arnElementsMin = 6;

export function isTopicName(name: string): name is TopicName {
  return name.length <= topicNameCharsMax && namePattern.test(name);
}

export function isFifoName(name: string): boolean {
  return name.endsWith('.fifo');
}

/** `arn:<partition>:sns:<region>:<account>:<name>`: also the engine's address of the topic. */
export function topicArn(account: AccountId, region: Region, name: TopicName): TopicAddress {
  return `${arnPrefix(account, region)}${name}` as TopicAddress;
}

/** What the ARNs of all topics of one account and region begin with. */
export function arnPrefix(account: AccountId, region: Region): string {
  return `arn:${partitionOf(region)}:sns:${region}:${account}:`;
}

export function ownerOf(arn: string): AccountId {
  return (arn.split(':', 5)[4] ?? '') as AccountId;
}

export function regionOf(arn: string): Region {
  return (arn.split(':', 4)[3] ?? '') as Region;
}

export function topicNameOf(address: TopicAddress): TopicName {
  return address.slice(address.lastIndexOf(':') + 1) as TopicName;
}

/** A topic's ARN as it must be in a request to this region. */
export function readTopicArn(arn: string | undefined, region: Region, parameter = 'TopicArn'): TopicAddress | Refusal {
  if (arn === undefined || arn === '') return missing(parameter);
  const elements = arn.split(':');
  if (elements.length < arnElementsMin || elements[0] !== 'arn') return tooFewElements(parameter, elements.length);
  const [, partition, service, arnRegion, account = '', name = ''] = elements;
  const fits = elements.length === arnElementsMin && partition === partitionOf(region) && service === 'sns' && arnRegion === region;
  return fits && isAccountId(account) && isTopicName(name) ? (arn as TopicAddress) : invalid(parameter);
}

export function subscriptionArn(topic: TopicAddress, id: SubscriptionId): SubscriptionArn {
  return `${topic}:${id}` as SubscriptionArn;
}

/** The region of the ARN is the subscription's own: links in delivered messages say no other. */
export function readSubscriptionArn(arn: string | undefined): { readonly topic: TopicAddress; readonly id: SubscriptionId } | Refusal {
  if (arn === undefined || arn === '') return missing('SubscriptionArn');
  const elements = arn.split(':');
  if (elements.length < arnElementsMin) return tooFewElements('SubscriptionArn', elements.length);
  if (elements.length === arnElementsMin) return invalid('SubscriptionId');
  const id = elements.pop() ?? '';
  const topic = readTopicArn(elements.join(':'), elements[3] as Region);
  if (isRefusal(topic)) return invalid('SubscriptionArn');
  return idPattern.test(id) ? { topic, id: id as SubscriptionId } : invalid('SubscriptionId');
}

function tooFewElements(parameter: string, found: number): Refusal {
  return invalid(`${parameter} Reason: An ARN must have at least ${arnElementsMin} elements, not ${found}`);
}
