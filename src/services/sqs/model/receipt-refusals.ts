import type { SettleOutcome, VisibilityOutcome } from '../../../engine/engine.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidValue, receiptHandleIsInvalid } from '../errors.js';
import { visibilitySecondsMax } from '../limits.js';

/** How AWS words what the engine says of a receipt. */
export function settleRefusal(outcome: SettleOutcome | undefined, handle: string): Refusal | undefined {
  switch (outcome) {
    case 'settled':
      return undefined;
    case 'expired':
      return invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.');
    case 'invalid':
    case undefined:
      return receiptHandleIsInvalid(handle);
  }
}

export function visibilityRefusal(outcome: VisibilityOutcome | undefined, handle: string, seconds: number): Refusal | undefined {
  switch (outcome) {
    case 'changed':
      return undefined;
    case 'notAvailable':
      return invalidValue(handle, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change.');
    case 'beyondLimit':
      return invalidValue(
        seconds,
        'VisibilityTimeout',
        `Total VisibilityTimeout for the message is beyond the limit [${visibilitySecondsMax} seconds]`,
      );
    case 'invalid':
    case undefined:
      return receiptHandleIsInvalid(handle);
  }
}

export function checkVisibilityTimeout(seconds: number): Refusal | undefined {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= visibilitySecondsMax) return undefined;
  return invalidValue(seconds, 'VisibilityTimeout', `VisibilityTimeout must be an integer between 0 and ${visibilitySecondsMax}`);
}
