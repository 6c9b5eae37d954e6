import { partitionOf } from '../../../base/arn.js';
import type { AccountId, Region } from '../../../base/ids.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidArn } from '../errors.js';
import { arnCharsMax, nameCharsMax } from '../limits.js';

/** API reference, CreateStateMachine, "name". */
const impermissible = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\u2028\u2029\ufffe\uffff]/u;

export function isName(name: string): boolean {
  return name.length > 0 && [...name].length <= nameCharsMax && !impermissible.test(name);
}

export interface Owner {
  readonly accountId: AccountId;
  readonly region: Region;
}

function arnOf({ accountId, region }: Owner, resource: string): string {
  return `arn:${partitionOf(region)}:states:${region}:${accountId}:${resource}`;
}

export function machineArn(owner: Owner, name: string): string {
  return arnOf(owner, `stateMachine:${name}`);
}

export function activityArn(owner: Owner, name: string): string {
  return arnOf(owner, `activity:${name}`);
}

/** A standard execution is found by its name; one of an EXPRESS machine has an id of its own beside it. */
export function executionArn(machine: string, name: string, expressId: string | undefined): string {
  if (expressId === undefined) return `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
  return `${machine.replace(':stateMachine:', ':express:')}:${name}:${expressId}`;
}

export type ResourceKind = 'stateMachine' | 'execution' | 'express' | 'activity';

const pattern = /^arn:aws[a-z-]*:states:([a-z0-9-]+):(\d{12}):([A-Za-z]+):([^:]+)(?::([^:]+))?(?::([^:]+))?$/;
const partsOfKind: Readonly<Record<ResourceKind, number>> = { stateMachine: 1, execution: 2, express: 3, activity: 1 };

/** The ARN itself when it is one of these kinds. */
export function readArn(arn: string, ...kinds: readonly ResourceKind[]): string | Refusal {
  if (arn.length > arnCharsMax || !arn.startsWith('arn:')) return invalidArn(`Invalid ARN prefix: ${arn.slice(0, arnCharsMax)}`);
  const [matched, , , kind, ...parts] = pattern.exec(arn) ?? [];
  if (matched === undefined || kind === undefined) return invalidArn(`Resource type not valid in this context: ${arn}`);
  const known = kinds.find((wanted) => wanted === kind);
  const count = parts.filter((part) => part !== undefined).length;
  if (known === undefined || count !== partsOfKind[known]) return invalidArn(`Resource type not valid in this context: ${kind}`);
  return arn;
}

export function ownerOf(arn: string): Owner {
  const [, region = '', accountId = ''] = pattern.exec(arn) ?? [];
  return { region: region as Region, accountId: accountId as AccountId };
}
