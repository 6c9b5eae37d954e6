import type { Engine, Queue } from '../../../engine/engine.js';
import { accept, isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { missingParameter } from '../errors.js';
import { type AttributeChanges, mergeAttributes, readAttributes } from '../model/queue-attributes.js';
import { withAttributes } from '../model/queue-definition.js';
import { changeQueue, requireQueue } from '../queue-lookup.js';
import { checkRedrive } from '../redrive-check.js';
import { queueAttributes } from '../shapes.js';

/**
 * SetQueueAttributes: all of them or, when one is wrong, none. In effect at once. The empty string removes Policy,
 * RedrivePolicy, RedriveAllowPolicy and KmsMasterKeyId.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 * Errors: QueueDoesNotExist, MissingParameter, InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue, OverLimit (policy).
 */
const input = structure({ QueueUrl: string, Attributes: queueAttributes });

export function setQueueAttributes(engine: Pick<Engine, 'findQueue' | 'updateQueue'>): Operation {
  return operation({
    name: 'SetQueueAttributes',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      await setAttributes(engine, queue, input.Attributes ?? {});
      return {};
    },
  });
}

/** Also what queues declared in the configuration go through. Throws the refusal. */
export async function setAttributes(
  engine: Pick<Engine, 'findQueue' | 'updateQueue'>,
  queue: Queue,
  given: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(given).length === 0) throw missingParameter('Attributes');
  const kind = queue.settings.ordering;
  const changes = accept(readAttributes(given, kind));
  const merge = (current: Queue, added: AttributeChanges) => mergeAttributes(current.properties, added, kind);
  const attributes = accept(merge(queue, changes));
  accept(await checkRedrive(engine, { address: queue.address, attributes }, given.RedrivePolicy));
  await changeQueue(engine, queue, (current) => {
    const merged = merge(current, changes);
    return isRefusal(merged) ? merged : withAttributes(current, merged);
  });
}
