import type { Engine, Queue, SentMessage } from '../../../engine/engine.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Call, type Operation, operation } from '../../../wire/service.js';
import { type Infer, list, string, structure } from '../../../wire/shape.js';
import { batchRequestTooLong, invalidRequest, queueDoesNotExist, storageFull } from '../errors.js';
import { batchBytesMax } from '../limits.js';
import { batchResult, checkEntries, type FailedEntry, failedEntry } from '../model/batch.js';
import {
  deduplicatesByContent,
  deduplicationIdNeeded,
  messageSize,
  type OutgoingMessage,
  readMessage,
  sequenceNumber,
} from '../model/outgoing-message.js';
import { requireQueue } from '../queue-lookup.js';
import { failedEntries, messageMembers } from '../shapes.js';

/**
 * SendMessageBatch: up to ten messages in one transaction, in the order given. An entry that is wrong by itself fails alone;
 * what is wrong with the batch refuses all of it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 * Errors: QueueDoesNotExist, EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct,
 * BatchRequestTooLong, InvalidParameterValue (FIFO ids missing), ServiceUnavailable. An entry: those of SendMessage.
 */
const entryName = 'SendMessageBatchRequestEntry';
const entry = structure({ Id: string, ...messageMembers });
const input = structure({ QueueUrl: string, Entries: list(entryName, entry) });
const output = structure({
  Successful: list(
    'SendMessageBatchResultEntry',
    structure({
      Id: string,
      MessageId: string,
      MD5OfMessageBody: string,
      MD5OfMessageAttributes: string,
      MD5OfMessageSystemAttributes: string,
      SequenceNumber: string,
    }),
  ),
  Failed: failedEntries,
});

type Entry = Infer<typeof entry>;
type Accepted = OutgoingMessage & { readonly id: string };

export function sendMessageBatch(engine: Pick<Engine, 'findQueue' | 'send'>): Operation {
  return operation({
    name: 'SendMessageBatch',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const entries = input.Entries ?? [];
      accept(checkEntries(entries, entryName) ?? checkSize(entries) ?? checkFifoMembers(queue, entries));
      const { accepted, failed } = readEntries(queue, entries, call);
      const sent = await sendAll(engine, queue, accepted);
      const successful = accepted.map((outgoing, index) => successfulEntry(queue, outgoing, sent[index]));
      return batchResult(successful, failed);
    },
  });
}

function readEntries(queue: Queue, entries: readonly Entry[], call: Call) {
  const accepted: Accepted[] = [];
  const failed: FailedEntry[] = [];
  for (const entry of entries) {
    const outgoing = readMessage(queue, entry, call, tooLong);
    if (isRefusal(outgoing)) failed.push(failedEntry(entry.Id, outgoing));
    else accepted.push({ id: entry.Id ?? '', ...outgoing });
  }
  return { accepted, failed };
}

async function sendAll(engine: Pick<Engine, 'send'>, queue: Queue, accepted: readonly Accepted[]): Promise<readonly SentMessage[]> {
  if (accepted.length === 0) return [];
  const outcome = await engine.send(
    queue,
    accepted.map((outgoing) => outgoing.message),
  );
  switch (outcome.kind) {
    case 'queueGone':
      throw queueDoesNotExist();
    case 'storageFull':
      throw storageFull();
    case 'sent':
      return outcome.messages;
  }
}

function successfulEntry(queue: Queue, outgoing: Accepted, sent: SentMessage | undefined) {
  return {
    Id: outgoing.id,
    MessageId: sent?.messageId,
    MD5OfMessageBody: outgoing.md5OfBody,
    MD5OfMessageAttributes: outgoing.md5OfAttributes,
    MD5OfMessageSystemAttributes: outgoing.md5OfSystemAttributes,
    SequenceNumber: sent !== undefined && queue.settings.ordering === 'fifo' ? sequenceNumber(sent.sequence) : undefined,
  };
}

/** The total does not follow the queue's `MaximumMessageSize`: that limits each entry. */
function checkSize(entries: readonly Entry[]): Refusal | undefined {
  const bytes = entries.reduce((sum, entry) => sum + messageSize(entry), 0);
  return bytes > batchBytesMax ? batchRequestTooLong(bytes, batchBytesMax) : undefined;
}

/** In a batch, a missing group id is an invalid value and refuses the whole of it. */
function checkFifoMembers(queue: Queue, entries: readonly Entry[]): Refusal | undefined {
  if (queue.settings.ordering !== 'fifo') return undefined;
  if (entries.some((entry) => entry.MessageGroupId === undefined)) {
    return invalidRequest('The request must contain the parameter MessageGroupId.');
  }
  const canDeduplicate = deduplicatesByContent(queue) || entries.every((entry) => entry.MessageDeduplicationId !== undefined);
  return canDeduplicate ? undefined : deduplicationIdNeeded();
}

function tooLong(maxBytes: number) {
  return invalidRequest(`One or more parameters cannot be validated. Reason: Message must be shorter than ${maxBytes} bytes.`);
}
