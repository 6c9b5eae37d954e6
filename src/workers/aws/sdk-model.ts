import { NormalizedSchema } from '@smithy/core/schema';
import { memberName } from './member-name.js';
import type { Schema } from './sdk-input.js';

/** What requests and answers of an operation look like. Members and items are made when they are asked for: items hold items. */
export type ApiModel =
  | { readonly kind: 'any' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'number' }
  | { readonly kind: 'string'; readonly values?: readonly string[] | undefined }
  | { readonly kind: 'list'; item(): ApiModel }
  | { readonly kind: 'map'; value(): ApiModel }
  | { readonly kind: 'structure'; readonly required: readonly string[]; members(): ReadonlyMap<string, ApiModel> };

interface Spelling {
  readonly exports: Readonly<Record<string, unknown>>;
  /** The first one is how it is called where it is missed. */
  namesOf(apiName: string): readonly [string, ...string[]];
}

/** `apiNames`: members as the API spells them, not as SDK integrations do. */
export function answerModelOf(schema: Schema, exports: Spelling['exports'], apiNames: boolean): ApiModel {
  return modelOf(NormalizedSchema.of(schema), '', { exports, namesOf: (name) => [apiNames ? name : memberName(name)] });
}

export function parametersModelOf(schema: Schema, exports: Spelling['exports']): ApiModel {
  return modelOf(NormalizedSchema.of(schema), '', { exports, namesOf: (name) => [memberName(name), name] });
}

function modelOf(schema: NormalizedSchema, name: string, spelling: Spelling): ApiModel {
  if (schema.isStructSchema() || schema.isUnitSchema()) return structureOf(schema, spelling);
  if (schema.isListSchema()) return { kind: 'list', item: once(() => modelOf(schema.getValueSchema(), '', spelling)) };
  if (schema.isMapSchema()) return { kind: 'map', value: once(() => modelOf(schema.getValueSchema(), '', spelling)) };
  if (schema.isBooleanSchema()) return { kind: 'boolean' };
  if (schema.isNumericSchema()) return { kind: 'number' };
  return { kind: 'string', values: schema.isStringSchema() ? valuesOf(name, spelling) : undefined };
}

function structureOf(schema: NormalizedSchema, spelling: Spelling): ApiModel {
  return {
    kind: 'structure',
    required: requiredOf(schema).map((name) => spelling.namesOf(name)[0]),
    members: once(() => {
      const members = [...schema.structIterator()];
      return new Map(
        members.flatMap(([name, member]) => {
          const model = modelOf(member, name, spelling);
          return spelling.namesOf(name).map((spelled) => [spelled, model] as const);
        }),
      );
    }),
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

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
