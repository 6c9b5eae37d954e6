import { isObject } from '../../../base/json-object.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { checkFields, wrong } from './policy-fields.js';

/** What a statement does with what it finds; developer guide, "Data protection policy operations". */
export type Operation =
  | {
      readonly kind: 'audit';
      /** Of a hundred messages, 0 to 99. */
      readonly samplePercent: number;
      /** Where records of findings go, and those of none: names, as they stand in the records; undefined: none are written. */
      readonly findings: Destination | undefined;
      readonly noFindings: Destination | undefined;
    }
  /** One character for each that is found; undefined: what is found is cut out. */
  | { readonly kind: 'deidentify'; readonly mask: string | undefined }
  | { readonly kind: 'deny' };

export interface Destination {
  readonly logGroup: string | undefined;
  readonly deliveryStream: string | undefined;
  readonly bucket: string | undefined;
}

export function readOperation(value: unknown, where: string): Operation | Refusal {
  const one = isObject(value) ? Object.entries(value) : [];
  const [[name, details] = []] = one;
  if (one.length !== 1 || name === undefined) return wrong(`${where}: Operation must have exactly one of Audit, Deidentify and Deny`);
  if (!isObject(details)) return wrong(`${where}: ${name} must be an object`);
  switch (name) {
    case 'Audit':
      return readAudit(details, where);
    case 'Deidentify':
      return readDeidentify(details, where);
    case 'Deny':
      return checkFields(details, `${where}: Deny`, []) ?? { kind: 'deny' };
    default:
      return wrong(`${where}: Operation must have exactly one of Audit, Deidentify and Deny`);
  }
}

function readAudit(details: Readonly<Record<string, unknown>>, where: string): Operation | Refusal {
  const refusal = checkFields(details, `${where}: Audit`, ['SampleRate', 'FindingsDestination', 'NoFindingsDestination']);
  if (refusal !== undefined) return refusal;
  const { SampleRate: rate, FindingsDestination: found, NoFindingsDestination: notFound } = details;
  if (typeof rate !== 'string' || !/^\d{1,2}$/.test(rate)) return wrong(`${where}: SampleRate must be a text from "0" to "99"`);
  if (found === undefined && notFound === undefined)
    return wrong(`${where}: Audit must have a FindingsDestination or a NoFindingsDestination`);
  const findings = readDestination(found, `${where}: FindingsDestination`);
  if (isRefusal(findings)) return findings;
  const noFindings = readDestination(notFound, `${where}: NoFindingsDestination`);
  return isRefusal(noFindings) ? noFindings : { kind: 'audit', samplePercent: Number(rate), findings, noFindings };
}

/** Service, member, and what a name looks like: CloudWatch Logs, Data Firehose and S3 API references. */
const destinations = {
  CloudWatchLogs: { member: 'LogGroup', name: /^\/aws\/vendedlogs\/[\w./#-]{1,500}$/ },
  Firehose: { member: 'DeliveryStream', name: /^[\w.-]{1,64}$/ },
  S3: { member: 'Bucket', name: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/ },
} as const;

function readDestination(value: unknown, where: string): Destination | undefined | Refusal {
  if (value === undefined) return undefined;
  if (!isObject(value)) return wrong(`${where} must be an object`);
  const refusal = checkFields(value, where, Object.keys(destinations));
  if (refusal !== undefined) return refusal;
  const names: Partial<Record<keyof typeof destinations, string>> = {};
  for (const [service, { member, name: pattern }] of Object.entries(destinations)) {
    const given = value[service];
    if (given === undefined) continue;
    if (!isObject(given)) return wrong(`${where}: ${service} must be an object`);
    const unknown = checkFields(given, `${where}: ${service}`, [member]);
    if (unknown !== undefined) return unknown;
    const name = given[member];
    if (typeof name !== 'string' || !pattern.test(name)) return wrong(`${where}: ${service}.${member} is not a name of one`);
    names[service as keyof typeof destinations] = name;
  }
  return { logGroup: names.CloudWatchLogs, deliveryStream: names.Firehose, bucket: names.S3 };
}

/** Printable, and nothing that would end a string of JSON. */
const maskCharacter = /^[ !#-[\]-~]$/;

function readDeidentify(details: Readonly<Record<string, unknown>>, where: string): Operation | Refusal {
  const refusal = checkFields(details, `${where}: Deidentify`, ['MaskConfig', 'RedactConfig']);
  if (refusal !== undefined) return refusal;
  const { MaskConfig: mask, RedactConfig: redact } = details;
  if ((mask === undefined) === (redact === undefined))
    return wrong(`${where}: Deidentify must have exactly one of MaskConfig and RedactConfig`);
  if (redact !== undefined) {
    if (!isObject(redact)) return wrong(`${where}: RedactConfig must be an object`);
    return checkFields(redact, `${where}: RedactConfig`, []) ?? { kind: 'deidentify', mask: undefined };
  }
  if (!isObject(mask)) return wrong(`${where}: MaskConfig must be an object`);
  const unknown = checkFields(mask, `${where}: MaskConfig`, ['MaskWithCharacter']);
  if (unknown !== undefined) return unknown;
  const { MaskWithCharacter: character } = mask;
  return typeof character === 'string' && maskCharacter.test(character)
    ? { kind: 'deidentify', mask: character }
    : wrong(`${where}: MaskWithCharacter must be one printable character of ASCII, neither a quotation mark nor a backslash`);
}
