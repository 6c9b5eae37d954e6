import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure, wrappedList } from '../../../wire/shape.js';
import { sandboxNumbersPageMax } from '../limits.js';
import { numberPage } from '../sms/number-page.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * ListSMSSandboxPhoneNumbers: the numbers entered, pending and verified, in order.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListSMSSandboxPhoneNumbers.html
 * Errors: InvalidParameter, ValidationError.
 */
const input = structure({ NextToken: string, MaxResults: integer });
const output = structure({
  PhoneNumbers: wrappedList(structure({ PhoneNumber: string, Status: string })),
  NextToken: string,
});

export function listSMSSandboxPhoneNumbers(accounts: SmsAccounts): Operation {
  return operation({
    name: 'ListSMSSandboxPhoneNumbers',
    input,
    output,
    async handle(input, call) {
      const entered = Object.entries(await accounts.sandboxNumbers(accountOf(call)));
      const numbers = entered.map(([number, { kind }]) => ({ number, status: kind === 'verified' ? 'Verified' : 'Pending' }));
      const { items, nextToken } = accept(
        numberPage(numbers, input.NextToken, input.MaxResults, { what: 'sandbox', max: sandboxNumbersPageMax }),
      );
      return { PhoneNumbers: items.map(({ number, status }) => ({ PhoneNumber: number, Status: status })), NextToken: nextToken };
    },
  });
}
