import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure, wrappedList } from '../../../wire/shape.js';
import { pageSize } from '../limits.js';
import { encodeNextToken, readNextToken } from '../model/next-token.js';
import { accountOf } from '../sms/sms-account.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * ListPhoneNumbersOptedOut: a hundred a page, in order.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListPhoneNumbersOptedOut.html
 * Errors: InvalidParameter.
 */
const input = structure({ nextToken: string });
const output = structure({ phoneNumbers: wrappedList(string), nextToken: string });

export function listPhoneNumbersOptedOut(accounts: SmsAccounts): Operation {
  return operation({
    name: 'ListPhoneNumbersOptedOut',
    input,
    output,
    async handle(input, call) {
      const account = accountOf(call);
      const listing = `opted out ${account.account} ${account.region}`;
      const after = accept(readNextToken(input.nextToken, listing));
      const found = await accounts.optedOut(account, after, pageSize + 1);
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      const nextToken = found.length > pageSize && last !== undefined ? encodeNextToken(listing, last) : undefined;
      return { phoneNumbers: page, nextToken };
    },
  });
}
