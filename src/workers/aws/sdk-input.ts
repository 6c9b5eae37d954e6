import { NormalizedSchema } from '@smithy/core/schema';
import { memberName } from './member-name.js';

/** The input of an operation, made from JSON; or what is wrong with that, and where. */
export type SdkInput = { readonly kind: 'input'; readonly value: Readonly<Record<string, unknown>> } | WrongInput;

export interface WrongInput {
  readonly kind: 'wrong';
  readonly problem: string;
}

/**
 * Reads JSON by the schema of the operation. Members may be spelled as Step Functions does and as the API does. Times are texts, bytes base64; a stream is
 * text as it is, or any other value as JSON.
 */
export function inputOf(value: unknown, schema: Schema): SdkInput {
  try {
    return { kind: 'input', value: read(value, NormalizedSchema.of(schema), '') as Readonly<Record<string, unknown>> };
  } catch (fault) {
    if (fault instanceof Wrong) return { kind: 'wrong', problem: fault.message };
    throw fault;
  }
}

export type Schema = Parameters<typeof NormalizedSchema.of>[0];

/** Ends the walk; it does not leave this file. */
class Wrong extends Error {}

function read(value: unknown, schema: NormalizedSchema, at: string): unknown {
  if (schema.isStructSchema() || schema.isUnitSchema()) return readStructure(value, schema, at);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrong(at, 'an array');
    return value.map((item, index) => read(item, schema.getValueSchema(), `${at}[${index}]`));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(objectOf(value, at));
    return Object.fromEntries(entries.map(([key, item]) => [key, read(item, schema.getValueSchema(), `${at}.${key}`)]));
  }
  if (schema.isBlobSchema()) return schema.isStreaming() ? streamOf(value) : bytesOf(value, at);
  if (schema.isTimestampSchema()) return timeOf(value, at);
  return readScalar(value, schema, at);
}

function readStructure(value: unknown, schema: NormalizedSchema, at: string): Readonly<Record<string, unknown>> {
  const members = new Map<string, [string, NormalizedSchema]>();
  for (const [name, member] of schema.structIterator()) members.set(name, [name, member]).set(memberName(name), [name, member]);
  return Object.fromEntries(
    Object.entries(objectOf(value, at)).map(([given, item]) => {
      const path = at === '' ? given : `${at}.${given}`;
      const found = members.get(given);
      if (found === undefined) throw new Wrong(`The field '${path}' is not supported`);
      return [found[0], read(item, found[1], path)];
    }),
  );
}

function readScalar(value: unknown, schema: NormalizedSchema, at: string): unknown {
  if (schema.isBooleanSchema() && typeof value !== 'boolean') throw wrong(at, 'true or false');
  if (schema.isNumericSchema() && typeof value !== 'number') throw wrong(at, 'a number');
  if (schema.isStringSchema()) {
    if (typeof value === 'string') return value;
    if (typeof value === 'object' && value !== null) return JSON.stringify(value); // policies and the like are JSON in a text
    throw wrong(at, 'a string');
  }
  return value;
}

function objectOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

function streamOf(value: unknown): Buffer {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function bytesOf(value: unknown, at: string): Buffer {
  if (typeof value !== 'string' || !base64.test(value)) throw wrong(at, 'bytes in base64');
  return Buffer.from(value, 'base64');
}

function timeOf(value: unknown, at: string): Date {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) throw wrong(at, 'a time such as 2026-01-31T12:00:00Z');
  return time;
}

function wrong(at: string, expected: string): Wrong {
  return new Wrong(at === '' ? `The parameters must be ${expected}` : `The field '${at}' must be ${expected}`);
}
