import type { ReceiptHandle } from '../../../base/ids.js';
import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { missingParameter, queueDoesNotExist } from '../errors.js';
import { checkVisibilityTimeout, visibilityRefusal } from '../model/receipt-refusals.js';
import { requireQueue } from '../queue-lookup.js';

/**
 * ChangeMessageVisibility: counts from this call, up to twelve hours after the receive, for the current receive only.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 * Errors: QueueDoesNotExist, MissingParameter, ReceiptHandleIsInvalid, InvalidParameterValue.
 */
const input = structure({ QueueUrl: string, ReceiptHandle: string, VisibilityTimeout: integer });

export function changeMessageVisibility(engine: Pick<Engine, 'findQueue' | 'changeVisibility'>): Operation {
  return operation({
    name: 'ChangeMessageVisibility',
    input,
    output: undefined,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const { ReceiptHandle: handle = '', VisibilityTimeout: seconds } = input;
      if (handle === '') throw missingParameter('ReceiptHandle');
      if (seconds === undefined) throw missingParameter('VisibilityTimeout');
      accept(checkVisibilityTimeout(seconds));
      const outcomes = await engine.changeVisibility(queue, [{ receipt: handle as ReceiptHandle, visibilityTimeoutMs: seconds * 1000 }]);
      if ('kind' in outcomes) throw queueDoesNotExist();
      accept(visibilityRefusal(outcomes[0], handle, seconds));
      return {};
    },
  });
}
