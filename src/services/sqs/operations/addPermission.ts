import type { Engine } from '../../../engine/engine.js';
import { accept, isRefusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { list, string, structure } from '../../../wire/shape.js';
import { missingParameter } from '../errors.js';
import { addPermission as addToPolicy, checkPermission } from '../model/permissions.js';
import { withAttributes } from '../model/queue-definition.js';
import { changeQueue, requireQueue } from '../queue-lookup.js';

/**
 * AddPermission: appends a statement to the queue's policy, making the policy when there is none. The policy is kept and
 * returned, and not yet enforced.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
 * Errors: QueueDoesNotExist, MissingParameter, InvalidParameterValue, InvalidAttributeValue (policy too long), OverLimit.
 */
const input = structure({
  QueueUrl: string,
  Label: string,
  AWSAccountIds: list('AWSAccountId', string),
  Actions: list('ActionName', string),
});

export function addPermission(engine: Pick<Engine, 'findQueue' | 'updateQueue'>): Operation {
  return operation({
    name: 'AddPermission',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      if (input.Label === undefined || input.Label === '') throw missingParameter('Label');
      const permission = { label: input.Label, accountIds: input.AWSAccountIds ?? [], actions: input.Actions ?? [] };
      accept(checkPermission(permission));
      await changeQueue(engine, queue, (current) => {
        const policy = addToPolicy(current.properties.Policy, current.address, permission);
        return isRefusal(policy) ? policy : withAttributes(current, { ...current.properties, Policy: policy });
      });
      return {};
    },
  });
}
