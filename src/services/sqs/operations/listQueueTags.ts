import type { Engine } from '../../../engine/engine.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { requireQueue } from '../queue-lookup.js';
import { tags } from '../shapes.js';

/**
 * ListQueueTags.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html
 * Errors: QueueDoesNotExist.
 */
const input = structure({ QueueUrl: string });
const output = structure({ Tags: tags });

export function listQueueTags(engine: Pick<Engine, 'findQueue'>): Operation {
  return operation({
    name: 'ListQueueTags',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      return Object.keys(queue.tags).length === 0 ? {} : { Tags: queue.tags };
    },
  });
}
