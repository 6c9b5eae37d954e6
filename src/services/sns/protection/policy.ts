import { isObject, parseJsonObject } from '../../../base/json-object.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { customIdentifierNameCharsMax, customIdentifiersMax, protectionPolicyCharsMax, protectionStatementsMax } from '../limits.js';
import { readCustomPattern } from './custom-pattern.js';
import { type DataIdentifier, identifier } from './identifier.js';
import { managedIdentifiers } from './identifiers/catalogue.js';
import { patternSearch } from './pattern-search.js';
import { checkFields, type Fields, wrong } from './policy-fields.js';
import { readStatement, type Statement } from './statement.js';

/**
 * A data protection policy as the developer guide defines it ("Understanding data protection policies", "Using custom data
 * identifiers"): read whole, or refused with what is wrong.
 */
export interface ProtectionPolicy {
  readonly statements: readonly Statement[];
}

const version = '2021-06-01';

/** Undefined for the empty text, which removes a policy. */
export function readProtectionPolicy(json: string): ProtectionPolicy | undefined | Refusal {
  if (json === '') return undefined;
  if (json.length > protectionPolicyCharsMax) return wrong(`it has more than ${protectionPolicyCharsMax} characters`);
  const fields = parseJsonObject(json);
  if (fields === undefined) return wrong('it is not a JSON object');
  const refusal = checkFields(fields, 'the policy', ['Name', 'Description', 'Version', 'Configuration', 'Statement']) ?? checkHead(fields);
  if (refusal !== undefined) return refusal;
  const custom = readConfiguration(fields.Configuration);
  if (isRefusal(custom)) return custom;
  const known: ReadonlyMap<string, DataIdentifier> = new Map(custom.map((each) => [each.name, each]));
  if (!Array.isArray(fields.Statement) || fields.Statement.length === 0) return wrong('Statement must be a list of at least one');
  if (fields.Statement.length > protectionStatementsMax) return wrong(`there are more than ${protectionStatementsMax} statements`);
  const statements: Statement[] = [];
  for (const [index, value] of fields.Statement.entries()) {
    const statement = readStatement(value, `Statement ${index + 1}`, known);
    if (isRefusal(statement)) return statement;
    statements.push(statement);
  }
  const audits = statements.filter(({ operation }) => operation.kind === 'audit');
  return audits.length > 1 ? wrong('only one statement can have the operation Audit') : { statements };
}

function checkHead({ Name: name, Description: description, Version: given }: Fields): Refusal | undefined {
  if (typeof name !== 'string' || name === '') return wrong('Name is required');
  if (description !== undefined && typeof description !== 'string') return wrong('Description must be a text');
  return given === version ? undefined : wrong(`Version must be ${version}`);
}

function readConfiguration(value: unknown): readonly DataIdentifier[] | Refusal {
  if (value === undefined) return [];
  if (!isObject(value)) return wrong('Configuration must be an object');
  const refusal = checkFields(value, 'Configuration', ['CustomDataIdentifier']);
  if (refusal !== undefined) return refusal;
  const { CustomDataIdentifier: given = [] } = value;
  if (!Array.isArray(given)) return wrong('CustomDataIdentifier must be a list');
  if (given.length > customIdentifiersMax) return wrong(`there are more than ${customIdentifiersMax} custom data identifiers`);
  const custom: DataIdentifier[] = [];
  for (const each of given) {
    const read = readCustom(each);
    if (isRefusal(read)) return read;
    if (custom.some(({ name }) => name === read.name)) return wrong(`two custom data identifiers are named ${read.name}`);
    custom.push(read);
  }
  return custom;
}

function readCustom(value: unknown): DataIdentifier | Refusal {
  if (!isObject(value)) return wrong('a custom data identifier must be an object');
  const refusal = checkFields(value, 'a custom data identifier', ['Name', 'Regex']);
  if (refusal !== undefined) return refusal;
  const { Name: name, Regex: regex } = value;
  if (typeof name !== 'string' || !/^[0-9A-Za-z_-]+$/.test(name) || name.length > customIdentifierNameCharsMax)
    return wrong(`the name of a custom data identifier has 1 to ${customIdentifierNameCharsMax} letters, digits, hyphens and underscores`);
  if (managedIdentifiers.has(name)) return wrong(`${name} is the name of a managed data identifier`);
  if (typeof regex !== 'string') return wrong(`the custom data identifier ${name} has no Regex`);
  const alternatives = readCustomPattern(regex);
  if ('problem' in alternatives) return invalid(`DataProtectionPolicy Reason: the Regex of ${name} is not valid: ${alternatives.problem}`);
  return identifier(name, { kind: 'search', search: patternSearch(alternatives) });
}
