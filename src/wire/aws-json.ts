import { isUtf8 } from 'node:buffer';
import { malformedInput } from './errors.js';
import { parseAroundBase64 } from './large-json.js';
import { blobFrom, doubleFrom, integerFrom, isInteger32 } from './scalar.js';
import type { Members, Operation, Service, ServiceError } from './service.js';
import type { Shape, StructureShape } from './shape.js';

/**
 * AWS JSON 1.0. Decoders and encoders are made once an operation, from its shapes.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export interface JsonCodec {
  /** Throws SerializationException for bytes that are no JSON object and for members of the wrong type. */
  decode(body: Buffer): Members;
  /** The body of a success; empty for a void operation. */
  encode(output: unknown): string;
}

export const jsonContentType = 'application/x-amz-json-1.0';

export function jsonCodec(operation: Operation): JsonCodec {
  const decodeInput = structureDecoder(operation.input);
  const { output } = operation;
  const encodeOutput = output === undefined ? undefined : encoderOf(output);
  return {
    decode: (body) => decodeInput(parse(body)) as Members,
    encode: (value) => (encodeOutput === undefined ? '' : JSON.stringify(encodeOutput(value) ?? {})),
  };
}

export interface EncodedError {
  readonly status: number;
  readonly body: string;
  /** Value of `x-amzn-query-error`: SDKs made for Query take their error code from it. */
  readonly queryError: string;
}

/** The members of a JSON object that the shape names; an empty body is an object without any. A large one is read in many turns. */
export function jsonDecoder(shape: StructureShape): (body: Buffer) => Members | Promise<Members> {
  const decode = structureDecoder(shape);
  const whole = (body: Buffer): Members => decode(body.length === 0 ? {} : parse(body)) as Members;
  const large = async (body: Buffer): Promise<Members> => {
    try {
      const value = await parseAroundBase64(body);
      if (value !== undefined) return decode(value) as Members;
    } catch {
      // The whole of it says what is wrong.
    }
    return whole(body);
  };
  return (body) => (body.length > largeBytesMin ? large(body) : whole(body));
}

const largeBytesMin = 1024 * 1024;

/** `service` is unknown while the operation is. */
export function encodeJsonError(error: ServiceError, service: Service | undefined): EncodedError {
  const { type, origin, queryCode, fault, status } = error.code;
  const namespace = origin === 'service' && service !== undefined ? service.errorNamespace : 'com.amazon.coral.service';
  return { status, body: JSON.stringify({ __type: `${namespace}#${type}`, message: error.message }), queryError: `${queryCode};${fault}` };
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) throw malformedInput('The request body is not valid UTF-8');
  try {
    // V8 parses nested values without recursion, and the decoders below go only as deep as the shape does.
    return JSON.parse(body.toString());
  } catch {
    throw malformedInput('The request body is not valid JSON');
  }
}

type Decoder = (value: unknown) => unknown;

/** A text of base64 that has been read already. */
const isBytes = Buffer.isBuffer;

function decoderOf(shape: Shape): Decoder {
  switch (shape.kind) {
    case 'string':
      return (value) => (typeof value === 'string' ? value : isBytes(value) ? value.toString('base64') : refuse(value, 'a String'));
    case 'integer':
      return decodeInteger;
    case 'double':
      return decodeDouble;
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : refuse(value, 'a Boolean'));
    case 'blob':
      return (value) => (isBytes(value) ? value : typeof value === 'string' ? blobFrom(value) : refuse(value, 'a Blob'));
    case 'list': {
      const member = decoderOf(shape.member);
      return (value) => {
        if (!Array.isArray(value)) return refuseScalar(value, 'Expected list or null');
        refuseCrowd(value);
        return value.filter(isPresent).map(member);
      };
    }
    case 'map': {
      const member = decoderOf(shape.value);
      return (value) => decodeMap(value, member);
    }
    case 'structure':
      return structureDecoder(shape);
  }
}

