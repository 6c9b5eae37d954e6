import { isMessagingId } from '../../../base/messaging-id.js';
import type { Engine, Queue, ReceiveRequest } from '../../../engine/engine.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Call, type Operation, operation } from '../../../wire/service.js';
import { blob, type Infer, integer, list, map, string, structure } from '../../../wire/shape.js';
import { invalidValue, notForThisQueueType, queueDoesNotExist, tooManyInFlight } from '../errors.js';
import { receiveMessagesMax, visibilitySecondsMax, waitSecondsMax } from '../limits.js';
import { invalidId } from '../model/outgoing-message.js';
import { seconds } from '../model/queue-attributes.js';
import { readSystemNames, receivedMessage } from '../model/received-message.js';
import { requireQueue } from '../queue-lookup.js';

/**
 * ReceiveMessage: claims up to ten messages, waiting for the first when asked to. Messages whose answer could not be
 * delivered are given back as if they had not been received.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 * Errors: QueueDoesNotExist, InvalidParameterValue, InvalidAttributeName, OverLimit (standard queue, short poll).
 */
const input = structure({
  QueueUrl: string,
  AttributeNames: list('AttributeName', string),
  MessageSystemAttributeNames: list('MessageSystemAttributeName', string),
  MessageAttributeNames: list('MessageAttributeName', string),
  MaxNumberOfMessages: integer,
  VisibilityTimeout: integer,
  WaitTimeSeconds: integer,
  ReceiveRequestAttemptId: string,
});
const message = structure({
  MessageId: string,
  ReceiptHandle: string,
  MD5OfBody: string,
  Body: string,
  Attributes: map('Attribute', 'Name', 'Value', string),
  MD5OfMessageAttributes: string,
  MessageAttributes: map('MessageAttribute', 'Name', 'Value', structure({ StringValue: string, BinaryValue: blob, DataType: string })),
});
const output = structure({ Messages: list('Message', message) });

type Input = Infer<typeof input>;

export function receiveMessage(engine: Pick<Engine, 'findQueue' | 'receive' | 'unreceive'>): Operation {
  return operation({
    name: 'ReceiveMessage',
    input,
    output,
    async handle(input, call) {
      const queue = await requireQueue(engine, input.QueueUrl, call);
      accept(checkRanges(input) ?? checkAttemptId(queue, input.ReceiveRequestAttemptId));
      const wanted = {
        systemNames: accept(readSystemNames(input.AttributeNames, input.MessageSystemAttributeNames)),
        attributeNames: input.MessageAttributeNames ?? [],
        ordering: queue.settings.ordering,
      };
      const request = receiveRequest(queue, input, call);
      const outcome = await engine.receive(queue, request);
      switch (outcome.kind) {
        case 'queueGone':
          throw queueDoesNotExist();
        case 'overLimit':
          if (request.waitMs === 0) throw tooManyInFlight();
          return {};
        case 'received': {
          if (outcome.messages.length === 0) return {};
          const receipts = outcome.messages.map((received) => received.receipt);
          call.onUndelivered(() => engine.unreceive(queue, receipts));
          return { Messages: outcome.messages.map((received) => receivedMessage(received, wanted)) };
        }
      }
    },
  });
}

/** An explicit wait of 0 polls short, whatever the queue says. */
function receiveRequest(queue: Queue, input: Input, call: Call): ReceiveRequest {
  const waitSeconds = input.WaitTimeSeconds ?? seconds(queue.properties, 'ReceiveMessageWaitTimeSeconds');
  return {
    max: input.MaxNumberOfMessages ?? 1,
    waitMs: waitSeconds * 1000,
    signal: call.signal,
    ...(input.VisibilityTimeout !== undefined && { visibilityTimeoutMs: input.VisibilityTimeout * 1000 }),
    ...(input.ReceiveRequestAttemptId !== undefined && { attemptId: input.ReceiveRequestAttemptId }),
  };
}

function checkRanges(input: Input): Refusal | undefined {
  const { MaxNumberOfMessages: max, WaitTimeSeconds: wait, VisibilityTimeout: visibility } = input;
  if (max !== undefined && !isBetween(max, 1, receiveMessagesMax)) {
    return invalidValue(max, 'MaxNumberOfMessages', `Must be between 1 and ${receiveMessagesMax}, if provided.`);
  }
  if (wait !== undefined && !isBetween(wait, 0, waitSecondsMax)) {
    return invalidValue(wait, 'WaitTimeSeconds', `Must be >= 0 and <= ${waitSecondsMax}, if provided.`);
  }
  if (visibility !== undefined && !isBetween(visibility, 0, visibilitySecondsMax)) {
    return invalidValue(visibility, 'VisibilityTimeout', `Must be >= 0 and <= ${visibilitySecondsMax}, if provided.`);
  }
  return undefined;
}

function checkAttemptId(queue: Queue, attemptId: string | undefined): Refusal | undefined {
  if (attemptId === undefined) return undefined;
  if (queue.settings.ordering === 'standard') return notForThisQueueType(attemptId, 'ReceiveRequestAttemptId');
  return isMessagingId(attemptId) ? undefined : invalidId('ReceiveRequestAttemptId', attemptId);
}

function isBetween(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
