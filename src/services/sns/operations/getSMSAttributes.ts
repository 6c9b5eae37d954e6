import { type Operation, operation } from '../../../wire/service.js';
import { structure } from '../../../wire/shape.js';
import { attributes, names } from '../shapes.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';
import { shownSmsAttributes } from '../sms/sms-attributes.js';

/**
 * GetSMSAttributes: what was set by SetSMSAttributes, all or by name, and the spend limit in any case that it is asked for.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetSMSAttributes.html
 * Errors: none of its own.
 */
const input = structure({ attributes: names });
const output = structure({ attributes });

export function getSMSAttributes(accounts: SmsAccounts): Operation {
  return operation({
    name: 'GetSMSAttributes',
    input,
    output,
    async handle({ attributes: asked = [] }, call) {
      const all = Object.entries(shownSmsAttributes(await accounts.attributes(accountOf(call))));
      return { attributes: Object.fromEntries(asked.length === 0 ? all : all.filter(([name]) => asked.includes(name))) };
    },
  });
}
