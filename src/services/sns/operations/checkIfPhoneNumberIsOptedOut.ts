import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, string, structure } from '../../../wire/shape.js';
import { readNumber } from '../sms/phone-number.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * CheckIfPhoneNumberIsOptedOut: whether a number gets no more messages of the account.
 * https://docs.aws.amazon.com/sns/latest/api/API_CheckIfPhoneNumberIsOptedOut.html
 * Errors: InvalidParameter.
 */
const input = structure({ phoneNumber: string });
const output = structure({ isOptedOut: boolean });

export function checkIfPhoneNumberIsOptedOut(accounts: SmsAccounts): Operation {
  return operation({
    name: 'CheckIfPhoneNumberIsOptedOut',
    input,
    output,
    async handle(input, call) {
      const number = accept(readNumber(input.phoneNumber));
      return { isOptedOut: await accounts.isOptedOut(accountOf(call), number) };
    },
  });
}
