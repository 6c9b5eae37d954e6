import type { Refusal } from '../../../../wire/refusal.js';
import { authorizationError, throttled } from '../../errors.js';
import type { GuardRefusal } from './guard-state.js';

/** AWS has none of these guards: the nearest it says is that the caller may not, or not so often. */
export function guarded(refusal: GuardRefusal, number: string, now: number): Refusal {
  switch (refusal.guard) {
    case 'country':
      return authorizationError(`${number} is in none of the countries that sms.guards.countries of this server allows.`);
    case 'runs':
      return authorizationError(
        `${number} is one of a run of neighbouring numbers that were sent to: sms.guards.runs of this server forbids it.`,
      );
    case 'conversion':
      return authorizationError(
        'Too few messages are confirmed: sms.guards.conversion of this server has stopped messages to phone numbers.',
      );
    case 'perNumber':
      return throttled(`${number} has had as many messages as sms.guards.perNumber of this server allows: try again later.`);
    case 'perSource':
      return throttled('Your address has sent as many messages as sms.guards.perSource of this server allows: try again later.');
    case 'pauses':
      return throttled(`The next message to ${number} can be sent in ${Math.ceil((refusal.nextAt - now) / 1_000)} seconds.`);
  }
}
