import type { AccountId } from '../base/ids.js';
import { invalidPrincipal } from './errors.js';

/** Who calls: an ARN, and the account that it belongs to. */
export interface Principal {
  readonly arn: string;
  readonly accountId: AccountId;
}

/** IAM user guide, "IAM identifiers": the root of an account, a user, a role, or a session of one. */
const pattern =
  /^arn:aws[a-z-]{0,12}:(?:iam::(\d{12}):(?:root|(?:user|role)\/[\w+=,.@/-]{1,512})|sts::(\d{12}):assumed-role\/[\w+=,.@/-]{1,512})$/;

/** From an `X-Signalbox-Principal` header. Throws for what is no ARN of a principal. */
export function readPrincipal(arn: string): Principal {
  const read = pattern.exec(arn);
  if (read === null) throw invalidPrincipal(arn);
  return { arn, accountId: (read[1] ?? read[2]) as AccountId };
}

export function rootOf(accountId: AccountId): Principal {
  return { arn: `arn:aws:iam::${accountId}:root`, accountId };
}
