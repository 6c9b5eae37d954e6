import { partitionOf } from '../../../base/arn.js';
import type { AccountId, Brand, QueueAddress, Region } from '../../../base/ids.js';
import { queueNameCharsMax } from '../limits.js';

/** 1 to 80 of `[A-Za-z0-9_-]`, FIFO queues with `.fifo` at the end, which counts. */
export type QueueName = Brand<'QueueName'>;

export interface QueueIdentity {
  readonly account: AccountId;
  readonly region: Region;
  readonly name: QueueName;
}

const namePattern = /^[A-Za-z0-9_-]+(\.fifo)?$/;
const arnPattern = /^arn:aws[a-z-]*:sqs:([a-z0-9-]{1,40}):(\d{12}):([A-Za-z0-9_.-]{1,80})$/;

export function isQueueName(name: string): name is QueueName {
  return name.length <= queueNameCharsMax && namePattern.test(name);
}

export function isFifoName(name: string): boolean {
  return name.endsWith('.fifo');
}

/** `arn:<partition>:sqs:<region>:<account>:<name>`: also the engine's address of the queue. */
export function queueArn(queue: QueueIdentity): QueueAddress {
  return `${arnPrefix(queue.account, queue.region)}${queue.name}` as QueueAddress;
}

/** What the ARNs of all queues of one account and region begin with. */
export function arnPrefix(account: AccountId, region: Region): string {
  return `arn:${partitionOf(region)}:sqs:${region}:${account}:`;
}

export function parseQueueArn(arn: string): QueueIdentity | undefined {
  const [, region, account, name] = arnPattern.exec(arn) ?? [];
  if (region === undefined || account === undefined || name === undefined || !isQueueName(name)) return undefined;
  return { account: account as AccountId, region: region as Region, name };
}

/** The name alone: everything behind the last colon. */
export function queueNameOf(address: QueueAddress): QueueName {
  return address.slice(address.lastIndexOf(':') + 1) as QueueName;
}
