import type { QueueAddress } from '../../base/ids.js';
import type { Engine, PeekedMessage, PeekPage, Queue } from '../../engine/engine.js';
import { jsonReply, type Route } from '../../http/ports.js';

export interface MessagesPorts {
  readonly engine: Pick<Engine, 'findQueue' | 'peek'>;
  /** The queue that a service knows by this account, region and name; undefined where no queue can be called so. */
  readonly addressOf: (account: string, region: string, name: string) => QueueAddress | undefined;
  /** What the service that owns the queue shows of a message's content. */
  readonly contentOf: (content: Buffer) => object;
}

const limitDefault = 20;
const limitMax = 100;
/** A page ends early once it has this many bytes of content, so that messages of 1 MiB do not make it a flood. */
const pageBytesMax = 2 * 1024 * 1024;
/** Messages that are read in one go towards a page. */
const readMax = 5;

/**
 * GET /_signalbox/queues/{account}/{region}/{name}/messages: every message of a queue with its state, oldest first, without
 * claiming or changing any. `limit` (1 to 100, default 20) and `cursor` (of the page before) choose the page; one without a
 * `cursor` in it is the last.
 */
export function messagesPage(ports: MessagesPorts): Route {
  const { engine, addressOf } = ports;
  return {
    method: 'GET',
    path: /^\/_signalbox\/queues\/(?<account>[^/]+)\/(?<region>[^/]+)\/(?<name>[^/]+)\/messages$/,
    handle: async ({ parameters: { account = '', region = '', name = '' }, query }) => {
      const limit = limitOf(query.get('limit'));
      if (limit === undefined) return jsonReply(400, { error: `limit must be a whole number from 1 to ${limitMax}` });
      const address = addressOf(account, region, name);
      const queue = address === undefined ? undefined : await engine.findQueue(address);
      const page = queue === undefined ? undefined : await pageOf(engine, queue, limit, query.get('cursor') ?? undefined);
      if (queue === undefined || page === undefined) {
        return jsonReply(404, { error: `account ${account} has no queue ${JSON.stringify(name)} in ${region}` });
      }
      if (page === 'badCursor') return jsonReply(400, { error: 'cursor must be the one of an earlier page' });
      const messages = page.messages.map((message) => shown(message, ports.contentOf));
      return jsonReply(200, { queue: queue.address, messages, ...(page.cursor === undefined ? {} : { cursor: page.cursor }) });
    },
  };
}

function limitOf(text: string | null): number | undefined {
  if (text === null) return limitDefault;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= limitMax ? limit : undefined;
}

async function pageOf(
  engine: MessagesPorts['engine'],
  queue: Queue,
  limit: number,
  cursor: string | undefined,
): Promise<PeekPage | 'badCursor' | undefined> {
  const messages: PeekedMessage[] = [];
  let after = cursor;
  let bytes = 0;
  do {
    const part = await peek(engine, queue, Math.min(readMax, limit - messages.length), after);
    if (part === undefined || part === 'badCursor') return part;
    messages.push(...part.messages);
    bytes += part.messages.reduce((sum, { content }) => sum + content.length, 0);
    after = part.cursor;
  } while (after !== undefined && messages.length < limit && bytes < pageBytesMax);
  return after === undefined ? { messages } : { messages, cursor: after };
}

async function peek(
  engine: MessagesPorts['engine'],
  queue: Queue,
  limit: number,
  after: string | undefined,
): Promise<PeekPage | 'badCursor' | undefined> {
  try {
    return await engine.peek(queue, after === undefined ? { limit } : { limit, after });
  } catch (fault) {
    if (fault instanceof RangeError && after !== undefined) return 'badCursor';
    throw fault;
  }
}

function shown(message: PeekedMessage, contentOf: MessagesPorts['contentOf']): object {
  const { messageId, state, sentAt, receives, visibleAt, sequence, group, deduplicationId, deadLetterSource } = message;
  return {
    messageId,
    state,
    sentAt: new Date(sentAt).toISOString(),
    receiveCount: receives,
    nextVisibleAt: new Date(visibleAt).toISOString(),
    sequence,
    messageGroupId: group,
    messageDeduplicationId: deduplicationId,
    deadLetterSource,
    ...contentOf(message.content),
  };
}
