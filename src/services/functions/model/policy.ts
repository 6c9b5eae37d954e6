import type { Refusal } from '../../../wire/refusal.js';
import { conflict, invalidValue, notFound, policyTooLong } from '../errors.js';
import { policyBytesMax } from '../limits.js';
import { Constraints } from './constraints.js';
import { latest } from './function-name.js';

/** Who else may use a function, or a version or alias of it. Kept and returned; not enforced yet. */
export interface Policy {
  readonly statements: readonly Statement[];
  readonly revision: string;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What AddPermission is given. */
export interface Grant {
  readonly StatementId?: string | undefined;
  readonly Action?: string | undefined;
  readonly Principal?: string | undefined;
  readonly SourceArn?: string | undefined;
  readonly SourceAccount?: string | undefined;
  readonly PrincipalOrgID?: string | undefined;
  readonly EventSourceToken?: string | undefined;
}

const arnPattern = 'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)';

export function checkGrant(grant: Grant): Refusal | undefined {
  return new Constraints()
    .required('statementId', grant.StatementId)
    .pattern('statementId', grant.StatementId, '([a-zA-Z0-9-_]+)')
    .length('statementId', grant.StatementId, 1, 100)
    .required('action', grant.Action)
    .pattern('action', grant.Action, '(lambda:[*]|lambda:[a-zA-Z]+|[*])')
    .required('principal', grant.Principal)
    .pattern('principal', grant.Principal, '[^\\s]+')
    .pattern('sourceArn', grant.SourceArn, arnPattern)
    .pattern('sourceAccount', grant.SourceAccount, '\\d{12}')
    .pattern('principalOrgID', grant.PrincipalOrgID, 'o-[a-z0-9]{10,32}')
    .pattern('eventSourceToken', grant.EventSourceToken, '[a-zA-Z0-9._\\-]+')
    .refusal();
}

export function statementOf(grant: Grant, resource: string): Statement | Refusal {
  const principal = principalOf(grant.Principal ?? '');
  if (principal === undefined) return invalidValue('The provided principal was invalid. Please check the principal and try again.');
  const equal = {
    ...(grant.SourceAccount !== undefined && { 'AWS:SourceAccount': grant.SourceAccount }),
    ...(grant.PrincipalOrgID !== undefined && { 'aws:PrincipalOrgID': grant.PrincipalOrgID }),
    ...(grant.EventSourceToken !== undefined && { 'lambda:EventSourceToken': grant.EventSourceToken }),
  };
  const condition = {
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
    ...(grant.SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': grant.SourceArn } }),
  };
  return {
    Sid: grant.StatementId ?? '',
    Effect: 'Allow',
    Principal: principal,
    Action: grant.Action ?? '',
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

/** The policy with one statement more; `current` is undefined before the first. */
export function withStatement(current: Policy | undefined, statement: Statement, revision: string): Policy | Refusal {
  const statements = current?.statements ?? [];
  if (statements.some(({ Sid }) => Sid === statement.Sid)) {
    return conflict(
      `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const policy = { statements: [...statements, statement], revision };
  const bytes = Buffer.byteLength(policyText(policy));
  return bytes > policyBytesMax ? policyTooLong(bytes, policyBytesMax) : policy;
}

export function withoutStatement(current: Policy | undefined, sid: string, revision: string): Policy | Refusal {
  const statements = current?.statements.filter(({ Sid }) => Sid !== sid) ?? [];
  if (current === undefined) return noPolicy();
  return statements.length === current.statements.length
    ? notFound(`Statement ${sid} is not found in resource policy.`)
    : { statements, revision };
}

export function noPolicy(): Refusal {
  return notFound('No policy is associated with the given resource.');
}

/** Policies are kept by qualifier. */
export function policyKey(qualifier: string | undefined): string {
  return qualifier ?? latest;
}

export function policyText({ statements }: Policy): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
}

/** A service, an account (as its root), an ARN of a principal, or everybody. */
function principalOf(text: string): Statement['Principal'] | undefined {
  if (text === '*') return '*';
  if (/^\d{12}$/.test(text)) return { AWS: `arn:aws:iam::${text}:root` };
  if (/^arn:aws[a-z-]*:(iam|sts)::\d{12}:\S+$/.test(text)) return { AWS: text };
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text) ? { Service: text } : undefined;
}
