import type { TopicAddress } from '../../../base/ids.js';
import { isObject, parseJsonObject } from '../../../base/json-object.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { permissionLabelCharsMax, policyBytesMax, policyPrincipalsMax, policyStatementsMax } from '../limits.js';

/** Developer guide, "Actions for topic policies". Names count without regard to case, with either prefix case. */
const actions = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
  'Receive',
  '*',
] as const;
const knownActions = new Set<string>(actions.map((action) => action.toLowerCase()));

type Statement = Readonly<Record<string, unknown>>;

interface PolicyDocument {
  readonly [member: string]: unknown;
  readonly Statement: readonly Statement[];
}

/** What is wrong with a value for the `Policy` attribute of a topic. */
export function checkPolicy(json: string, topic: TopicAddress): Refusal | undefined {
  const policy = parsePolicy(json);
  return isRefusal(policy)
    ? policy
    : policy.Statement.map((statement) => checkStatement(statement, topic)).find((refusal) => refusal !== undefined);
}

function parsePolicy(json: string): PolicyDocument | Refusal {
  if (Buffer.byteLength(json) > policyBytesMax) return policyError(`it is longer than ${policyBytesMax} bytes`);
  const document = parseJsonObject(json);
  if (document === undefined) return policyError('null');
  if (document.Version !== undefined && document.Version !== '2008-10-17' && document.Version !== '2012-10-17') {
    return policyError(`unknown version ${JSON.stringify(document.Version)}`);
  }
  const statements: readonly unknown[] = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  if (statements.length > policyStatementsMax) return policyError(`it has more than ${policyStatementsMax} statements`);
  const sids = statements.map((statement) => (isObject(statement) ? statement.Sid : undefined)).filter((sid) => sid !== undefined);
  if (new Set(sids).size < sids.length) return policyError('two statements have the same Sid');
  return statements.every(isObject) ? { ...document, Statement: statements } : policyError('null');
}

function checkStatement(statement: Statement, topic: TopicAddress): Refusal | undefined {
  const { Sid, Effect, Action, NotAction, Principal, NotPrincipal, Resource, Condition } = statement;
  if (Sid !== undefined && typeof Sid !== 'string') return policyError('Sid must be a string');
  if (Effect !== 'Allow' && Effect !== 'Deny') return policyError('Effect must be Allow or Deny');
  const named = textsOf(Action ?? NotAction);
  if (named === undefined || (Action === undefined) === (NotAction === undefined))
    return policyError('a statement needs either Action or NotAction');
  if (!named.every(isKnownAction)) return outOfScope();
  if ((Principal === undefined) === (NotPrincipal === undefined)) return policyError('a statement needs either Principal or NotPrincipal');
  const principals = principalsOf(Principal ?? NotPrincipal);
  if (principals === undefined || principals > policyPrincipalsMax)
    return policyError(`a statement has 1 to ${policyPrincipalsMax} principals`);
  const resources = textsOf(Resource);
  if (resources?.length !== 1 || resources[0] !== topic) return policyError(`the Resource of a statement must be ${topic}`);
  return Condition === undefined || isObject(Condition) ? undefined : policyError('Condition must be an object');
}

export interface Permission {
  readonly label: string;
  readonly accountIds: readonly string[];
  /** Without prefix: `Publish`. */
  readonly actions: readonly string[];
}

/** The policy with one statement more. */
export function addPermission(current: string, topic: TopicAddress, permission: Permission): string | Refusal {
  const { label, accountIds, actions: granted } = permission;
  if (label === '' || label.length > permissionLabelCharsMax) return invalid('Label');
  if (accountIds.length === 0 || !accountIds.every((account) => /^\d{12}$/.test(account))) return invalid('AWSAccountId');
  if (granted.length === 0) return invalid('ActionName');
  if (!granted.every((action) => knownActions.has(action.toLowerCase()))) return outOfScope();
  const policy = parsePolicy(current);
  if (isRefusal(policy)) return policy;
  if (policy.Statement.some(({ Sid }) => Sid === label)) return invalid('Statement already exists');
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: oneOrMany(accountIds.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrMany(granted.map((action) => `SNS:${action}`)),
    Resource: topic,
  };
  const json = JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
  return checkPolicy(json, topic) ?? json;
}

/** The policy without the label's statement. A label that is not there changes nothing. */
export function removePermission(current: string, label: string): string | Refusal {
  const policy = parsePolicy(current);
  return isRefusal(policy) ? policy : JSON.stringify({ ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== label) });
}

function isKnownAction(action: string): boolean {
  const [, name] = /^sns:(.+)$/i.exec(action) ?? [undefined, action === '*' ? action : undefined];
  return name !== undefined && (knownActions.has(name.toLowerCase()) || (/^[a-z*?]+$/i.test(name) && /[*?]/.test(name)));
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((item) => typeof item === 'string') ? (list as readonly string[]) : undefined;
}

/** How many there are; undefined when it is no principal. */
function principalsOf(value: unknown): number | undefined {
  if (value === '*') return 1;
  if (!isObject(value)) return undefined;
  const kinds = Object.values(value).map(textsOf);
  return kinds.length > 0 && kinds.every((names) => names !== undefined) ? kinds.flat().length : undefined;
}

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [only, ...others] = values;
  return only !== undefined && others.length === 0 ? only : values;
}

function policyError(reason: string): Refusal {
  return invalid(`Policy Error: ${reason}`);
}

function outOfScope(): Refusal {
  return invalid('Policy statement action out of service scope!');
}
