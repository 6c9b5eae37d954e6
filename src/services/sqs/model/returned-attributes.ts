import type { Queue, QueueCounts } from '../../../engine/engine.js';
import type { Refusal } from '../../../wire/refusal.js';
import { unknownAttribute } from '../errors.js';
import { effective, isSettable, type SettableName } from './queue-attributes.js';

/** What GetQueueAttributes returns: section "Response Elements" of its API reference. */
type CountName = 'ApproximateNumberOfMessages' | 'ApproximateNumberOfMessagesDelayed' | 'ApproximateNumberOfMessagesNotVisible';
type ReturnedName = SettableName | CountName | 'CreatedTimestamp' | 'LastModifiedTimestamp' | 'QueueArn';

const countNames: readonly CountName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
];

/** In the order in which `All` gives them. */
const everyName: readonly ReturnedName[] = [
  ...countNames,
  'ContentBasedDeduplication',
  'CreatedTimestamp',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'LastModifiedTimestamp',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];

/** The names asked for, `All` expanded. */
export function readAttributeNames(names: readonly string[]): readonly ReturnedName[] | Refusal {
  const unknown = names.find((name) => name !== 'All' && !isReturned(name));
  if (unknown !== undefined) return unknownAttribute(unknown);
  return names.includes('All') ? everyName : everyName.filter((name) => names.includes(name));
}

export function needCounts(names: readonly ReturnedName[]): boolean {
  return names.some(isCount);
}

/** What is not set, and has no default that AWS returns, is left out. */
export function returnedAttributes(
  queue: Queue,
  counts: QueueCounts | undefined,
  names: readonly ReturnedName[],
): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (const name of names) {
    const value = attributeValue(name, queue, counts);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function attributeValue(name: ReturnedName, queue: Queue, counts: QueueCounts | undefined): string | undefined {
  switch (name) {
    case 'ApproximateNumberOfMessages':
      return counts && String(counts.visible);
    case 'ApproximateNumberOfMessagesDelayed':
      return counts && String(counts.delayed);
    case 'ApproximateNumberOfMessagesNotVisible':
      return counts && String(counts.inFlight);
    case 'CreatedTimestamp':
      return epochSeconds(queue.createdAt);
    case 'LastModifiedTimestamp':
      return epochSeconds(queue.modifiedAt);
    case 'QueueArn':
      return queue.address;
    case 'KmsDataKeyReusePeriodSeconds':
      return queue.properties[name] === '300' ? undefined : queue.properties[name];
    default:
      return effective(queue.properties, name);
  }
}

function isReturned(name: string): boolean {
  return isSettable(name) || everyName.some((known) => known === name);
}

function isCount(name: ReturnedName): boolean {
  return countNames.some((count) => count === name);
}

/** Queue attributes count seconds, message attributes milliseconds. */
function epochSeconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}
