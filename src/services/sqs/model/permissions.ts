import { isAccountId } from '../../../base/arn.js';
import type { QueueAddress } from '../../../base/ids.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidAttributeValue, invalidValue, missingParameter } from '../errors.js';
import { permissionLabelCharsMax, policyActionsMax, policyBytesMax } from '../limits.js';
import { checkPolicyLimits, type PolicyDocument, parsePolicy, tooMany } from './policy.js';

export interface Permission {
  readonly label: string;
  readonly accountIds: readonly string[];
  /** Without prefix: `SendMessage`, or `*`. */
  readonly actions: readonly string[];
}

/** Developer guide, "Amazon SQS API permissions": those that can be given to another account. */
const grantable: readonly string[] = [
  '*',
  'CancelMessageMoveTask',
  'ChangeMessageVisibility',
  'DeleteMessage',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'ListMessageMoveTasks',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
  'StartMessageMoveTask',
];

const ownerOnly: readonly string[] = [
  'AddPermission',
  'CreateQueue',
  'DeleteQueue',
  'ListQueues',
  'ListQueueTags',
  'RemovePermission',
  'SetQueueAttributes',
  'TagQueue',
  'UntagQueue',
];

export function checkPermission(permission: Permission): Refusal | undefined {
  const { label, accountIds, actions } = permission;
  if (label.length > permissionLabelCharsMax || !/^[A-Za-z0-9_-]+$/.test(label)) {
    return invalidValue(label, 'Label', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.');
  }
  if (actions.length === 0) return missingParameter('Actions');
  if (actions.length > policyActionsMax) return tooMany(actions.length, 'Actions', policyActionsMax);
  for (const action of actions) {
    if (ownerOnly.includes(action)) {
      return invalidValue(`SQS:${action}`, 'ActionName', 'Only the queue owner is allowed to invoke this action.');
    }
    if (!grantable.includes(action)) {
      return invalidValue(`SQS:${action}`, 'ActionName', 'Please refer to the appropriate WSDL for a list of valid actions. ');
    }
  }
  if (accountIds.length === 0 || !accountIds.every(isAccountId)) {
    return invalidValue(`[${accountIds.join(', ')}]`, 'PrincipalId', 'Unable to verify.');
  }
  return undefined;
}

/** The queue's policy with one statement more. `current` is the `Policy` attribute, when set. */
export function addPermission(current: string | undefined, queue: QueueAddress, permission: Permission): string | Refusal {
  const policy: PolicyDocument = (current === undefined ? undefined : parsePolicy(current)) ?? {
    Version: '2008-10-17',
    Id: `${queue}/SQSDefaultPolicy`,
    Statement: [],
  };
  if (policy.Statement.some((statement) => statement.Sid === permission.label)) {
    return invalidValue(permission.label, 'Label', 'Already exists.');
  }
  const statement = {
    Sid: permission.label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMany(permission.accountIds.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrMany(permission.actions.map((action) => `SQS:${action}`)),
    Resource: queue,
  };
  const extended = { ...policy, Statement: [...policy.Statement, statement] };
  const json = JSON.stringify(extended);
  if (Buffer.byteLength(json) > policyBytesMax)
    return invalidAttributeValue('Policy', `The policy would be longer than ${policyBytesMax} bytes.`);
  return checkPolicyLimits(extended) ?? json;
}

/** The policy without the label's statement; the empty string when none is left, which removes the attribute. */
export function removePermission(current: string | undefined, label: string): string | Refusal {
  const policy = current === undefined ? undefined : parsePolicy(current);
  if (policy === undefined) return labelNotFound(label, "can't find label.");
  const kept = policy.Statement.filter((statement) => statement.Sid !== label);
  if (kept.length === policy.Statement.length) return labelNotFound(label, "can't find label on existing policy.");
  return kept.length === 0 ? '' : JSON.stringify({ ...policy, Statement: kept });
}

function labelNotFound(label: string, reason: string): Refusal {
  return invalidValue(label, 'Label', reason);
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [only, ...others] = values;
  return only !== undefined && others.length === 0 ? only : values;
}
