import { isAccountId } from '../../../base/arn.js';
import type { AccountId, QueueAddress, Region } from '../../../base/ids.js';
import { isQueueName, parseQueueArn, type QueueIdentity } from './queue-arn.js';

/** Whose queues a bare name means. */
export interface Caller {
  readonly accountId: AccountId;
  readonly region: Region;
}

/** The canonical URL, on the host and port that the client reached: SDKs send the next request to this URL's origin. */
export function queueUrl(origin: string, queue: QueueIdentity): string {
  return `${origin}/${queue.account}/${queue.name}`;
}

export function queueUrlOfAddress(origin: string, address: QueueAddress): string {
  const queue = parseQueueArn(address);
  if (queue === undefined) throw new Error(`not the address of an SQS queue: ${address}`);
  return queueUrl(origin, queue);
}

/**
 * The queue that a `QueueUrl` names, or undefined when it cannot be one. Scheme, host and port are ignored, so that
 * `https://sqs.eu-west-1.amazonaws.com/…`, `http://queue.localhost:4566/…`, `https://eu-west-1.queue.amazonaws.com/…`
 * and a moved server all work; what counts is the path:
 *
 *   <name>   <account>/<name>   queue/<name>   queue/<account>/<name>   queue/<region>/<account>/<name>
 *
 * A trailing slash is tolerated.
 */
export function parseQueueUrl(url: string, caller: Caller): QueueIdentity | undefined {
  const parts = pathOf(url).split('/');
  const oldForm = parts.length > 1 && parts[0] === 'queue';
  if (oldForm) parts.shift();
  if (parts.length > (oldForm ? 3 : 2)) return undefined;
  const name = parts.pop();
  const account = parts.pop() ?? caller.accountId;
  const region = parts.pop() ?? caller.region;
  if (name === undefined || !isQueueName(name) || !isAccountId(account)) return undefined;
  if (!/^[a-z0-9-]{1,40}$/.test(region)) return undefined;
  return { account, region: region as Region, name };
}

function pathOf(url: string): string {
  const withoutOrigin = url.replace(/^[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/[^/]*/, '');
  return withoutOrigin.replace(/^\/|\/$/g, '');
}
