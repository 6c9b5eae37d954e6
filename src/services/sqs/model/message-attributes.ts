import { hash } from 'node:crypto';
import { isAttributeNumber } from '../../../base/attribute-number.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalidRequest, listValuesNotSupported } from '../errors.js';
import { attributeNameCharsMax, attributeTypeCharsMax, messageAttributesMax } from '../limits.js';
import { hasIllegalCharacter } from './characters.js';

/** A message attribute as a client sends it: nothing is certain yet. */
export interface AttributeInput {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Buffer | undefined;
  readonly StringListValues?: readonly string[] | undefined;
  readonly BinaryListValues?: readonly Buffer[] | undefined;
}

export type AttributeInputs = { readonly [name: string]: AttributeInput };

/** A valid attribute. A Buffer is the value of a `Binary`, a string that of a `String` or `Number`. Stored in this form. */
export type MessageAttribute = readonly [name: string, dataType: string, value: string | Buffer];

const namePattern = /^[\p{L}\p{N}_.-]+$/u;
const reservedPrefix = /^(aws|amazon)\./i;

/** Valid attributes sorted by name, as their digest needs them, or the first thing that is wrong. */
export function readMessageAttributes(inputs: AttributeInputs | undefined): readonly MessageAttribute[] | Refusal {
  if (inputs === undefined) return [];
  const names = Object.keys(inputs);
  if (names.length > messageAttributesMax) {
    return invalidRequest(`Number of message attributes [${names.length}] exceeds the allowed maximum [${messageAttributesMax}].`);
  }
  const attributes: MessageAttribute[] = [];
  for (const name of names.sort()) {
    const refusal = checkName(name);
    if (refusal !== undefined) return refusal;
    const attribute = readAttribute(name, inputs[name] ?? {}, 'user');
    if (isRefusal(attribute)) return attribute;
    attributes.push(attribute);
  }
  return attributes;
}

/** The one system attribute that may be sent: `AWSTraceHeader`, a String. */
export function readSystemAttributes(inputs: AttributeInputs | undefined): readonly MessageAttribute[] | Refusal {
  const attributes: MessageAttribute[] = [];
  for (const [name, input] of Object.entries(inputs ?? {})) {
    if (name !== 'AWSTraceHeader') return invalidRequest(`Message system attribute name '${name}' is invalid.`);
    const attribute = readAttribute(name, input, 'system');
    if (isRefusal(attribute)) return attribute;
    if (attribute[1] !== 'String') return invalidRequest(`The message system attribute '${name}' must have the data type 'String'.`);
    attributes.push(attribute);
  }
  return attributes;
}

function checkName(name: string): Refusal | undefined {
  if (name.length === 0 || name.length > attributeNameCharsMax) {
    return invalidRequest(`Message (user) attribute names must be between 1 and ${attributeNameCharsMax} characters long.`);
  }
  if (reservedPrefix.test(name) || name.startsWith('.') || name.endsWith('.')) {
    return invalidRequest(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.",
    );
  }
  if (!namePattern.test(name) || name.includes('..')) {
    return invalidRequest(
      `Message (user) attribute name '${name}' is invalid. It can contain only letters, digits, underscores, hyphens and single periods.`,
    );
  }
  return undefined;
}

function readAttribute(name: string, input: AttributeInput, kind: 'user' | 'system'): MessageAttribute | Refusal {
  if (holdsAny(input.StringListValues) || holdsAny(input.BinaryListValues)) return listValuesNotSupported(name);
  const type = input.DataType ?? '';
  const base = baseType(type);
  if (base === undefined || type.length > attributeTypeCharsMax || hasIllegalCharacter(type)) {
    return invalidRequest(
      `The type of message (${kind}) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  const [value, other] = base === 'Binary' ? [input.BinaryValue, input.StringValue] : [input.StringValue, input.BinaryValue];
  if (value === undefined || value.length === 0) {
    return invalidRequest(`Message (${kind}) attribute '${name}' must contain a non-empty value of type '${base}'.`);
  }
  if (holdsAny(other)) {
    return invalidRequest(
      `Message (${kind}) attribute '${name}' of type '${base}' has both a StringValue and a BinaryValue: send only one.`,
    );
  }
  if (typeof value === 'string' && hasIllegalCharacter(value)) {
    return invalidRequest(`Message (${kind}) attribute '${name}' contains an invalid character.`);
  }
  if (base === 'Number' && typeof value === 'string' && !isAttributeNumber(value)) {
    return invalidRequest(`Can't cast the value of message (${kind}) attribute '${name}' to a number.`);
  }
  return [name, type, value];
}

/** `String`, `Number` or `Binary`, alone or with a custom label behind a dot. */
function baseType(type: string): 'String' | 'Number' | 'Binary' | undefined {
  const dot = type.indexOf('.');
  const base = dot < 0 ? type : type.slice(0, dot);
  return base === 'String' || base === 'Number' || base === 'Binary' ? base : undefined;
}

function holdsAny(value: { readonly length: number } | undefined): boolean {
  return value !== undefined && value.length > 0;
}

/** What attributes add to a message's size: names, types with their labels, and decoded values. */
export function attributesSize(attributes: readonly MessageAttribute[]): number {
  let size = 0;
  for (const [name, type, value] of attributes) size += Buffer.byteLength(name) + Buffer.byteLength(type) + valueSize(value);
  return size;
}

/**
 * MD5 over attributes sorted by name, each field preceded by its length; developer guide, "Calculating the MD5 message
 * digest for message attributes".
 */
export function attributesDigest(sorted: readonly MessageAttribute[]): string {
  const bytes = Buffer.allocUnsafe(attributesSize(sorted) + sorted.length * 13);
  let at = 0;
  for (const [name, type, value] of sorted) {
    at = writeField(bytes, at, name);
    at = writeField(bytes, at, type);
    at = bytes.writeUInt8(typeof value === 'string' ? 1 : 2, at);
    at = writeField(bytes, at, value);
  }
  return hash('md5', bytes);
}

function writeField(bytes: Buffer, at: number, value: string | Buffer): number {
  const start = at + 4;
  const length = typeof value === 'string' ? bytes.write(value, start) : value.copy(bytes, start);
  bytes.writeUInt32BE(length, at);
  return start + length;
}

function valueSize(value: string | Buffer): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}

/**
 * Which attributes a receive returns: exact names, `All`, `.*`, `*`, or `<prefix>.*`, whose dot belongs to the wildcard
 * (`Hel.*` matches `Hello`). Names that no attribute can have match nothing.
 */
export function selectAttributes(attributes: readonly MessageAttribute[], names: readonly string[]): readonly MessageAttribute[] {
  if (names.length === 0 || attributes.length === 0) return [];
  if (names.includes('All') || names.includes('.*') || names.includes('*')) return attributes;
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2));
  return attributes.filter(([name]) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)));
}
