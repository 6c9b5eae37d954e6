import type { Refusal } from '../../wire/refusal.js';
import { type ErrorCode, ServiceError } from '../../wire/service.js';

/**
 * The error catalogue: every refusal that this service makes, with its code in both protocols and its status.
 * Source: Amazon SQS API reference, "Common Errors" and each operation's "Errors". README.md lists the same table.
 */
export const errorCodes = {
  batchEntryIdsNotDistinct: modelled('BatchEntryIdsNotDistinct', 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct', 400),
  batchRequestTooLong: modelled('BatchRequestTooLong', 'AWS.SimpleQueueService.BatchRequestTooLong', 400),
  emptyBatchRequest: modelled('EmptyBatchRequest', 'AWS.SimpleQueueService.EmptyBatchRequest', 400),
  invalidAddress: modelled('InvalidAddress', 'InvalidAddress', 404),
  invalidAttributeName: modelled('InvalidAttributeName', 'InvalidAttributeName', 400),
  invalidAttributeValue: modelled('InvalidAttributeValue', 'InvalidAttributeValue', 400),
  invalidBatchEntryId: modelled('InvalidBatchEntryId', 'AWS.SimpleQueueService.InvalidBatchEntryId', 400),
  invalidMessageContents: modelled('InvalidMessageContents', 'InvalidMessageContents', 400),
  overLimit: modelled('OverLimit', 'OverLimit', 403),
  purgeQueueInProgress: modelled('PurgeQueueInProgress', 'AWS.SimpleQueueService.PurgeQueueInProgress', 403),
  queueDeletedRecently: modelled('QueueDeletedRecently', 'AWS.SimpleQueueService.QueueDeletedRecently', 400),
  queueDoesNotExist: modelled('QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 400),
  queueNameExists: modelled('QueueNameExists', 'QueueAlreadyExists', 400),
  receiptHandleIsInvalid: modelled('ReceiptHandleIsInvalid', 'ReceiptHandleIsInvalid', 404),
  resourceNotFound: modelled('ResourceNotFoundException', 'ResourceNotFoundException', 404),
  tooManyEntries: modelled('TooManyEntriesInBatchRequest', 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest', 400),
  unsupportedOperation: modelled('UnsupportedOperation', 'AWS.SimpleQueueService.UnsupportedOperation', 400),
  invalidParameterValue: framework('InvalidParameterValueException', 'InvalidParameterValue', 400),
  missingParameter: framework('MissingRequiredParameterException', 'MissingParameter', 400),
  serviceUnavailable: framework('ServiceUnavailableException', 'ServiceUnavailable', 503),
} as const satisfies Record<string, ErrorCode>;

function modelled(type: string, queryCode: string, status: number): ErrorCode {
  return { type, origin: 'service', queryCode, status, fault: 'Sender' };
}

function framework(type: string, queryCode: string, status: number): ErrorCode {
  return { type, origin: 'framework', queryCode, status, fault: status < 500 ? 'Sender' : 'Receiver' };
}

// Queues

export function queueDoesNotExist(): Refusal {
  return new ServiceError(
    errorCodes.queueDoesNotExist,
    'The specified queue does not exist.',
    'The specified queue does not exist for this wsdl version.',
  );
}

export function invalidAddress(queueUrl: string): Refusal {
  return new ServiceError(errorCodes.invalidAddress, `The address ${queueUrl} is not valid for this endpoint.`);
}

export function queueNameExists(attribute: string): Refusal {
  return new ServiceError(
    errorCodes.queueNameExists,
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );
}

export function queueDeletedRecently(): Refusal {
  return new ServiceError(
    errorCodes.queueDeletedRecently,
    'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
  );
}

export function purgeQueueInProgress(queueName: string): Refusal {
  return new ServiceError(errorCodes.purgeQueueInProgress, `Only one PurgeQueue operation on ${queueName} is allowed every 60 seconds.`);
}

/** AWS has no full disks: the nearest it says is that the service cannot take the request now. */
export function storageFull(): Refusal {
  return new ServiceError(
    errorCodes.serviceUnavailable,
    'The disk that holds the queues is nearly full: nothing more is accepted until space is freed. Receiving and deleting go on.',
  );
}

// Attributes of queues

export function unknownAttribute(name: string): Refusal {
  return new ServiceError(errorCodes.invalidAttributeName, `Unknown Attribute ${name}.`);
}

export function fifoOnlyAttribute(name: string): Refusal {
  return new ServiceError(errorCodes.invalidAttributeName, `You can specify the ${name} only when FifoQueue is set to true.`);
}

export function twoKindsOfEncryption(): Refusal {
  return new ServiceError(
    errorCodes.invalidAttributeName,
    'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
  );
}

export function invalidAttributeValue(name: string, reason?: string): Refusal {
  const text = `Invalid value for the parameter ${name}.`;
  return new ServiceError(errorCodes.invalidAttributeValue, reason === undefined ? text : `${text} Reason: ${reason}`);
}

/** For combinations of attributes: the text says all. */
export function invalidAttributeCombination(text: string): Refusal {
  return new ServiceError(errorCodes.invalidAttributeValue, text);
}

// Parameters

export function missingParameter(name: string): Refusal {
  return new ServiceError(errorCodes.missingParameter, `The request must contain the parameter ${name}.`);
}

/** "Value <v> for parameter <p> is invalid. Reason: <r>": the form that most refusals of SQS have. */
export function invalidValue(value: string | number, parameter: string, reason: string): Refusal {
  return new ServiceError(errorCodes.invalidParameterValue, `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

/** The same form without the value. */
export function invalidParameter(parameter: string, reason?: string): Refusal {
  const text = `Value for parameter ${parameter} is invalid.`;
  return new ServiceError(errorCodes.invalidParameterValue, reason === undefined ? text : `${text} Reason: ${reason}`);
}

/** InvalidParameterValue with a text of its own. */
export function invalidRequest(text: string): Refusal {
  return new ServiceError(errorCodes.invalidParameterValue, text);
}

export function notForThisQueueType(value: string | number, parameter: string): Refusal {
  return invalidValue(value, parameter, 'The request include parameter that is not valid for this queue type.');
}

// Messages

export function invalidMessageContents(): Refusal {
  return new ServiceError(
    errorCodes.invalidMessageContents,
    'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
  );
}

export function listValuesNotSupported(name: string): Refusal {
  return new ServiceError(
    errorCodes.unsupportedOperation,
    `Message attribute list values in SendMessage operation are not supported: '${name}' must use StringValue or BinaryValue.`,
  );
}

export function receiptHandleIsInvalid(handle: string): Refusal {
  return new ServiceError(errorCodes.receiptHandleIsInvalid, `The input receipt handle "${handle}" is not a valid receipt handle.`);
}

export function tooManyInFlight(): Refusal {
  return new ServiceError(
    errorCodes.overLimit,
    'The maximum number of in flight messages is reached: delete messages, or let them become visible again, and retry.',
  );
}

// Batches

export function emptyBatchRequest(entryName: string): Refusal {
  return new ServiceError(errorCodes.emptyBatchRequest, `There should be at least one ${entryName} in the request.`);
}

export function tooManyEntries(sent: number, max: number): Refusal {
  return new ServiceError(errorCodes.tooManyEntries, `Maximum number of entries per request are ${max}. You have sent ${sent}.`);
}

export function invalidBatchEntryId(): Refusal {
  return new ServiceError(
    errorCodes.invalidBatchEntryId,
    'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
  );
}

export function batchEntryIdsNotDistinct(id: string): Refusal {
  return new ServiceError(errorCodes.batchEntryIdsNotDistinct, `Id ${id} repeated.`);
}

export function batchRequestTooLong(bytes: number, max: number): Refusal {
  return new ServiceError(
    errorCodes.batchRequestTooLong,
    `Batch requests cannot be longer than ${max} bytes. You have sent ${bytes} bytes.`,
  );
}

// Permissions and move tasks

export function overLimit(text: string): Refusal {
  return new ServiceError(errorCodes.overLimit, text);
}

export function resourceNotFound(parameter: 'SourceArn' | 'DestinationArn'): Refusal {
  return new ServiceError(errorCodes.resourceNotFound, `The resource that you specified for the ${parameter} parameter doesn't exist.`);
}

export function taskDoesNotExist(): Refusal {
  return new ServiceError(errorCodes.resourceNotFound, 'Task does not exist.');
}
