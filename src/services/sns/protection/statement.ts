import { isObject } from '../../../base/json-object.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { statementIdentifiersMax } from '../limits.js';
import type { DataIdentifier } from './identifier.js';
import { managedIdentifiers } from './identifiers/catalogue.js';
import { type Operation, readOperation } from './operation.js';
import { checkFields, wrong } from './policy-fields.js';
import { type Principals, readPrincipals } from './principals.js';

/** `Inbound`: what is published, by who publishes. `Outbound`: what is delivered, by who subscribed. */
export type Direction = 'Inbound' | 'Outbound';

/** Developer guide, "JSON properties for a policy statement". */
export interface Statement {
  readonly direction: Direction;
  readonly principals: Principals;
  readonly identifiers: readonly DataIdentifier[];
  readonly operation: Operation;
}

const managedArn = /^arn:aws[a-z-]*:dataprotection::aws:data-identifier\/(.*)$/;

/** `where` names the statement in what is said of it; `custom` are the identifiers that its policy defines. */
export function readStatement(value: unknown, where: string, custom: ReadonlyMap<string, DataIdentifier>): Statement | Refusal {
  if (!isObject(value)) return wrong(`${where} must be an object`);
  const refusal = checkFields(value, where, ['Sid', 'DataDirection', 'Principal', 'NoPrincipal', 'DataIdentifier', 'Operation']);
  if (refusal !== undefined) return refusal;
  const { Sid: sid, DataDirection: direction } = value;
  if (sid !== undefined && (typeof sid !== 'string' || sid === '')) return wrong(`${where}: Sid must be a text`);
  if (direction !== 'Inbound' && direction !== 'Outbound') return wrong(`${where}: DataDirection must be Inbound or Outbound`);
  const principals = readPrincipals(value.Principal, value.NoPrincipal, where);
  if (isRefusal(principals)) return principals;
  const identifiers = readIdentifiers(value.DataIdentifier, where, custom);
  if (isRefusal(identifiers)) return identifiers;
  const operation = readOperation(value.Operation, where);
  if (isRefusal(operation)) return operation;
  if (operation.kind === 'audit' && direction === 'Outbound') return wrong(`${where}: Audit is for DataDirection Inbound only`);
  return { direction, principals, identifiers, operation };
}

function readIdentifiers(value: unknown, where: string, custom: ReadonlyMap<string, DataIdentifier>): readonly DataIdentifier[] | Refusal {
  if (!Array.isArray(value) || value.length === 0) return wrong(`${where}: DataIdentifier must be a list of at least one`);
  if (value.length > statementIdentifiersMax) return wrong(`${where}: DataIdentifier has more than ${statementIdentifiersMax} elements`);
  const identifiers = new Set<DataIdentifier>();
  for (const name of value) {
    if (typeof name !== 'string') return wrong(`${where}: DataIdentifier must be a list of texts`);
    const managed = managedArn.exec(name)?.[1];
    const found = managed === undefined ? custom.get(name) : managedIdentifiers.get(managed);
    if (found === undefined) return wrong(`${where}: ${name.slice(0, 200)} is no data identifier`);
    identifiers.add(found);
  }
  return [...identifiers];
}
