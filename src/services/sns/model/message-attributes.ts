import { isAttributeNumber } from '../../../base/attribute-number.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidAttribute, nullNotAllowed } from '../errors.js';
import { attributeNameBytesMax } from '../limits.js';

/** A message attribute as a client sends it: nothing is certain yet. */
export interface AttributeInput {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Buffer | undefined;
}

export type AttributeInputs = { readonly [name: string]: AttributeInput };

/** A valid attribute, as sent. A Buffer is the value of a `Binary`, a string that of any other type. */
export interface MessageAttribute {
  readonly name: string;
  readonly type: string;
  readonly value: string | Buffer;
}

const allowedInName = /[A-Za-z0-9_.-]/;
const beyondBasicPlane = /[\u{10000}-\u{10FFFF}]/u;

/** In the order sent, or the first thing that is wrong. `path` is where the map stands in the request. */
export function readMessageAttributes(inputs: AttributeInputs | undefined, path: string): readonly MessageAttribute[] | Refusal {
  const attributes: MessageAttribute[] = [];
  for (const [name, input] of Object.entries(inputs ?? {})) {
    const refusal = checkName(name) ?? checkValue(name, input, path);
    if (refusal !== undefined) return refusal;
    attributes.push({ name, type: input.DataType ?? '', value: presentValue(input) ?? '' });
  }
  return attributes;
}

function checkName(name: string): Refusal | undefined {
  if (Buffer.byteLength(name) > attributeNameBytesMax)
    return invalidAttribute('Length of message attribute name must be less than 256 bytes.');
  if (name === '') return invalidAttribute('The message attribute name must not be empty.');
  for (const character of name) {
    if (allowedInName.test(character)) continue;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return invalidAttribute(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  }
  if (name.startsWith('.')) return invalidAttribute("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.')) return invalidAttribute("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..')) return invalidAttribute("Message attribute name can not have successive '.' character.");
  if (/^(aws|amazon)\./i.test(name) && !/^aws\.(sns|mm)\./i.test(name)) {
    return invalidAttribute(`The message attribute name '${name}' begins with a reserved prefix.`);
  }
  return undefined;
}

function checkValue(name: string, input: AttributeInput, path: string): Refusal | undefined {
  const { DataType: type, StringValue: text, BinaryValue: bytes } = input;
  if (type === undefined || type === '') return nullNotAllowed(`${path}.${name}.member.dataType`);
  const base = baseType(type);
  if (base === undefined) {
    return invalidAttribute(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const wanted = base === 'Binary' ? bytes : text;
  const other = base === 'Binary' ? text : bytes;
  if (wanted === undefined && other !== undefined && other.length > 0) {
    return invalidAttribute(
      `The message attribute '${name}' with type '${type}' must use field '${base === 'Binary' ? 'Binary' : 'String'}'.`,
    );
  }
  if (wanted === undefined || wanted.length === 0) {
    return invalidAttribute(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (other !== undefined && other.length > 0) {
    return invalidAttribute(`The message attribute '${name}' has both a StringValue and a BinaryValue: send only one.`);
  }
  if (base === 'Number' && typeof wanted === 'string' && !isAttributeNumber(wanted)) {
    return invalidAttribute(`Could not cast message attribute '${name}' value to number.`);
  }
  if (typeof wanted === 'string' && beyondBasicPlane.test(wanted)) {
    return invalidAttribute(`The message attribute '${name}' contains a character beyond U+FFFF.`);
  }
  return undefined;
}

function presentValue({ StringValue, BinaryValue }: AttributeInput): string | Buffer | undefined {
  return BinaryValue !== undefined && BinaryValue.length > 0 ? BinaryValue : StringValue;
}

/** `String`, `Number` or `Binary`, alone or with a label behind a dot. */
function baseType(type: string): 'String' | 'Number' | 'Binary' | undefined {
  const [base] = type.split('.', 1);
  return base === 'String' || base === 'Number' || base === 'Binary' ? base : undefined;
}

/** What attributes add to a message's size: names, types and decoded values. */
export function attributesBytes(attributes: readonly MessageAttribute[]): number {
  return attributes.reduce((sum, { name, type, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(type) + bytesOf(value), 0);
}

function bytesOf(value: string | Buffer): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
