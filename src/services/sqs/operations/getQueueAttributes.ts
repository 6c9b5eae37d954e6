import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { list, string, structure } from '../../../wire/shape.js';
import { queueDoesNotExist } from '../errors.js';
import { needCounts, readAttributeNames, returnedAttributes } from '../model/returned-attributes.js';
import { requireQueue } from '../queue-lookup.js';
import { queueAttributes } from '../shapes.js';

/**
 * GetQueueAttributes: those named, or `All`; without names none. What is not set is left out.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
 * Errors: QueueDoesNotExist, InvalidAttributeName.
 */
const input = structure({ QueueUrl: string, AttributeNames: list('AttributeName', string) });
const output = structure({ Attributes: queueAttributes });

export function getQueueAttributes(engine: Pick<Engine, 'findQueue' | 'counts'>): Operation {
  return operation({
    name: 'GetQueueAttributes',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const names = accept(readAttributeNames(input.AttributeNames ?? []));
      const counts = needCounts(names) ? await engine.counts(queue) : undefined;
      if (counts === undefined && needCounts(names)) throw queueDoesNotExist();
      const attributes = returnedAttributes(queue, counts, names);
      return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
    },
  });
}
