import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { invalid } from '../errors.js';
import { readNumber } from '../sms/phone-number.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';
import { isLanguage } from '../sms/verification-texts.js';

/**
 * CreateSMSSandboxPhoneNumber: enters a number, and sends it a one-time password; for one that is pending, another.
 * https://docs.aws.amazon.com/sns/latest/api/API_CreateSMSSandboxPhoneNumber.html
 * Errors: InvalidParameter, OptedOut, UserError, Throttled, ServiceUnavailable; of the guards: AuthorizationError.
 */
const input = structure({ PhoneNumber: string, LanguageCode: string });
const output = structure({});

export function createSMSSandboxPhoneNumber(accounts: SmsAccounts): Operation {
  return operation({
    name: 'CreateSMSSandboxPhoneNumber',
    input,
    output,
    async handle({ PhoneNumber: given, LanguageCode: language = 'en-US' }, call) {
      const number = accept(readNumber(given));
      if (!isLanguage(language)) throw invalid('LanguageCode');
      accept(await accounts.enterSandboxNumber({ ...accountOf(call), sourceAddress: call.sourceAddress }, number, language));
      return {};
    },
  });
}
