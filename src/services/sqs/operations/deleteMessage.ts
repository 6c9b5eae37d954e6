import type { ReceiptHandle } from '../../../base/ids.js';
import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { missingParameter, queueDoesNotExist } from '../errors.js';
import { settleRefusal } from '../model/receipt-refusals.js';
import { requireQueue } from '../queue-lookup.js';

/**
 * DeleteMessage: by the handle of its latest receive. Deleting twice succeeds; a handle that a newer receive replaced
 * deletes nothing and succeeds (standard), or has expired (FIFO).
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 * Errors: QueueDoesNotExist, MissingParameter, ReceiptHandleIsInvalid, InvalidParameterValue.
 */
const input = structure({ QueueUrl: string, ReceiptHandle: string });

export function deleteMessage(engine: Pick<Engine, 'findQueue' | 'settle'>): Operation {
  return operation({
    name: 'DeleteMessage',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const handle = input.ReceiptHandle ?? '';
      if (handle === '') throw missingParameter('ReceiptHandle');
      const outcomes = await engine.settle(queue, [handle as ReceiptHandle]);
      if ('kind' in outcomes) throw queueDoesNotExist();
      accept(settleRefusal(outcomes[0], handle));
      return {};
    },
  });
}
