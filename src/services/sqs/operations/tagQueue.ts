import type { Engine } from '../../../engine/engine.js';
import { accept, isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { missingParameter } from '../errors.js';
import { queueNameOf } from '../model/queue-arn.js';
import { withTags } from '../model/queue-definition.js';
import { addTags, checkTags } from '../model/tags.js';
import { changeQueue, requireQueue } from '../queue-lookup.js';
import { tags } from '../shapes.js';

/**
 * TagQueue: adds tags; one whose key is there gets the new value. At most 50.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html
 * Errors: QueueDoesNotExist, MissingParameter, InvalidParameterValue.
 */
const input = structure({ QueueUrl: string, Tags: tags });

export function tagQueue(engine: Pick<Engine, 'findQueue' | 'updateQueue'>): Operation {
  return operation({
    name: 'TagQueue',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const added = input.Tags ?? {};
      if (Object.keys(added).length === 0) throw missingParameter('Tags');
      accept(checkTags(added));
      await changeQueue(engine, queue, (current) => {
        const tags = addTags(current.tags, added, queueNameOf(current.address));
        return isRefusal(tags) ? tags : withTags(current, tags);
      });
      return {};
    },
  });
}
