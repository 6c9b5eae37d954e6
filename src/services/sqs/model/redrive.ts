import type { QueueAddress } from '../../../base/ids.js';
import { parseJsonObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidValue } from '../errors.js';
import { maxReceiveCountMax, redriveSourceArnsMax } from '../limits.js';
import { isFifoName, parseQueueArn } from './queue-arn.js';

export interface RedrivePolicy {
  readonly target: QueueAddress;
  readonly maxReceives: number;
}

export type RedriveAllowPolicy =
  | { readonly redrivePermission: 'allowAll' | 'denyAll' }
  | { readonly redrivePermission: 'byQueue'; readonly sourceQueueArns: readonly string[] };

/** `{"deadLetterTargetArn":"<arn>","maxReceiveCount":<n>}`; the count may be a number or its digits. */
export function readRedrivePolicy(json: string): RedrivePolicy | Refusal {
  const refuse = (reason: string) => invalidValue(json, 'RedrivePolicy', reason);
  const policy = parseJsonObject(json);
  if (policy === undefined) return refuse('Redrive policy is not a valid JSON map.');
  for (const name of ['deadLetterTargetArn', 'maxReceiveCount']) {
    if (!Object.hasOwn(policy, name)) return refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  }
  if (Object.keys(policy).length > 2) return refuse('Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].');
  const { deadLetterTargetArn: target, maxReceiveCount: count } = policy;
  if (typeof target !== 'string' || parseQueueArn(target) === undefined) return refuse('Invalid value for deadLetterTargetArn.');
  const maxReceives = readCount(count);
  if (maxReceives === undefined) {
    const shown = typeof count === 'string' ? count : JSON.stringify(count);
    return refuse(`Invalid value for maxReceiveCount: ${shown}, valid values are from 1 to ${maxReceiveCountMax} both inclusive.`);
  }
  return { target: target as QueueAddress, maxReceives };
}

function readCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  return number >= 1 && number <= maxReceiveCountMax ? number : undefined;
}

/** `{"redrivePermission":"allowAll"|"denyAll"|"byQueue","sourceQueueArns":[...]}`; the ARNs with `byQueue` only, and always. */
export function readRedriveAllowPolicy(json: string): RedriveAllowPolicy | Refusal {
  const refuse = (reason: string) => invalidValue(json, 'RedriveAllowPolicy', reason);
  const policy = parseJsonObject(json);
  if (policy === undefined) return refuse('Redrive allow policy is not a valid JSON map.');
  const { redrivePermission: permission, sourceQueueArns: arns, ...others } = policy;
  if (Object.keys(others).length > 0) return refuse('Only following attributes are supported: [redrivePermission, sourceQueueArns].');
  switch (permission) {
    case 'allowAll':
    case 'denyAll':
      if (arns !== undefined) return refuse('sourceQueueArns is allowed only when redrivePermission is byQueue.');
      return { redrivePermission: permission };
    case 'byQueue': {
      if (!isStringList(arns) || arns.length === 0)
        return refuse('sourceQueueArns must list 1 to 10 queue ARNs when redrivePermission is byQueue.');
      if (arns.length > redriveSourceArnsMax) return refuse(`sourceQueueArns can list at most ${redriveSourceArnsMax} queue ARNs.`);
      const wrong = arns.find((arn) => parseQueueArn(arn) === undefined);
      if (wrong !== undefined) return refuse(`Invalid value for sourceQueueArns: ${wrong}.`);
      return { redrivePermission: permission, sourceQueueArns: arns };
    }
    default:
      return refuse('redrivePermission must be one of allowAll, denyAll, byQueue.');
  }
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The dead-letter queue as far as it matters to a source that wants it. */
export interface RedriveTarget {
  /** Its `RedriveAllowPolicy` in canonical form. */
  readonly allowPolicy: string | undefined;
}

/**
 * Whether `source` may name the target: same account and Region, existing, of the same type, and willing. A queue may
 * name itself. Checked only when the policy is set, as AWS does: later changes do not undo the link.
 */
export function checkRedriveTarget(json: string, source: QueueAddress, target: RedriveTarget | undefined): Refusal | undefined {
  const refuse = (reason: string) => invalidValue(json, 'RedrivePolicy', reason);
  const policy = readRedrivePolicy(json);
  if (policy instanceof Error) return policy;
  const from = parseQueueArn(source);
  const to = parseQueueArn(policy.target);
  if (from?.account !== to?.account) return refuse('Dead letter target owner should be same as the source.');
  if (from?.region !== to?.region) return refuse('Dead letter target region should be same as the source.');
  if (target === undefined) return refuse('Dead letter target does not exist.');
  if (isFifoName(source) !== isFifoName(policy.target)) return refuse('Dead-letter queue must be same type of queue as the source.');
  if (!permits(target.allowPolicy, source)) {
    return refuse('The redrive allow policy of the dead-letter queue does not permit this source queue.');
  }
  return undefined;
}

function permits(allowPolicy: string | undefined, source: QueueAddress): boolean {
  if (allowPolicy === undefined) return true;
  const policy = readRedriveAllowPolicy(allowPolicy);
  if (policy instanceof Error) return false;
  switch (policy.redrivePermission) {
    case 'allowAll':
      return true;
    case 'denyAll':
      return false;
    case 'byQueue':
      return policy.sourceQueueArns.includes(source);
  }
}
