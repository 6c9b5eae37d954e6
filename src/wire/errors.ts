import { type ErrorCode, ServiceError } from './service.js';

/**
 * Refusals that any service can make before an operation sees the request, and the answer to a fault of our own.
 * Source: Amazon SQS API reference, "Common Errors"; codes in both protocols as recorded from the real service.
 */
export const wireErrorCodes = {
  malformedInput: framework('SerializationException', 'MalformedInput', 400),
  unknownOperation: framework('UnknownOperationException', 'InvalidAction', 400),
  unknownPath: framework('UnknownOperationException', 'UnknownOperationException', 404),
  accessDenied: framework('AccessDeniedException', 'AccessDenied', 403),
  invalidPrincipal: framework('ValidationException', 'ValidationError', 400),
  requestTooLarge: framework('RequestEntityTooLargeException', 'RequestEntityTooLarge', 413),
  unsupportedEncoding: framework('UnsupportedMediaTypeException', 'UnsupportedMediaType', 415),
  internalFailure: framework('InternalFailure', 'InternalError', 500),
} as const satisfies Record<string, ErrorCode>;

function framework(type: string, queryCode: string, status: number): ErrorCode {
  return { type, origin: 'framework', queryCode, status, fault: status < 500 ? 'Sender' : 'Receiver' };
}

export function malformedInput(text: string): ServiceError {
  return new ServiceError(wireErrorCodes.malformedInput, text);
}

export function unknownTarget(target: string | undefined): ServiceError {
  return new ServiceError(
    wireErrorCodes.unknownOperation,
    target === undefined ? 'The X-Amz-Target header is missing.' : `The operation ${target} is not known.`,
  );
}

export function invalidAction(action: string): ServiceError {
  return new ServiceError(wireErrorCodes.unknownOperation, `The action ${action} is not valid for this endpoint.`);
}

export function foreignPageRefused(page: string): ServiceError {
  return new ServiceError(wireErrorCodes.accessDenied, `The request comes from ${page}: a browser may not call this server for it.`);
}

export function invalidPrincipal(stated: string): ServiceError {
  return new ServiceError(
    wireErrorCodes.invalidPrincipal,
    `The header X-Signalbox-Principal is ${JSON.stringify(stated)}: expected the ARN of a user, a role or the root of an account.`,
  );
}

export function requestTooLarge(bytesMax: number): ServiceError {
  return new ServiceError(wireErrorCodes.requestTooLarge, `The request is larger than ${bytesMax} bytes.`);
}

/** As Lambda says it. */
export function operationTooLarge(operation: string, bytesMax: number): ServiceError {
  return new ServiceError(wireErrorCodes.requestTooLarge, `Request must be smaller than ${bytesMax} bytes for the ${operation} operation`);
}

export function unknownPath(method: string, path: string): ServiceError {
  return new ServiceError(wireErrorCodes.unknownPath, `${method} ${path.slice(0, 200)} is no operation of this server.`);
}

export function malformedPath(path: string): ServiceError {
  return malformedInput(`The path ${path.slice(0, 200)} is not percent-encoded UTF-8`);
}

export function unsupportedEncoding(encoding: string): ServiceError {
  return new ServiceError(wireErrorCodes.unsupportedEncoding, `The content encoding ${encoding} is not supported: send the body as it is.`);
}

export function internalFailure(): ServiceError {
  return new ServiceError(
    wireErrorCodes.internalFailure,
    'The request processing has failed because of an unknown error, exception or failure.',
  );
}
