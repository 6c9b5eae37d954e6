import type { Refusal } from '../../wire/refusal.js';
import { type ErrorCode, ServiceError } from '../../wire/service.js';

/** The error catalogue: every refusal that this service makes. Source: Amazon CloudWatch Logs API reference; texts as recorded from the service. */
export const errorCodes = {
  invalidParameter: modelled('InvalidParameterException'),
  resourceNotFound: modelled('ResourceNotFoundException'),
} as const satisfies Record<string, ErrorCode>;

function modelled(type: string): ErrorCode {
  return { type, origin: 'service', queryCode: type, status: 400, fault: 'Sender' };
}

export function groupNotFound(): ServiceError {
  return new ServiceError(errorCodes.resourceNotFound, 'The specified log group does not exist.');
}

export function invalidParameter(text: string): Refusal {
  return new ServiceError(errorCodes.invalidParameter, text);
}

/** `member`: with a small letter, as the model writes it. */
export function constraint(member: string, value: string | number, rule: string): Refusal {
  return invalidParameter(`1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${rule}`);
}
