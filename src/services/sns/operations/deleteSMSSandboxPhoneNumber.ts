import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readNumber } from '../sms/phone-number.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * DeleteSMSSandboxPhoneNumber: takes a number out of the sandbox, 24 hours after it was verified or tried for the last time.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeleteSMSSandboxPhoneNumber.html
 * Errors: InvalidParameter, ResourceNotFound, UserError.
 */
const input = structure({ PhoneNumber: string });
const output = structure({});

export function deleteSMSSandboxPhoneNumber(accounts: SmsAccounts): Operation {
  return operation({
    name: 'DeleteSMSSandboxPhoneNumber',
    input,
    output,
    async handle(input, call) {
      const number = accept(readNumber(input.PhoneNumber));
      accept(await accounts.removeSandboxNumber(accountOf(call), number));
      return {};
    },
  });
}
