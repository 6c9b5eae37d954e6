import type { Refusal } from '../../../wire/refusal.js';
import { invalidParameter, invalidRequest } from '../errors.js';
import { isFifoName, isQueueName, type QueueName } from './queue-arn.js';
import type { QueueKind } from './queue-attributes.js';

/**
 * The name of a queue to be created. A FIFO queue needs both the attribute and the suffix; the one without the other is
 * refused, with a text that depends on which is missing.
 */
export function readNewQueueName(
  name: string | undefined,
  attributes: Readonly<Record<string, string>>,
): { readonly name: QueueName; readonly kind: QueueKind } | Refusal {
  if (name === undefined || name === '') return queueNameMissing();
  const wantsFifo = attributes.FifoQueue?.toLowerCase() === 'true';
  const kind = wantsFifo ? 'fifo' : 'standard';
  if (isQueueName(name) && isFifoName(name) === wantsFifo) return { name, kind };
  return wantsFifo
    ? invalidRequest(
        'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length',
      )
    : invalidRequest('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
}

export function queueNameMissing(): Refusal {
  return invalidParameter('QueueName', 'Must specify a queue name.');
}
