import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { readPage, resultPage } from '../model/next-token.js';
import { requireQueue } from '../queue-lookup.js';
import { queueUrls } from '../shapes.js';

/**
 * ListDeadLetterSourceQueues: the queues whose RedrivePolicy names this one. A token comes only when a page size was asked for.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html
 * Errors: QueueDoesNotExist, InvalidParameterValue.
 */
const input = structure({ QueueUrl: string, NextToken: string, MaxResults: integer });
const output = structure({ queueUrls, NextToken: string });

export function listDeadLetterSourceQueues(engine: Pick<Engine, 'findQueue' | 'listDeadLetterSources'>): Operation {
  return operation({
    name: 'ListDeadLetterSourceQueues',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const list = `sources of ${queue.address}`;
      const { after, limit } = accept(readPage(input, list));
      const target = queue.address;
      const addresses = await engine.listDeadLetterSources({ target, limit: limit + 1, ...(after !== undefined && { after }) });
      const { urls, nextToken } = resultPage(addresses, limit, list, call.origin);
      return { queueUrls: urls, NextToken: input.MaxResults === undefined ? undefined : nextToken };
    },
  });
}
