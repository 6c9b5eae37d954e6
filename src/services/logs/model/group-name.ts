import type { AccountId, Region } from '../../../base/ids.js';
import type { Refusal } from '../../../wire/refusal.js';
import { constraint, groupNotFound, invalidParameter } from '../errors.js';
import type { GroupAddress } from '../log-groups.js';

export const groupPrefix = '/aws/lambda/';

const namePattern = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const functionNamePattern = /^[a-zA-Z0-9-_]{1,64}$/;

interface Caller {
  readonly accountId: AccountId;
  readonly region: Region;
}

/** There are logs of functions and no others: a group with any other name is not there. */
export function readGroupName(name: string, { accountId, region }: Caller): GroupAddress | Refusal {
  if (!namePattern.test(name))
    return constraint('logGroupName', name.slice(0, 100), String.raw`satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`);
  const functionName = name.startsWith(groupPrefix) ? name.slice(groupPrefix.length) : '';
  return functionNamePattern.test(functionName) ? { account: accountId, region, functionName } : groupNotFound();
}

/** A name, or the ARN of the caller's group. */
export function readGroupIdentifier(identifier: string, caller: Caller): GroupAddress | Refusal {
  if (!identifier.startsWith('arn:')) return readGroupName(identifier, caller);
  const [, , service, region, account, kind, name = ''] = identifier.split(':');
  if (service !== 'logs' || kind !== 'log-group')
    return invalidParameter(`The specified resource identifier is not valid: ${identifier.slice(0, 200)}`);
  return region === caller.region && account === caller.accountId ? readGroupName(name, caller) : groupNotFound();
}
