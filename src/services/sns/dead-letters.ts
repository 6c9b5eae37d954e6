import type { MessageId, QueueAddress } from '../../base/ids.js';
import type { Engine, Queue, ReceivedMessage } from '../../engine/engine.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import { deadLetterOf } from './model/subscription-attributes.js';
import { ownerOf } from './model/topic-arn.js';
import type { QueueContents } from './publication.js';

export interface DeadLetterParts {
  readonly engine: Pick<Engine, 'settle' | 'topics'>;
  readonly queues: QueueContents;
}

/** A message of a topic that a subscription's endpoint has not taken. */
export interface Undelivered {
  readonly queue: Queue;
  readonly received: ReceivedMessage;
  readonly messageId: string;
  /** What a dead-letter queue gets; undefined for what is not kept. */
  readonly envelope: string | undefined;
  readonly traceHeader: string | undefined;
  readonly topic: Topic;
  readonly subscription: Subscription;
}

/** `none`: there is no dead-letter queue for it. `lost`: the queue is not there or did not take it. */
export type Redrive = 'redriven' | 'lost' | 'none';

/** To the dead-letter queue of the subscription and off its own queue, in one transaction. Throws where the disk is too full for it. */
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
  const messageId = undelivered.messageId as MessageId;
  const deliveries = [
    {
      target: deadLetter,
      message: (_sequence: number, to: Parameters<QueueContents['takes']>[0]) =>
        queues.takes(to, Buffer.byteLength(body)) ? { content } : undefined,
    },
  ];
  const settles = { queue: queue.address as QueueAddress, receipt };
  for (;;) {
    const snapshot = await engine.topics.snapshot(topic.address);
    if (snapshot === undefined) return 'none';
    const { revision } = snapshot;
    const outcome = await engine.topics.publish({
      topic: snapshot.topic,
      revision,
      entries: [{ messageId, deliveries, bytes: body.length }],
      settles,
    });
    switch (outcome.kind) {
      case 'published':
        return outcome.entries[0]?.delivered === 1 ? 'redriven' : 'lost';
      case 'topicGone':
        return 'none';
      case 'storageFull':
        throw new Error('the disk is nearly full: the message is given up when its claim has run out');
      case 'stale':
    }
  }
}
