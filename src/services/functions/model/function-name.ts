import { partitionOf } from '../../../base/arn.js';
import type { AccountId, Brand, Region } from '../../../base/ids.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { functionsOnly, otherRegion, qualifiersDiffer } from '../errors.js';
import { functionNameCharsMax, functionReferenceCharsMax } from '../limits.js';
import { Constraints } from './constraints.js';

/** 1 to 64 of `[a-zA-Z0-9-_]`. */
export type FunctionName = Brand<'FunctionName'>;
/** Without a qualifier. */
export type FunctionArn = Brand<'FunctionArn'>;

/** Where a function is. */
export interface FunctionAddress {
  readonly account: AccountId;
  readonly region: Region;
  readonly name: FunctionName;
}

/** What a request means: a function, or the version or alias of it that the qualifier names. */
export interface FunctionReference {
  readonly address: FunctionAddress;
  readonly qualifier: string | undefined;
}

export interface Caller {
  readonly accountId: AccountId;
  readonly region: Region;
}

export const latest = '$LATEST';

const namePattern = '[a-zA-Z0-9-_]+';
const referencePattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?';
export const qualifierPattern = '(|[a-zA-Z0-9$_-]+)';

const parts =
  /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

/**
 * A function as requests name it: by its name, a part of its ARN or all of it, each with a qualifier at the end or without; the qualifier
 * may also stand by itself, and must not be another then.
 */
export function readReference(text: string, separate: string | undefined, caller: Caller): FunctionReference | Refusal {
  const constraints = new Constraints()
    .pattern('functionName', text, referencePattern)
    .length('functionName', text, 1, functionReferenceCharsMax);
  constraints.pattern('qualifier', separate, qualifierPattern).length('qualifier', separate, 1, 128);
  const broken = constraints.refusal();
  if (broken !== undefined) return broken;
  const [, region, account, name = '', derived] = parts.exec(text) ?? [];
  const tooLong = new Constraints().length('functionName', name, 1, functionNameCharsMax).refusal();
  if (tooLong !== undefined) return tooLong;
  if (region !== undefined && region !== caller.region) return otherRegion(region, caller.region);
  if (derived !== undefined && separate !== undefined && derived !== separate) return qualifiersDiffer();
  const address = { account: (account as AccountId | undefined) ?? caller.accountId, region: caller.region, name: name as FunctionName };
  return { address, qualifier: derived ?? separate };
}

/** For what concerns a function as a whole. */
export function readFunction(text: string, caller: Caller): FunctionAddress | Refusal {
  const reference = readReference(text, undefined, caller);
  if (isRefusal(reference)) return reference;
  return reference.qualifier === undefined ? reference.address : functionsOnly();
}

export function isFunctionName(text: string): text is FunctionName {
  return text.length <= functionNameCharsMax && new RegExp(`^${namePattern}$`).test(text);
}

export function arnOf({ account, region, name }: FunctionAddress): FunctionArn {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}` as FunctionArn;
}

export function qualifiedArn(address: FunctionAddress, qualifier: string | undefined): string {
  return qualifier === undefined ? arnOf(address) : `${arnOf(address)}:${qualifier}`;
}

/** From an ARN that another service holds, with or without a qualifier; undefined for what is no function's ARN. */
export function referenceOfArn(arn: string): FunctionReference | undefined {
  const [scheme, , service, region, account, kind, name = '', qualifier, more] = arn.split(':');
  if (scheme !== 'arn' || service !== 'lambda' || kind !== 'function' || more !== undefined || !isFunctionName(name)) return undefined;
  return { address: { account: account as AccountId, region: region as Region, name }, qualifier };
}

/** A qualifier of digits alone is a version; of other characters, an alias. */
export function isVersionNumber(qualifier: string): boolean {
  return /^[0-9]+$/.test(qualifier);
}
