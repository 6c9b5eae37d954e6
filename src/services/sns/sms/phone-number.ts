import type { Refusal } from '../../../wire/refusal.js';
import { invalid, invalidBare } from '../errors.js';

/** E.164: a plus, the country's code, and up to 15 digits in all. */
export type PhoneNumber = string & { readonly __brand: 'PhoneNumber' };

const e164 = /^\+[1-9]\d{1,14}$/;

export function isPhoneNumber(text: string): text is PhoneNumber {
  return e164.test(text);
}

/** `PhoneNumber` of Publish. */
export function readDestination(text: string): PhoneNumber | Refusal {
  return isPhoneNumber(text) ? text : invalid(`PhoneNumber Reason: ${shown(text)} is not valid to publish to`);
}

/** Of the operations about opting out and in, and about the sandbox. */
export function readNumber(text: string | undefined): PhoneNumber | Refusal {
  return text !== undefined && isPhoneNumber(text) ? text : invalid('PhoneNumber Reason: input incorrectly formatted');
}

const endpoint = /^\+?\d+(?:[/.-]\d+)*$/;
const endpointCharsMax = 40;

/** The endpoint of a subscription, which may have separators between its digits, and need not have a plus. */
export function readPhoneEndpoint(text: string): PhoneNumber | Refusal {
  const number = text.length <= endpointCharsMax && endpoint.test(text) ? withoutSeparators(text) : '';
  return isPhoneNumber(number) ? number : invalidBare(`Invalid SMS endpoint: ${shown(text)}`);
}

/** The number that the endpoint of a subscription is another way to write. */
export function withoutSeparators(text: string): string {
  return `+${text.replace(/\D/g, '')}`;
}

/** Of what is no number, so much as says which it was. */
function shown(text: string): string {
  return text.slice(0, endpointCharsMax);
}
