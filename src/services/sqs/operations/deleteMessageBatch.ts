import type { ReceiptHandle } from '../../../base/ids.js';
import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { list, string, structure } from '../../../wire/shape.js';
import { missingParameter, queueDoesNotExist } from '../errors.js';
import { batchResult, checkEntries, failedEntry } from '../model/batch.js';
import { settleRefusal } from '../model/receipt-refusals.js';
import { requireQueue } from '../queue-lookup.js';
import { failedEntries } from '../shapes.js';

/**
 * DeleteMessageBatch: DeleteMessage for up to ten, each succeeding or failing alone.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
 * Errors: QueueDoesNotExist, EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
 * An entry: ReceiptHandleIsInvalid, InvalidParameterValue, MissingParameter.
 */
const entryName = 'DeleteMessageBatchRequestEntry';
const input = structure({ QueueUrl: string, Entries: list(entryName, structure({ Id: string, ReceiptHandle: string })) });
const output = structure({
  Successful: list('DeleteMessageBatchResultEntry', structure({ Id: string })),
  Failed: failedEntries,
});

export function deleteMessageBatch(engine: Pick<Engine, 'findQueue' | 'settle'>): Operation {
  return operation({
    name: 'DeleteMessageBatch',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const entries = input.Entries ?? [];
      accept(checkEntries(entries, entryName));
      const withHandle = entries.filter((entry) => (entry.ReceiptHandle ?? '') !== '');
      const outcomes = await engine.settle(
        queue,
        withHandle.map((entry) => entry.ReceiptHandle as ReceiptHandle),
      );
      if ('kind' in outcomes) throw queueDoesNotExist();
      const refusals = entries.map((entry) => {
        const index = withHandle.indexOf(entry);
        return index < 0 ? missingParameter('ReceiptHandle') : settleRefusal(outcomes[index], entry.ReceiptHandle ?? '');
      });
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
