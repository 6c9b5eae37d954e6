import type { Engine } from '../../../engine/engine.js';
import { isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { missingParameter } from '../errors.js';
import { removePermission as removeFromPolicy } from '../model/permissions.js';
import { mergeAttributes } from '../model/queue-attributes.js';
import { withAttributes } from '../model/queue-definition.js';
import { changeQueue, requireQueue } from '../queue-lookup.js';

/**
 * RemovePermission: takes the statement with this label out of the queue's policy, and the policy away with its last one.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html
 * Errors: QueueDoesNotExist, MissingParameter, InvalidParameterValue.
 */
const input = structure({ QueueUrl: string, Label: string });

export function removePermission(engine: Pick<Engine, 'findQueue' | 'updateQueue'>): Operation {
  return operation({
    name: 'RemovePermission',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const label = input.Label ?? '';
      if (label === '') throw missingParameter('Label');
      await changeQueue(engine, queue, (current) => {
        const policy = removeFromPolicy(current.properties.Policy, label);
        if (isRefusal(policy)) return policy;
        const attributes = mergeAttributes(current.properties, { Policy: policy }, current.settings.ordering);
        return isRefusal(attributes) ? attributes : withAttributes(current, attributes);
      });
      return {};
    },
  });
}
