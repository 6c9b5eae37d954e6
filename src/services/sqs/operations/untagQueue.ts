import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { list, string, structure } from '../../../wire/shape.js';
import { withTags } from '../model/queue-definition.js';
import { checkTagKeys, removeTags } from '../model/tags.js';
import { changeQueue, requireQueue } from '../queue-lookup.js';

/**
 * UntagQueue: removes tags by key; a key that is not there is fine.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html
 * Errors: QueueDoesNotExist, InvalidParameterValue.
 */
const input = structure({ QueueUrl: string, TagKeys: list('TagKey', string) });

export function untagQueue(engine: Pick<Engine, 'findQueue' | 'updateQueue'>): Operation {
  return operation({
    name: 'UntagQueue',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const keys = input.TagKeys ?? [];
      accept(checkTagKeys(keys));
      await changeQueue(engine, queue, (current) => withTags(current, removeTags(current.tags, keys)));
      return {};
    },
  });
}