/** Members that the shape does not name are ignored, as AWS does; `null` counts as absent. */
function structureDecoder(shape: StructureShape): (value: unknown) => Readonly<Record<string, unknown>> {
  const members = Object.entries(shape.members).map(([name, member]) => ({ name, decode: decoderOf(member) }));
  return (value) => {
    const given = asObject(value);
    const decoded: Record<string, unknown> = {};
    for (const { name, decode } of members) {
      const member = given[name];
      if (member !== undefined && member !== null) decoded[name] = decode(member);
    }
    return decoded;
  };
}

/** Through entries, so that a key such as `__proto__` is a key like any other. */
function decodeMap(value: unknown, member: Decoder): Readonly<Record<string, unknown>> {
  const entries = Object.entries(asObject(value)).filter(([, item]) => isPresent(item));
  refuseCrowd(entries);
  return Object.fromEntries(entries.map(([key, item]) => [key, member(item)]));
}

/** More than any operation takes; an operation's own limit, with its own text, is far below. */
const entriesMax = 4_000;

function refuseCrowd({ length }: readonly unknown[]): void {
  if (length > entriesMax) throw malformedInput(`A list or map has ${length} entries, more than ${entriesMax}`);
}

function decodeInteger(value: unknown): number {
  if (typeof value === 'string') return integerFrom(value);
  if (typeof value === 'number' && isInteger32(value)) return value;
  return refuse(value, 'an Integer');
}

function decodeDouble(value: unknown): number {
  if (typeof value === 'string') return doubleFrom(value);
  return typeof value === 'number' ? value : refuse(value, 'a Double');
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value))
    return value as Readonly<Record<string, unknown>>;
  return refuseScalar(value, 'Expected structure or map, or null');
}

function refuseScalar(value: unknown, text: string): never {
  if (Array.isArray(value)) throw malformedInput('Start of list found where not expected');
  if (typeof value === 'object' && value !== null) throw malformedInput('Start of structure or map found where not expected.');
  throw malformedInput(text);
}

function refuse(value: unknown, wanted: string): never {
  return refuseScalar(value, `${tokenOf(value)} can not be converted to ${wanted}`);
}

function tokenOf(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return 'NUMBER_VALUE';
    case 'string':
      return 'STRING_VALUE';
    case 'boolean':
      return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
    default:
      return 'NULL_VALUE';
  }
}

/** Makes a value ready for `JSON.stringify`; undefined when it is to be left out. */
type Encoder = (value: unknown) => unknown;

function encoderOf(shape: Shape): Encoder {
  switch (shape.kind) {
    case 'string':
    case 'integer':
    case 'double':
    case 'boolean':
      return (value) => value;
    case 'blob':
      return (value) => (value as Buffer).toString('base64');
    case 'list': {
      const member = encoderOf(shape.member);
      return (value) => {
        const items = value as readonly unknown[];
        return items.length === 0 && !shape.keepsEmpty ? undefined : items.map(member);
      };
    }
    case 'map': {
      const member = encoderOf(shape.value);
      return (value) => {
        const entries = Object.entries(value as Readonly<Record<string, unknown>>);
        return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, item]) => [key, member(item)]));
      };
    }
    case 'structure':
      return structureEncoder(shape);
  }
}

function structureEncoder(shape: StructureShape): Encoder {
  const plain = Object.values(shape.members).every(
    ({ kind }) => kind === 'string' || kind === 'integer' || kind === 'double' || kind === 'boolean',
  );
  if (plain) return (value) => value;
  const members = Object.entries(shape.members).map(([name, member]) => ({ name, encode: encoderOf(member) }));
  return (value) => {
    const given = value as Readonly<Record<string, unknown>>;
    const encoded: Record<string, unknown> = {};
    for (const { name, encode } of members) {
      const member = given[name];
      if (member !== undefined) encoded[name] = encode(member);
    }
    return encoded;
  };
}
