import type { Refusal } from '../../../wire/refusal.js';
import { invalidValue, notSupported } from '../errors.js';
import { isFunctionName } from './function-name.js';

/** Where events, or the records of what became of them, are sent. */
export type DestinationKind = 'sqs' | 'sns' | 'lambda';

/** Undefined for what is nothing that is sent to. */
export function kindOfDestination(arn: string): DestinationKind | undefined {
  const [scheme, , service, , account = '', ...rest] = arn.split(':');
  if (scheme !== 'arn' || !/^\d{12}$/.test(account)) return undefined;
  switch (service) {
    case 'sqs':
    case 'sns':
      return rest.length === 1 && /^[A-Za-z0-9_-]{1,256}(\.fifo)?$/.test(rest[0] ?? '') ? service : undefined;
    case 'lambda':
      return rest[0] === 'function' && rest.length <= 3 && isFunctionName(rest[1] ?? '') ? service : undefined;
    default:
      return undefined;
  }
}

export function isFifo(arn: string): boolean {
  return arn.endsWith('.fifo');
}

/** `DeadLetterConfig.TargetArn`: a standard queue or topic; the empty text removes it. */
export function readDeadLetterTarget(arn: string): string | undefined | Refusal {
  if (arn === '') return undefined;
  const kind = kindOfDestination(arn);
  if (kind !== 'sqs' && kind !== 'sns') return invalidValue(`The provided dead letter config target ${arn.slice(0, 300)} is invalid.`);
  return isFifo(arn) ? notSupported('A FIFO queue or topic as DeadLetterConfig') : arn;
}
