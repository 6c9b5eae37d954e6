import type { Refusal } from '../../wire/refusal.js';
import { type ErrorCode, type ErrorDetails, ServiceError } from '../../wire/service.js';

/**
 * The error catalogue: every refusal that this service makes. Source: AWS Lambda API reference, each operation's "Errors"; texts as recorded
 * from the service. docs/functions.md lists the same table.
 */
export const errorCodes = {
  codeStorageExceeded: modelled('CodeStorageExceededException', 400),
  invalidParameterValue: modelled('InvalidParameterValueException', 400),
  invalidRequestContent: modelled('InvalidRequestContentException', 400),
  policyLengthExceeded: modelled('PolicyLengthExceededException', 400),
  preconditionFailed: modelled('PreconditionFailedException', 412),
  recursiveInvocation: { ...modelled('RecursiveInvocationException', 400), textMember: 'Message' },
  requestEntityTooLarge: modelled('RequestEntityTooLargeException', 413),
  requestTooLarge: modelled('RequestTooLargeException', 413),
  resourceConflict: modelled('ResourceConflictException', 409),
  resourceInUse: { ...modelled('ResourceInUseException', 400), textMember: 'Message' },
  resourceNotFound: { ...modelled('ResourceNotFoundException', 404), textMember: 'Message' },
  service: { ...modelled('ServiceException', 500), textMember: 'Message', fault: 'Receiver' },
  tooManyRequests: modelled('TooManyRequestsException', 429),
  unsupportedMediaType: modelled('UnsupportedMediaTypeException', 415),
  validation: modelled('ValidationException', 400),
} as const satisfies Record<string, ErrorCode>;

function modelled(type: string, status: number): ErrorCode {
  return { type, origin: 'service', queryCode: type, status, fault: 'Sender' };
}

function error(code: ErrorCode, text: string, more?: ErrorDetails): Refusal {
  return new ServiceError(code, text, text, more);
}

/** What the front end says of members that break the model's constraints: all of them at once. */
export function validationFailed(violations: readonly string[]): Refusal {
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected: `;
  return error(errorCodes.validation, count + violations.join('; '));
}

export function invalidValue(text: string): Refusal {
  return error(errorCodes.invalidParameterValue, text);
}

/** Nothing is accepted and then not done. */
export function notSupported(what: string): Refusal {
  return invalidValue(`${what} is not supported by this server yet.`);
}

export function functionNotFound(arn: string): Refusal {
  return error(errorCodes.resourceNotFound, `Function not found: ${arn}`);
}

export function otherRegion(theirs: string, ours: string): Refusal {
  return error(errorCodes.resourceNotFound, `Functions from '${theirs}' are not reachable in this region ('${ours}')`);
}

export function notFound(text: string): Refusal {
  return error(errorCodes.resourceNotFound, text);
}

export function noEventInvokeConfig(arn: string): Refusal {
  return notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
}

export function aliasNotFound(arn: string): Refusal {
  return notFound(`Cannot find alias arn: ${arn}`);
}

export function conflict(text: string): Refusal {
  return error(errorCodes.resourceConflict, text);
}

export function functionExists(name: string): Refusal {
  return conflict(`Function already exist: ${name}`);
}

export function mappingNotFound(): Refusal {
  return notFound('The resource you requested does not exist.');
}

export function mappingInUse(): Refusal {
  return error(errorCodes.resourceInUse, 'Cannot update the event source mapping because it is in use.');
}

export function mappingExists(queueArn: string, functionName: string, id: string): Refusal {
  return conflict(
    `An event source mapping with SQS arn (" ${queueArn} ") and function (" ${functionName} ") already exists. Please update or delete the existing mapping with UUID ${id}`,
  );
}

export function invalidFilter(): Refusal {
  return invalidValue('Invalid filter pattern definition.');
}

export function queueNotFound(): Refusal {
  return invalidValue(
    'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
  );
}

export function revisionDiffers(): Refusal {
  return error(
    errorCodes.preconditionFailed,
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}

export function qualifiersDiffer(): Refusal {
  return invalidValue('The derived qualifier from the function name does not match the specified qualifier.');
}

export function functionsOnly(): Refusal {
  return invalidValue(
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  );
}

export function codeTooLarge(bytes: number, bytesMax: number): Refusal {
  return error(errorCodes.requestEntityTooLarge, `Zipped size must be smaller than ${bytesMax} bytes, it is ${bytes}`);
}

export function codeStorageExceeded(): Refusal {
  return error(errorCodes.codeStorageExceeded, 'Code storage limit exceeded.');
}

export function policyTooLong(bytes: number, bytesMax: number): Refusal {
  return error(errorCodes.policyLengthExceeded, `The final policy size (${bytes}) is bigger than the limit (${bytesMax}).`);
}

export function payloadTooLarge(bytes: number, invocationType: string, bytesMax: number): Refusal {
  return error(
    errorCodes.requestTooLarge,
    `${bytes} byte payload is too large for the ${invocationType} invocation type (limit ${bytesMax} bytes)`,
  );
}

export function payloadIsNoJson(problem: string): Refusal {
  return error(errorCodes.invalidRequestContent, `Could not parse request body into json: Could not parse payload into json: ${problem}`);
}

export function clientContextInvalid(problem: string): Refusal {
  return error(errorCodes.invalidRequestContent, `Client context must be a valid Base64-encoded JSON object: ${problem}`);
}

export function unsupportedMediaType(contentType: string): Refusal {
  return error(errorCodes.unsupportedMediaType, `The content type ${contentType} is not supported: a payload is JSON.`);
}

export type ThrottleReason = 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded';

export function throttled(reason: ThrottleReason): Refusal {
  return error(errorCodes.tooManyRequests, 'Rate Exceeded.', { members: { Reason: reason }, headers: { 'Retry-After': '1' } });
}

export function recursionStopped(functionName: string): Refusal {
  return error(
    errorCodes.recursiveInvocation,
    `Lambda detected function ${functionName} being invoked in a recursive loop and stopped the invocation.`,
  );
}

export function brokerStops(): Refusal {
  return error(errorCodes.service, 'The server stops: try again.');
}

/** AWS has no full disks. */
export function storageFull(): Refusal {
  return error(
    errorCodes.service,
    'The disk that holds functions and events is nearly full: nothing more is accepted until space is freed.',
  );
}
