import { NormalizedSchema } from '@smithy/core/schema';
import { memberName } from './member-name.js';
import type { Schema } from './sdk-input.js';

/** What answers of an operation look like. Members and items are made when they are asked for: items hold items. */
export type AnswerModel =
  | { readonly kind: 'any' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'number' }
  | { readonly kind: 'string'; readonly values?: readonly string[] | undefined }
  | { readonly kind: 'list'; item(): AnswerModel }
  | { readonly kind: 'map'; value(): AnswerModel }
  | { readonly kind: 'structure'; readonly required: readonly string[]; members(): ReadonlyMap<string, AnswerModel> };

interface Spelling {
  readonly exports: Readonly<Record<string, unknown>>;
  nameOf(apiName: string): string;
}

/** `apiNames`: members as the API spells them, not as SDK integrations do. */
export function answerModelOf(schema: Schema, exports: Spelling['exports'], apiNames: boolean): AnswerModel {
  return modelOf(NormalizedSchema.of(schema), '', { exports, nameOf: (name) => (apiNames ? name : memberName(name)) });
}

function modelOf(schema: NormalizedSchema, name: string, spelling: Spelling): AnswerModel {
  if (schema.isStructSchema() || schema.isUnitSchema()) return structureOf(schema, spelling);
  if (schema.isListSchema()) return { kind: 'list', item: () => modelOf(schema.getValueSchema(), '', spelling) };
  if (schema.isMapSchema()) return { kind: 'map', value: () => modelOf(schema.getValueSchema(), '', spelling) };
  if (schema.isBooleanSchema()) return { kind: 'boolean' };
  if (schema.isNumericSchema()) return { kind: 'number' };
  return { kind: 'string', values: schema.isStringSchema() ? valuesOf(name, spelling) : undefined };
}

function structureOf(schema: NormalizedSchema, spelling: Spelling): AnswerModel {
  return {
    kind: 'structure',
    required: requiredOf(schema).map(spelling.nameOf),
    members: () => {
      const members = [...schema.structIterator()];
      return new Map(members.map(([name, member]) => [spelling.nameOf(name), modelOf(member, name, spelling)]));
    },
  };
}

/** Of a structure the SDK keeps kind, namespace, name, traits, the names of members, their types, and how many of the first are required. */
function requiredOf(schema: NormalizedSchema): readonly string[] {
  const [, , , , names = [], , count = 0] = schema.getSchema() as unknown as readonly [
    unknown,
    unknown,
    unknown,
    unknown,
    (readonly string[])?,
    unknown?,
    number?,
  ];
  return Array.isArray(names) ? names.slice(0, count) : [];
}

/** Schemas have no values of enumerations, but SDKs export those by name, and members that hold one are mostly called as it is. */
function valuesOf(name: string, { exports }: Spelling): readonly string[] | undefined {
  const found = exports[name];
  if (typeof found !== 'object' || found === null) return undefined;
  const values: readonly unknown[] = Object.values(found);
  return values.length > 0 && values.every((value) => typeof value === 'string') ? values : undefined;
}
