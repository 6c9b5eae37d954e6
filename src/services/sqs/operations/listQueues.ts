import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { queueNameCharsMax } from '../limits.js';
import { readPage, resultPage } from '../model/next-token.js';
import { arnPrefix } from '../model/queue-arn.js';
import { queueUrls } from '../shapes.js';

/**
 * ListQueues: of the caller's account and Region, by name. A token comes only when a page size was asked for.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
 * Errors: InvalidParameterValue.
 */
const input = structure({ QueueNamePrefix: string, NextToken: string, MaxResults: integer });
const output = structure({ QueueUrls: queueUrls, NextToken: string });

export function listQueues(engine: Pick<Engine, 'listQueues'>): Operation {
  return operation({
    name: 'ListQueues',
    input,
    output,
    async handle(input, call) {
      const { QueueNamePrefix = '' } = input;
      const prefix = arnPrefix(call.accountId, call.region) + QueueNamePrefix;
      const { after, limit } = accept(readPage(input, prefix));
      if (QueueNamePrefix.length > queueNameCharsMax) return {}; // longer than any name
      const addresses = await engine.listQueues({ prefix, limit: limit + 1, ...(after !== undefined && { after }) });
      const { urls, nextToken } = resultPage(addresses, limit, prefix, call.origin);
      return { QueueUrls: urls, NextToken: input.MaxResults === undefined ? undefined : nextToken };
    },
  });
}
