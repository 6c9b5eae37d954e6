import type { Engine } from '../../../engine/engine.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { queueDoesNotExist } from '../errors.js';
import { requireQueue } from '../queue-lookup.js';

/**
 * DeleteQueue: with all its messages, at once. A dead-letter queue that is still referred to may be deleted.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
 * Errors: QueueDoesNotExist.
 */
const input = structure({ QueueUrl: string });

export function deleteQueue(engine: Pick<Engine, 'findQueue' | 'deleteQueue'>): Operation {
  return operation({
    name: 'DeleteQueue',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      if (!(await engine.deleteQueue(queue))) throw queueDoesNotExist();
      return {};
    },
  });
}
