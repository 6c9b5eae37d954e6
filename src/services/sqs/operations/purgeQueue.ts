import type { Engine } from '../../../engine/engine.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { purgeQueueInProgress, queueDoesNotExist } from '../errors.js';
import { queueNameOf } from '../model/queue-arn.js';
import { requireQueue } from '../queue-lookup.js';

/**
 * PurgeQueue: removes every message, in flight and delayed ones too, and forgets deduplication ids. Once a minute a queue.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
 * Errors: QueueDoesNotExist, PurgeQueueInProgress.
 */
const input = structure({ QueueUrl: string });

export function purgeQueue(engine: Pick<Engine, 'findQueue' | 'purge'>, settings: { readonly purgeIntervalMs: number }): Operation {
  return operation({
    name: 'PurgeQueue',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const outcome = await engine.purge(queue, settings.purgeIntervalMs);
      switch (outcome.kind) {
        case 'purged':
          return {};
        case 'tooSoon':
          throw purgeQueueInProgress(queueNameOf(queue.address));
        case 'queueGone':
          throw queueDoesNotExist();
      }
    },
  });
}
