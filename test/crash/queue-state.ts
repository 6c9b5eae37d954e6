import type { Remaining } from './history.js';
import { messageOf } from './message-body.js';

export interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export interface Peeked extends Remaining {
  readonly state: keyof Counts;
}

/** What is wrong where a queue counts other messages than can be seen in it; undefined where it counts right. */
export function countMismatch(queue: string, counts: Counts, messages: readonly Peeked[]): string | undefined {
  const seen = { visible: 0, inFlight: 0, delayed: 0 };
  for (const { state } of messages) seen[state]++;
  const isSame = counts.visible === seen.visible && counts.inFlight === seen.inFlight && counts.delayed === seen.delayed;
  return isSame ? undefined : `${queue} counts ${JSON.stringify(counts)} and shows ${JSON.stringify(seen)}`;
}

export interface Shown {
  readonly body: string;
  readonly messageId: string;
  readonly state: keyof Counts;
  readonly receiveCount: number;
}

export async function peekAll(origin: string, queue: string): Promise<readonly Peeked[]> {
  return (await showAll(origin, queue)).map(({ body, messageId, state }) => ({ message: messageOf(body), messageId, state }));
}

/** Every message of a queue, by the broker's page for people. */
export async function showAll(origin: string, queue: string): Promise<readonly Shown[]> {
  const messages: Shown[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await fetch(`${origin}/_signalbox/queues/000000000000/us-east-1/${queue}/messages?limit=100${from}`);
    if (response.status !== 200) throw new Error(`the messages of ${queue} were answered with ${response.status}`);
    const page = (await response.json()) as { messages: Shown[]; cursor?: string };
    messages.push(...page.messages);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return messages;
}
