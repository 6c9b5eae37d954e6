import type { Engine } from '../../../engine/engine.js';
import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalidRequest, queueDoesNotExist, storageFull } from '../errors.js';
import { readMessage, sequenceNumber } from '../model/outgoing-message.js';
import { requireQueue } from '../queue-lookup.js';
import { messageMembers } from '../shapes.js';

/**
 * SendMessage: one message, durable when answered. A FIFO duplicate is answered with the ids of the message that came first.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * Errors: QueueDoesNotExist, MissingParameter, InvalidMessageContents, InvalidParameterValue, UnsupportedOperation, ServiceUnavailable.
 */
const input = structure({ QueueUrl: string, ...messageMembers });
const output = structure({
  MD5OfMessageBody: string,
  MD5OfMessageAttributes: string,
  MD5OfMessageSystemAttributes: string,
  MessageId: string,
  SequenceNumber: string,
});

export function sendMessage(engine: Pick<Engine, 'findQueue' | 'send'>): Operation {
  return operation({
    name: 'SendMessage',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      const outgoing = accept(readMessage(queue, input, call, tooLong));
      const outcome = await engine.send(queue, [outgoing.message]);
      switch (outcome.kind) {
        case 'queueGone':
          throw queueDoesNotExist();
        case 'storageFull':
          throw storageFull();
        case 'sent': {
          const [sent] = outcome.messages;
          return {
            MD5OfMessageBody: outgoing.md5OfBody,
            MD5OfMessageAttributes: outgoing.md5OfAttributes,
            MD5OfMessageSystemAttributes: outgoing.md5OfSystemAttributes,
            MessageId: sent?.messageId,
            SequenceNumber: sent !== undefined && queue.settings.ordering === 'fifo' ? sequenceNumber(sent.sequence) : undefined,
          };
        }
      }
    },
  });
}

/** "Shorter than" is AWS's wording; a message of exactly the limit passes. */
function tooLong(maxBytes: number) {
  return invalidRequest(`One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`);
}
