import type { Topic } from '../../../engine/topics/topics.js';
import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, type Infer, string, structure, wrappedList } from '../../../wire/shape.js';
import {
  batchEntryIdImpermissible,
  batchEntryIdsNotDistinct,
  batchEntryIdTooLong,
  batchRequestTooLong,
  emptyBatchRequest,
  tooManyEntries,
} from '../errors.js';
import { batchEntriesMax, batchEntryIdCharsMax } from '../limits.js';
import { checkText, type Message, readMessage, sequenceNumber } from '../model/message.js';
import { readTopicArn } from '../model/topic-arn.js';
import { maximumMessageBytes } from '../model/topic-attributes.js';
import type { AdmittedMessage } from '../protection/inbound-guard.js';
import type { Admit, Publisher } from '../publisher.js';
import { messageMembers } from '../shapes.js';

/**
 * PublishBatch: up to ten messages in one transaction, in the order given. On standard topics an entry whose text or subject
 * is wrong, or that the data protection policy prohibits, fails alone; everything else that is wrong refuses the whole of the batch.
 * https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
 * Errors: NotFound, EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct,
 * BatchRequestTooLong, InvalidParameter, ParameterValueInvalid, ValidationError, ServiceUnavailable.
 */
const entry = structure({ Id: string, ...messageMembers });
const input = structure({ TopicArn: string, PublishBatchRequestEntries: wrappedList(entry) });
const output = structure({
  Failed: wrappedList(structure({ Id: string, Code: string, Message: string, SenderFault: boolean })),
  Successful: wrappedList(structure({ Id: string, MessageId: string, SequenceNumber: string })),
});

type Entry = Infer<typeof entry>;

interface Batch {
  readonly ordered: boolean;
  readonly accepted: readonly { readonly id: string; readonly message: AdmittedMessage }[];
  readonly failed: readonly { readonly id: string; readonly refusal: Refusal }[];
}

export function publishBatch(publisher: Pick<Publisher, 'publish'>): Operation {
  return operation({
    name: 'PublishBatch',
    input,
    output,
    async handle(input, call) {
      const entries = input.PublishBatchRequestEntries ?? [];
      accept(checkEntries(entries));
      const address = accept(readTopicArn(input.TopicArn, call.region));
      let batch: Batch | undefined;
      const published = await publisher.publish(address, call, (topic, admit) => {
        batch = accept(readBatch(topic, entries, admit));
        return batch.accepted.map(({ message }) => message);
      });
      if (batch === undefined) throw new Error('a batch was published before it was read');
      const { accepted, failed, ordered } = batch;
      return {
        Failed: failed.map(({ id, refusal }) => ({ Id: id, Code: refusal.code.queryCode, Message: refusal.message, SenderFault: true })),
        Successful: accepted.map(({ id }, index) => ({
          Id: id,
          MessageId: published[index]?.messageId,
          SequenceNumber: ordered ? sequenceNumber(published[index]?.sequence ?? 0) : undefined,
        })),
      };
    },
  });
}

function checkEntries(entries: readonly Entry[]): Refusal | undefined {
  if (entries.length === 0) return emptyBatchRequest();
  if (entries.length > batchEntriesMax) return tooManyEntries();
  for (const { Id: id = '' } of entries) {
    if (id.length > batchEntryIdCharsMax) return batchEntryIdTooLong(id);
    if (!/^[A-Za-z0-9_-]+$/.test(id)) return batchEntryIdImpermissible(id);
  }
  return new Set(entries.map(({ Id }) => Id)).size < entries.length ? batchEntryIdsNotDistinct() : undefined;
}

function readBatch(topic: Topic, entries: readonly Entry[], admit: Admit): Batch | Refusal {
  const ordered = topic.settings.ordering === 'fifo';
  const accepted: { id: string; message: Message }[] = [];
  const failed: { id: string; refusal: Refusal }[] = [];
  for (const [index, entry] of entries.entries()) {
    const id = entry.Id ?? '';
    const own = ordered ? undefined : checkText(entry);
    if (own !== undefined) {
      failed.push({ id, refusal: own });
      continue;
    }
    const message = readMessage(topic, entry, `publishBatchRequestEntries.${index + 1}.member.messageAttributes`);
    if (isRefusal(message)) return message;
    accepted.push({ id, message });
  }
  const bytes = accepted.reduce((sum, { message }) => sum + message.bytes, 0);
  if (bytes > maximumMessageBytes(topic)) return batchRequestTooLong();
  const results = accepted.map(({ id, message }) => ({ id, result: admit(message) })); // last: nothing after it refuses the whole of the batch
  return {
    ordered,
    accepted: results.flatMap(({ id, result }) => (isRefusal(result) ? [] : [{ id, message: result }])),
    failed: [...failed, ...results.flatMap(({ id, result }) => (isRefusal(result) ? [{ id, refusal: result }] : []))],
  };
}
