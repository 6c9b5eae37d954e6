import type { Refusal } from '../../../wire/refusal.js';
import { isRefusal } from '../../../wire/refusal.js';
import { wrong } from './policy-fields.js';

/** Whom a statement concerns. */
export interface Principals {
  /** Undefined: everyone. */
  readonly named: ReadonlySet<string> | undefined;
  readonly excluded: ReadonlySet<string>;
}

const principal = /^(?:\*|\d{12}|arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:user|role)\/[\w+=,.@/-]{1,512}))$/;

export function readPrincipals(named: unknown, excluded: unknown, where: string): Principals | Refusal {
  if (named === undefined && excluded === undefined) return wrong(`${where}: Principal is required`);
  const included = named === undefined ? undefined : readList(named, `${where}: Principal`);
  if (isRefusal(included)) return included;
  if (included?.size === 0) return wrong(`${where}: Principal must be a list of at least one`);
  const left = excluded === undefined ? new Set<string>() : readList(excluded, `${where}: NoPrincipal`);
  return isRefusal(left) ? left : { named: included, excluded: left };
}

function readList(value: unknown, where: string): ReadonlySet<string> | Refusal {
  if (!Array.isArray(value)) return wrong(`${where} must be a list`);
  const unknown = value.find((each) => typeof each !== 'string' || !principal.test(each));
  return unknown === undefined
    ? new Set(value)
    : wrong(
        `${where} must have "*", ids of accounts, or ARNs of accounts, users and roles: ${JSON.stringify(unknown).slice(0, 200)} is none`,
      );
}

export function concerns({ named, excluded }: Principals, arn: string): boolean {
  const names = namesOf(arn);
  const isIn = (set: ReadonlySet<string>): boolean => names.some((name) => set.has(name));
  return (named === undefined || isIn(named)) && !isIn(excluded);
}

/** All that a policy may call this caller: everyone, its account, itself, and the role of a session. */
function namesOf(arn: string): readonly string[] {
  const [, partition = '', , , account = '', resource = ''] = arn.split(':');
  const [kind, role] = resource.split('/');
  const session = kind === 'assumed-role' ? [`arn:${partition}:iam::${account}:role/${role}`] : [];
  return ['*', account, `arn:${partition}:iam::${account}:root`, arn, ...session];
}
