import type { Refusal } from '../../wire/refusal.js';
import { type ErrorCode, ServiceError } from '../../wire/service.js';

/**
 * The error catalogue: every refusal that this service makes. Source: Amazon SNS API reference, "Common Errors" and each
 * operation's "Errors"; texts as recorded from the service. docs/sns.md lists the same table.
 */
export const errorCodes = {
  authorizationError: modelled('AuthorizationError', 403),
  batchEntryIdsNotDistinct: modelled('BatchEntryIdsNotDistinct', 400),
  batchRequestTooLong: modelled('BatchRequestTooLong', 400),
  emptyBatchRequest: modelled('EmptyBatchRequest', 400),
  endpointDisabled: modelled('EndpointDisabled', 400),
  invalidBatchEntryId: modelled('InvalidBatchEntryId', 400),
  invalidParameter: modelled('InvalidParameter', 400),
  invalidState: modelled('InvalidState', 400),
  invalidParameterValue: { ...modelled('ParameterValueInvalid', 400), type: 'InvalidParameterValueException' },
  notFound: modelled('NotFound', 404),
  optedOut: modelled('OptedOut', 400),
  platformApplicationDisabled: modelled('PlatformApplicationDisabled', 400),
  replayLimitExceeded: modelled('ReplayLimitExceeded', 403),
  resourceNotFound: modelled('ResourceNotFound', 404),
  subscriptionLimitExceeded: modelled('SubscriptionLimitExceeded', 403),
  tagLimitExceeded: modelled('TagLimitExceeded', 400),
  throttled: modelled('Throttled', 429),
  tooManyEntries: modelled('TooManyEntriesInBatchRequest', 400),
  userError: modelled('UserError', 400),
  validation: { ...modelled('ValidationError', 400), type: 'ValidationException' },
  verification: { ...modelled('VerificationException', 400), type: 'VerificationException' },
  serviceUnavailable: {
    type: 'ServiceUnavailableException',
    origin: 'framework',
    queryCode: 'ServiceUnavailable',
    status: 503,
    fault: 'Receiver',
  },
} as const satisfies Record<string, ErrorCode>;

function modelled(queryCode: string, status: number): ErrorCode {
  return { type: `${queryCode}Exception`, origin: 'service', queryCode, status, fault: 'Sender' };
}

/** `Invalid parameter: ` and the text: the form that most refusals of SNS have. */
export function invalid(text: string): Refusal {
  return new ServiceError(errorCodes.invalidParameter, `Invalid parameter: ${text}`);
}

/** A class of its own, as who publishes for another service may have a smaller message. */
export class MessageTooLong extends ServiceError {
  constructor() {
    super(errorCodes.invalidParameter, 'Invalid parameter: Message too long');
  }
}

/** InvalidParameter with a text that has no prefix. */
export function invalidBare(text: string): Refusal {
  return new ServiceError(errorCodes.invalidParameter, text);
}

export function missing(parameter: string): Refusal {
  return invalid(`${parameter} Reason: no value for required parameter`);
}

/** What the front end says before an operation is reached. `path` is the member's, in lower camel case. */
export function nullNotAllowed(path: string): Refusal {
  return new ServiceError(
    errorCodes.validation,
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
}

/** A number that is not from 1 to `max`, in the same words. */
export function outOfRange(path: string, value: number, max: number): Refusal {
  const bound = value < 1 ? 'greater than or equal to 1' : `less than or equal to ${max}`;
  return new ServiceError(
    errorCodes.validation,
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must have value ${bound}`,
  );
}

export function invalidAttribute(text: string): Refusal {
  return new ServiceError(errorCodes.invalidParameterValue, text);
}

export function authorizationError(text: string): Refusal {
  return new ServiceError(errorCodes.authorizationError, text);
}

/** The text is that of deliveries, in the direction of a publish: AWS's own is not recorded. */
export function messageProhibited(topic: string): Refusal {
  return authorizationError(`The topic's data protection policy prohibits this message from being published to ${topic}`);
}

export function topicDoesNotExist(): Refusal {
  return new ServiceError(errorCodes.notFound, 'Topic does not exist');
}

export function subscriptionDoesNotExist(): Refusal {
  return new ServiceError(errorCodes.notFound, 'Subscription does not exist');
}

export function applicationDoesNotExist(): Refusal {
  return new ServiceError(errorCodes.notFound, 'PlatformApplication does not exist');
}

export function endpointDoesNotExist(): Refusal {
  return new ServiceError(errorCodes.notFound, 'Endpoint does not exist');
}

export function endpointDisabled(): Refusal {
  return new ServiceError(errorCodes.endpointDisabled, 'Endpoint is disabled');
}

export function platformApplicationDisabled(): Refusal {
  return new ServiceError(errorCodes.platformApplicationDisabled, 'Platform application is disabled');
}

export function resourceDoesNotExist(): Refusal {
  return new ServiceError(errorCodes.resourceNotFound, 'Resource does not exist');
}

export function tooManyTags(): Refusal {
  return new ServiceError(errorCodes.tagLimitExceeded, 'Could not complete request: tag quota of per resource exceeded');
}

export function subscriptionLimitExceeded(max: number): Refusal {
  return new ServiceError(errorCodes.subscriptionLimitExceeded, `A FIFO topic can have at most ${max} subscriptions.`);
}

export function replayLimitExceeded(max: number): Refusal {
  return new ServiceError(errorCodes.replayLimitExceeded, `At most ${max} replays can be under way at a time.`);
}

export function archiveInTheWay(): Refusal {
  return new ServiceError(errorCodes.invalidState, 'Invalid state: Cannot delete a topic with an ArchivePolicy');
}

/** AWS has no full disks: the nearest it says is that the service cannot take the request now. */
export function storageFull(): Refusal {
  return new ServiceError(
    errorCodes.serviceUnavailable,
    'The disk that holds the messages is nearly full: nothing more is accepted until space is freed.',
  );
}

// SMS

export function optedOut(number: string): Refusal {
  return new ServiceError(errorCodes.optedOut, `The phone number ${number} has opted out of receiving SMS messages.`);
}

export function numberDoesNotExist(): Refusal {
  return new ServiceError(errorCodes.resourceNotFound, 'The phone number is not in the sandbox');
}

export function userError(text: string): Refusal {
  return new ServiceError(errorCodes.userError, text);
}

export function verificationFailed(text: string): Refusal {
  return new ServiceError(errorCodes.verification, text);
}

export function throttled(text: string): Refusal {
  return new ServiceError(errorCodes.throttled, text);
}

// Batches

export function emptyBatchRequest(): Refusal {
  return new ServiceError(errorCodes.emptyBatchRequest, "The batch request doesn't contain any entries.");
}

export function tooManyEntries(): Refusal {
  return new ServiceError(errorCodes.tooManyEntries, 'The batch request contains more entries than permissible.');
}

export function batchEntryIdsNotDistinct(): Refusal {
  return new ServiceError(errorCodes.batchEntryIdsNotDistinct, 'Two or more batch entries in the request have the same Id.');
}

export function batchRequestTooLong(): Refusal {
  return new ServiceError(errorCodes.batchRequestTooLong, 'The length of all the messages put together is more than the limit.');
}

export function batchEntryIdTooLong(id: string): Refusal {
  return new ServiceError(errorCodes.invalidBatchEntryId, `The Id of a batch entry in the batch request is too long: ${id}`);
}

export function batchEntryIdImpermissible(id: string): Refusal {
  return new ServiceError(
    errorCodes.invalidBatchEntryId,
    `The Id of a batch entry in the batch request contains an impermissible character: ${id}`,
  );
}
