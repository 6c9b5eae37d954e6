import type { Engine, Queue, ReceivedMessage } from '../../engine/engine.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import { deadLetterOf } from './model/subscription-attributes.js';
import { ownerOf } from './model/topic-arn.js';
import type { QueueContents } from './publication.js';

export interface DeadLetterParts {
  readonly engine: Pick<Engine, 'settle' | 'forward' | 'findQueue'>;
  readonly queues: QueueContents;
}

/** A message of a topic that a subscription's endpoint has not taken. */
export interface Undelivered {
  readonly queue: Queue;
  readonly received: ReceivedMessage;
  /** What a dead-letter queue gets; undefined for what is not kept. */
  readonly envelope: string | undefined;
  readonly traceHeader: string | undefined;
  readonly topic: Topic;
  readonly subscription: Subscription;
}

/** `none`: there is no dead-letter queue for it, or somebody else has received the message. `lost`: the queue is not there or did not take it. */
export type Redrive = 'redriven' | 'lost' | 'none';

/** To the dead-letter queue of the subscription and off its own queue, in one transaction: also while the disk is nearly full, as it takes no more room there. */
export async function giveUp({ engine, queues }: DeadLetterParts, undelivered: Undelivered): Promise<Redrive> {
  const { queue, received, envelope: body, topic, subscription, traceHeader } = undelivered;
  const { receipt } = received;
  const deadLetter = deadLetterOf(subscription);
  const content =
    body === undefined ? undefined : queues.contentOf({ body, attributes: [], senderId: ownerOf(topic.address), traceHeader });
  if (body === undefined || deadLetter === undefined || content === undefined) {
    await engine.settle(queue, [receipt]);
    return body === undefined || deadLetter === undefined ? 'none' : 'lost';
  }
  const target = await engine.findQueue(deadLetter);
  if (target !== undefined && queues.takes(target, Buffer.byteLength(body))) {
    const outcome = await engine.forward({ from: queue, receipt, to: target, messages: [{ content }] });
    if (outcome.kind !== 'targetGone') return outcome.kind === 'forwarded' ? 'redriven' : 'none';
  }
  await engine.settle(queue, [receipt]);
  return 'lost';
}
