import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { structure } from '../../../wire/shape.js';
import { nullNotAllowed } from '../errors.js';
import { attributes } from '../shapes.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * SetSMSAttributes: defaults of an account for its messages to phones in one Region. Those not given stay; the empty string takes one back.
 * https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html
 * Errors: InvalidParameter, ValidationError, ServiceUnavailable.
 */
const input = structure({ attributes });
const output = structure({});

export function setSMSAttributes(accounts: SmsAccounts): Operation {
  return operation({
    name: 'SetSMSAttributes',
    input,
    output,
    async handle({ attributes: given }, call) {
      if (given === undefined || Object.keys(given).length === 0) throw nullNotAllowed('attributes');
      accept(await accounts.setAttributes(accountOf(call), given));
      return {};
    },
  });
}
