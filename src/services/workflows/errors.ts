import type { Refusal } from '../../wire/refusal.js';
import { type ErrorCode, ServiceError } from '../../wire/service.js';
import type { Diagnostic } from './language/problems.js';

/**
 * The error catalogue: every refusal that this service makes. Source: AWS Step Functions API reference, each operation's "Errors";
 * texts as recorded from the service. docs/workflows.md lists the same table.
 */
export const errorCodes = {
  activityDoesNotExist: modelled('ActivityDoesNotExist'),
  conflict: modelled('ConflictException'),
  executionAlreadyExists: modelled('ExecutionAlreadyExists'),
  executionDoesNotExist: modelled('ExecutionDoesNotExist'),
  executionNotRedrivable: modelled('ExecutionNotRedrivable'),
  invalidArn: modelled('InvalidArn'),
  invalidDefinition: modelled('InvalidDefinition'),
  invalidExecutionInput: modelled('InvalidExecutionInput'),
  invalidName: modelled('InvalidName'),
  invalidOutput: modelled('InvalidOutput'),
  invalidToken: modelled('InvalidToken'),
  missingRequiredParameter: modelled('MissingRequiredParameter'),
  resourceNotFound: modelled('ResourceNotFound'),
  stateMachineAlreadyExists: modelled('StateMachineAlreadyExists'),
  stateMachineDeleting: modelled('StateMachineDeleting'),
  stateMachineDoesNotExist: modelled('StateMachineDoesNotExist'),
  stateMachineTypeNotSupported: modelled('StateMachineTypeNotSupported'),
  taskDoesNotExist: modelled('TaskDoesNotExist'),
  taskTimedOut: modelled('TaskTimedOut'),
  tooManyTags: modelled('TooManyTags'),
  validation: modelled('ValidationException'),
  serviceUnavailable: {
    type: 'ServiceUnavailableException',
    origin: 'framework',
    queryCode: 'ServiceUnavailable',
    status: 503,
    fault: 'Receiver',
  },
} as const satisfies Record<string, ErrorCode>;

function modelled(type: string): ErrorCode {
  return { type, origin: 'service', queryCode: type, status: 400, fault: 'Sender' };
}

/** What the front end says of a request before an operation is reached. `path` is the member's. */
export function constraint(path: string, value: string, rule: string): Refusal {
  return new ServiceError(
    errorCodes.validation,
    `1 validation error detected: Value ${value} at '${path}' failed to satisfy constraint: ${rule}`,
  );
}

/** Of a request whose members do not go together. */
export function invalidRequest(message: string): Refusal {
  return new ServiceError(errorCodes.validation, message);
}

export function missing(path: string): Refusal {
  return constraint(path, 'null', 'Member must not be null');
}

/** A text is one that AWS does not word as it does diagnostics. */
export function invalidDefinition(diagnostics: readonly Diagnostic[] | string): Refusal {
  if (typeof diagnostics === 'string') return new ServiceError(errorCodes.invalidDefinition, diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR').slice(0, errorsShownMax);
  const texts = errors.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
  const [only = ''] = texts;
  const shown = texts.length === 1 ? `'${only}'` : `'${texts.map((text) => `'${text}'`).join(', ')}'`;
  return new ServiceError(errorCodes.invalidDefinition, `Invalid State Machine Definition: ${shown}`);
}

/** So that a message stays one that people can read. */
const errorsShownMax = 10;

/** Of this server: the request is understood and cannot be served. */
export function unsupported(what: string): Refusal {
  return new ServiceError(errorCodes.validation, `${what} is not supported by this server.`);
}

export function invalidArn(reason: string): Refusal {
  return new ServiceError(errorCodes.invalidArn, `Invalid Arn: '${reason}'`);
}

export function invalidName(name: string): Refusal {
  return new ServiceError(errorCodes.invalidName, `Invalid Name: '${name}'`);
}

export function invalidToken(): Refusal {
  return new ServiceError(errorCodes.invalidToken, "Invalid Token: 'Invalid token'");
}

export function invalidInput(reason: string): Refusal {
  return new ServiceError(errorCodes.invalidExecutionInput, `Invalid State Machine Execution Input: '${reason}'`);
}

export function invalidOutput(reason: string): Refusal {
  return new ServiceError(errorCodes.invalidOutput, `Invalid Output: '${reason}'`);
}

export function machineExists(arn: string): Refusal {
  return new ServiceError(errorCodes.stateMachineAlreadyExists, `State Machine Already Exists: '${arn}'`);
}

export function noMachine(arn: string): Refusal {
  return new ServiceError(errorCodes.stateMachineDoesNotExist, `State Machine Does Not Exist: '${arn}'`);
}

export function machineDeleting(arn: string): Refusal {
  return new ServiceError(errorCodes.stateMachineDeleting, `State Machine is being deleted: '${arn}'`);
}

export function typeNotSupported(): Refusal {
  return new ServiceError(errorCodes.stateMachineTypeNotSupported, 'This operation is not supported by this type of state machine');
}

export function nothingToUpdate(): Refusal {
  return new ServiceError(
    errorCodes.missingRequiredParameter,
    'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
  );
}

export function executionExists(arn: string): Refusal {
  return new ServiceError(errorCodes.executionAlreadyExists, `Execution Already Exists: '${arn}'`);
}

export function noExecution(arn: string): Refusal {
  return new ServiceError(errorCodes.executionDoesNotExist, `Execution Does Not Exist: '${arn}'`);
}

export function notRedrivable(reason: string): Refusal {
  return new ServiceError(errorCodes.executionNotRedrivable, reason);
}

export function noActivity(arn: string): Refusal {
  return new ServiceError(errorCodes.activityDoesNotExist, `Activity Does Not Exist: '${arn}'`);
}

export function noTask(): Refusal {
  return new ServiceError(errorCodes.taskDoesNotExist, 'Task Does Not Exist');
}

export function taskOver(): Refusal {
  return new ServiceError(errorCodes.taskTimedOut, 'Task Timed Out: the task or its execution is over, or it was answered already');
}

export function noResource(arn: string): Refusal {
  return new ServiceError(errorCodes.resourceNotFound, `Resource not found: '${arn}'`);
}

export function tooManyTags(arn: string): Refusal {
  return new ServiceError(errorCodes.tooManyTags, `Too Many Tags: '${arn}'`);
}

export function storageFull(): Refusal {
  return new ServiceError(errorCodes.serviceUnavailable, 'The disk is nearly full: nothing new is accepted until there is room.');
}
