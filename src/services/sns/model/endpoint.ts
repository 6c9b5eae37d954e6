import type { AccountId, QueueAddress } from '../../../base/ids.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid, missing } from '../errors.js';
import { endpointCharsMax } from '../limits.js';
import { readPhoneEndpoint, withoutSeparators } from '../sms/phone-number.js';
import { isMailAddress } from './mail.js';
import { ownerOf } from './topic-arn.js';
import type { TopicKind } from './topic-attributes.js';

/** The protocols that this server delivers to. */
export type Protocol = 'sqs' | 'http' | 'https' | 'lambda' | 'email' | 'email-json' | 'sms' | 'application';

export interface Endpoint {
  readonly protocol: Protocol;
  readonly endpoint: string;
}

/** Known to AWS, and refused by name until they are delivered to. */
const notYet: readonly string[] = ['firehose'];

/** API reference, Subscribe. That a queue exists is not asked: deliveries to one that does not fail. */
export function readEndpoint(protocol: string | undefined, endpoint: string | undefined, topic: TopicKind): Endpoint | Refusal {
  if (protocol === undefined || protocol === '') return missing('Protocol');
  if (protocol === 'sqs') return readQueueEndpoint(endpoint, topic);
  if (protocol === 'http' || protocol === 'https') return readUrl(protocol, endpoint, topic);
  if (protocol === 'lambda') return readFunctionEndpoint(endpoint, topic);
  if (protocol === 'email' || protocol === 'email-json') return readMailEndpoint(protocol, endpoint, topic);
  if (protocol === 'sms') return readPhone(endpoint, topic);
  if (protocol === 'application') return readDeviceEndpoint(endpoint, topic);
  if (!notYet.includes(protocol)) return invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
  if (topic === 'fifo') return invalid(`Invalid protocol type: ${protocol}`);
  return invalid(`Protocol Reason: ${protocol} is not supported by this server yet`);
}

function readQueueEndpoint(endpoint: string | undefined, topic: TopicKind): Endpoint | Refusal {
  const queue = readQueueArn(endpoint ?? '');
  if (queue === undefined) return invalid('SQS endpoint ARN');
  if (topic === 'standard' && isFifoQueue(queue)) {
    return invalid('Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
  }
  return { protocol: 'sqs', endpoint: queue };
}

const functionArn = /^arn:aws[a-z-]*:lambda:[a-z0-9-]{1,40}:\d{12}:function:[A-Za-z0-9_-]{1,64}(:(\$LATEST|[A-Za-z0-9_-]{1,128}))?$/;

/** A function, or a version or alias of one. */
function readFunctionEndpoint(endpoint: string | undefined, topic: TopicKind): Endpoint | Refusal {
  if (topic === 'fifo') return invalid('Invalid protocol type: lambda');
  return endpoint !== undefined && functionArn.test(endpoint) ? { protocol: 'lambda', endpoint } : invalid('Lambda endpoint ARN');
}

export function isMail(protocol: Protocol): boolean {
  return protocol === 'email' || protocol === 'email-json';
}

/** Whether its subscriptions have an internal queue of their own, with a worker; phones share one, and so do devices. */
export function hasOwnQueue(protocol: Protocol): boolean {
  return protocol !== 'sqs' && protocol !== 'sms' && protocol !== 'application';
}

/**
 * Whether who is behind the endpoint has to agree first. Of queues and functions that are the caller's own it is known that he does; phones opt out, and an app
 * has registered its device.
 */
export function needsConfirmation({ protocol, endpoint }: Endpoint, caller: AccountId): boolean {
  if (protocol === 'sms' || protocol === 'application') return false;
  return (protocol !== 'sqs' && protocol !== 'lambda') || ownerOf(endpoint) !== caller;
}

function readMailEndpoint(protocol: 'email' | 'email-json', endpoint: string | undefined, topic: TopicKind): Endpoint | Refusal {
  if (topic === 'fifo') return invalid(`Invalid protocol type: ${protocol}`);
  return endpoint !== undefined && isMailAddress(endpoint) ? { protocol, endpoint } : invalid('Email address');
}

/** Kept as given, with the separators that it has. */
function readPhone(endpoint: string | undefined, topic: TopicKind): Endpoint | Refusal {
  if (topic === 'fifo') return invalid('Invalid protocol type: sms');
  const number = readPhoneEndpoint(endpoint ?? '');
  return isRefusal(number) ? number : { protocol: 'sms', endpoint: endpoint ?? '' };
}

/** That there is such an endpoint is asked by who subscribes it. */
function readDeviceEndpoint(endpoint: string | undefined, topic: TopicKind): Endpoint | Refusal {
  if (topic === 'fifo') return invalid('Invalid protocol type: application');
  return endpoint === undefined || endpoint === '' ? missing('Endpoint') : { protocol: 'application', endpoint };
}

/** Kept as given. Where it leads is looked at when it is connected to. */
function readUrl(protocol: 'http' | 'https', endpoint: string | undefined, topic: TopicKind): Endpoint | Refusal {
  if (topic === 'fifo') return invalid(`Invalid protocol type: ${protocol}`);
  if (endpoint === undefined || endpoint === '') return missing('Endpoint');
  if (!endpoint.startsWith(`${protocol}://`)) return invalid('Endpoint must match the specified protocol');
  return endpoint.length <= endpointCharsMax && URL.canParse(endpoint) ? { protocol, endpoint } : invalid('Endpoint');
}

/** As attributes and listings show it: without the password of a URL. */
export function shownEndpoint(endpoint: string): string {
  return endpoint.replace(/^(https?:\/\/[^/?#@:]*):[^/?#@]*@/, '$1:****@');
}

const queueArn = /^arn:aws[a-z-]*:sqs:[a-z0-9-]{1,40}:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?$/;

/** A queue's ARN is its address. */
export function readQueueArn(arn: string): QueueAddress | undefined {
  return queueArn.test(arn) ? (arn as QueueAddress) : undefined;
}

export function isFifoQueue(queue: QueueAddress): boolean {
  return queue.endsWith('.fifo');
}

/** No two subscriptions of a topic have the same: a phone gets a message once, however its number is written. */
export function identityOf({ protocol, endpoint }: Endpoint): string {
  return `${protocol} ${protocol === 'sms' ? withoutSeparators(endpoint) : endpoint}`;
}
