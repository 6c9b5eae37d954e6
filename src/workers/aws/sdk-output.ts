import { NormalizedSchema } from '@smithy/core/schema';
import { memberName } from './member-name.js';
import type { Schema } from './sdk-input.js';

/** What an operation answered, as JSON; `tooLarge`: a stream is longer than `streamBytesMax`; `notText`: it is no text. */
export type SdkOutput =
  | { readonly kind: 'output'; readonly value: Readonly<Record<string, Value>> }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'notText' };

export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };

export interface OutputOptions {
  readonly streamBytesMax: number;
  /** As the API spells members, not as SDK integrations do. */
  readonly apiNames: boolean;
}

/** Writes by the schema of the operation: times as texts, bytes as base64, a stream as text. What the answer does not have is left out. */
export async function outputOf(answer: object, schema: Schema, { streamBytesMax, apiNames }: OutputOptions): Promise<SdkOutput> {
  const root = NormalizedSchema.of(schema);
  const nameOf = (name: string): string => (apiNames ? name : memberName(name));
  const streams: Record<string, Value> = {};
  for (const [name, member] of root.structIterator()) {
    const value = (answer as Readonly<Record<string, unknown>>)[name];
    if (!member.isBlobSchema() || !member.isStreaming() || value === undefined) continue;
    const bytes = await contentOf(value as AsyncIterable<Uint8Array>, streamBytesMax);
    if (bytes === undefined) return { kind: 'tooLarge' };
    const text = textOf(bytes);
    if (text === undefined) return { kind: 'notText' };
    streams[nameOf(name)] = text;
  }
  return { kind: 'output', value: { ...structure(answer, root, nameOf), ...streams } };
}

type NameOf = (name: string) => string;

function structure(value: object, schema: NormalizedSchema, nameOf: NameOf): Readonly<Record<string, Value>> {
  const entries: [string, Value][] = [];
  for (const [name, member] of schema.structIterator()) {
    const item = (value as Readonly<Record<string, unknown>>)[name];
    const isStream = member.isBlobSchema() && member.isStreaming();
    if (item !== undefined && item !== null && !isStream) entries.push([nameOf(name), write(item, member, nameOf)]);
  }
  return Object.fromEntries(entries);
}

function write(value: unknown, schema: NormalizedSchema, nameOf: NameOf): Value {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((item) => write(item, schema.getValueSchema(), nameOf));
  if (typeof value === 'object' && schema.isMapSchema())
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, write(item, schema.getValueSchema(), nameOf)]));
  if (typeof value === 'object') return structure(value, schema, nameOf);
  return typeof value === 'bigint' ? Number(value) : (value as Value);
}

async function contentOf(stream: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
  }
  return Buffer.concat(chunks);
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
