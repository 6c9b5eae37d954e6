import { type Operation, operation } from '../../../wire/service.js';
import { boolean, structure } from '../../../wire/shape.js';
import type { SmsAccounts } from '../sms/sms-accounts.js';

/**
 * GetSMSSandboxAccountStatus: whether the account is in the sandbox: the configuration file says so for all of them.
 * https://docs.aws.amazon.com/sns/latest/api/API_GetSMSSandboxAccountStatus.html
 * Errors: none of its own.
 */
const input = structure({});
const output = structure({ IsInSandbox: boolean });

export function getSMSSandboxAccountStatus(accounts: Pick<SmsAccounts, 'isInSandbox'>): Operation {
  return operation({
    name: 'GetSMSSandboxAccountStatus',
    input,
    output,
    handle: async () => ({ IsInSandbox: accounts.isInSandbox }),
  });
}
