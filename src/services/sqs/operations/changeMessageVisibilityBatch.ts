import type { ReceiptHandle } from '../../../base/ids.js';
import type { Engine, VisibilityChange } from '../../../engine/engine.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { type Infer, integer, list, string, structure } from '../../../wire/shape.js';
import { missingParameter, queueDoesNotExist } from '../errors.js';
import { batchResult, checkEntries, failedEntry } from '../model/batch.js';
import { checkVisibilityTimeout, visibilityRefusal } from '../model/receipt-refusals.js';
import { requireQueue } from '../queue-lookup.js';
import { failedEntries } from '../shapes.js';

/**
 * ChangeMessageVisibilityBatch: ChangeMessageVisibility for up to ten, each succeeding or failing alone.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html
 * Errors: QueueDoesNotExist, EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
 * An entry: ReceiptHandleIsInvalid, InvalidParameterValue, MissingParameter.
 */
const entryName = 'ChangeMessageVisibilityBatchRequestEntry';
const entry = structure({ Id: string, ReceiptHandle: string, VisibilityTimeout: integer });
const input = structure({ QueueUrl: string, Entries: list(entryName, entry) });
const output = structure({
  Successful: list('ChangeMessageVisibilityBatchResultEntry', structure({ Id: string })),
  Failed: failedEntries,
});

export function changeMessageVisibilityBatch(engine: Pick<Engine, 'findQueue' | 'changeVisibility'>): Operation {
  return operation({
    name: 'ChangeMessageVisibilityBatch',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const entries = input.Entries ?? [];
      accept(checkEntries(entries, entryName));
      const changes = entries.map(readChange);
      const outcomes = await engine.changeVisibility(
        queue,
        changes.filter((change): change is VisibilityChange => !isRefusal(change)),
      );
      if ('kind' in outcomes) throw queueDoesNotExist();
      const remaining = outcomes.values();
      const refusals = changes.map((change) =>
        isRefusal(change) ? change : visibilityRefusal(remaining.next().value, change.receipt, change.visibilityTimeoutMs / 1000),
      );
      return batchResult(
        entries.filter((_, index) => refusals[index] === undefined).map(({ Id }) => ({ Id })),
        entries.flatMap(({ Id }, index) => {
          const refusal = refusals[index];
          return refusal === undefined ? [] : [failedEntry(Id, refusal)];
        }),
      );
    },
  });
}

function readChange({ ReceiptHandle: handle = '', VisibilityTimeout: seconds }: Infer<typeof entry>): VisibilityChange | Refusal {
  if (handle === '') return missingParameter('ReceiptHandle');
  if (seconds === undefined) return missingParameter('VisibilityTimeout');
  return checkVisibilityTimeout(seconds) ?? { receipt: handle as ReceiptHandle, visibilityTimeoutMs: seconds * 1000 };
}
