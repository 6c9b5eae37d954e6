import { isObject, parseJsonObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidAttributeValue, overLimit } from '../errors.js';
import { policyActionsMax, policyBytesMax, policyConditionsMax, policyPrincipalsMax, policyStatementsMax } from '../limits.js';

/** Developer guide, "Amazon SQS policy quotas", and the IAM policy grammar as far as queue policies use it. */
export type Statement = Readonly<Record<string, unknown>>;

export interface PolicyDocument {
  readonly [member: string]: unknown;
  readonly Statement: readonly Statement[];
}

const versions: readonly unknown[] = [undefined, '2008-10-17', '2012-10-17'];

/** A `Policy` attribute as a document, with a lone statement as a list of one; undefined when it is none. */
export function parsePolicy(json: string): PolicyDocument | undefined {
  const document = parseJsonObject(json);
  if (document === undefined || !versions.includes(document.Version)) return undefined;
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  return statements.every(isStatement) ? { ...document, Statement: statements } : undefined;
}

/** What is wrong with a value for the `Policy` attribute. */
export function checkPolicy(json: string): Refusal | undefined {
  if (Buffer.byteLength(json) > policyBytesMax) return invalidAttributeValue('Policy');
  const policy = parsePolicy(json);
  return policy === undefined ? invalidAttributeValue('Policy') : checkPolicyLimits(policy);
}

export function checkPolicyLimits(policy: PolicyDocument): Refusal | undefined {
  if (policy.Statement.length > policyStatementsMax) return tooMany(policy.Statement.length, 'Statements', policyStatementsMax);
  for (const statement of policy.Statement) {
    const actions = countOf(statement.Action ?? statement.NotAction);
    if (actions > policyActionsMax) return tooMany(actions, 'Actions', policyActionsMax);
    const principals = countPrincipals(statement.Principal ?? statement.NotPrincipal);
    if (principals > policyPrincipalsMax) return tooMany(principals, 'Principals', policyPrincipalsMax);
    const conditions = isObject(statement.Condition) ? Object.keys(statement.Condition).length : 0;
    if (conditions > policyConditionsMax) return tooMany(conditions, 'Conditions', policyConditionsMax);
  }
  return undefined;
}

export function tooMany(found: number, what: string, max: number): Refusal {
  return overLimit(`${found} ${what} were found, maximum allowed is ${max}.`);
}

function isStatement(value: unknown): value is Statement {
  if (!isObject(value)) return false;
  const { Sid, Effect, Action, NotAction, Principal, NotPrincipal, Resource, NotResource, Condition } = value;
  return (
    (Sid === undefined || typeof Sid === 'string') &&
    (Effect === 'Allow' || Effect === 'Deny') &&
    exactlyOne(Action, NotAction, isOneOrMany) &&
    exactlyOne(Principal, NotPrincipal, isPrincipal) &&
    exactlyOne(Resource, NotResource, isOneOrMany) &&
    (Condition === undefined || isObject(Condition))
  );
}

function exactlyOne(one: unknown, other: unknown, valid: (value: unknown) => boolean): boolean {
  return (one === undefined) !== (other === undefined) && valid(one ?? other);
}

function isOneOrMany(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'));
}

/** `"*"`, or kinds (`AWS`, `Service`, `Federated`, `CanonicalUser`) with names. */
function isPrincipal(value: unknown): boolean {
  return value === '*' || (isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(isOneOrMany));
}

function countPrincipals(principal: unknown): number {
  if (!isObject(principal)) return 1;
  return Object.values(principal).reduce<number>((sum, names) => sum + countOf(names), 0);
}

function countOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 1;
}
