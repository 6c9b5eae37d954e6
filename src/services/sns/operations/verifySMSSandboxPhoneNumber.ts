import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid } from '../errors.js';
import { readNumber } from '../sms/phone-number.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * VerifySMSSandboxPhoneNumber: a number is verified by the one-time password that was sent to it.
 * https://docs.aws.amazon.com/sns/latest/api/API_VerifySMSSandboxPhoneNumber.html
 * Errors: InvalidParameter, ResourceNotFound, VerificationException.
 */
const input = structure({ PhoneNumber: string, OneTimePassword: string });
const output = structure({});

export function verifySMSSandboxPhoneNumber(accounts: SmsAccounts): Operation {
  return operation({
    name: 'VerifySMSSandboxPhoneNumber',
    input,
    output,
    async handle({ PhoneNumber: given, OneTimePassword: password = '' }, call) {
      const number = accept(readNumber(given));
      if (!/^\d{5,8}$/.test(password)) throw invalid('OneTimePassword');
      accept(await accounts.verifySandboxNumber(accountOf(call), number, password));
      return {};
    },
  });
}
