import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readNumber } from '../sms/phone-number.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * OptInPhoneNumber: a number that has opted out gets messages again; once in 30 days.
 * https://docs.aws.amazon.com/sns/latest/api/API_OptInPhoneNumber.html
 * Errors: InvalidParameter, Throttled, ServiceUnavailable.
 */
const input = structure({ phoneNumber: string });
const output = structure({});

export function optInPhoneNumber(accounts: SmsAccounts): Operation {
  return operation({
    name: 'OptInPhoneNumber',
    input,
    output,
    async handle(input, call) {
      const number = accept(readNumber(input.phoneNumber));
      accept(await accounts.optIn(accountOf(call), number));
      return {};
    },
  });
}
