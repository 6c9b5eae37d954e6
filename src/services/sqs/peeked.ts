import { isAccountId } from '../../base/arn.js';
import type { QueueAddress, Region } from '../../base/ids.js';
import { decodeContent } from './model/message-content.js';
import { isQueueName, queueArn } from './model/queue-arn.js';

/** What a look into a queue shows of a message's content. Values of binary attributes are in base64. */
export interface PeekedContent {
  readonly body: string;
  readonly md5OfBody: string;
  readonly senderId: string;
  readonly traceHeader: string | undefined;
  readonly attributes: Readonly<Record<string, { readonly dataType: string; readonly value: string }>>;
}

export function peekedContent(content: Buffer): PeekedContent {
  const { body, md5OfBody, senderId, traceHeader, attributes } = decodeContent(content);
  const shown = attributes.map(([name, dataType, value]) => [
    name,
    { dataType, value: typeof value === 'string' ? value : value.toString('base64') },
  ]);
  return { body, md5OfBody, senderId, traceHeader, attributes: Object.fromEntries(shown) };
}

/** Undefined where no queue can have this account, Region or name. */
export function addressOfQueue(account: string, region: string, name: string): QueueAddress | undefined {
  if (!isAccountId(account) || !isQueueName(name) || !/^[a-z0-9-]{1,40}$/.test(region)) return undefined;
  return queueArn({ account, region: region as Region, name });
}
