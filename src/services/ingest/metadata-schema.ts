import type { ErrorObject, Options } from 'ajv';
import { RE2JS } from 're2js';
import type { SchemaCheck } from './metadata-rules.js';
import type { Problem } from './refusal.js';

/** Patterns meet texts of strangers: matching takes linear time. Ajv tells patterns apart by their texts. */
const linearRegExp: NonNullable<NonNullable<Options['code']>['regExp']> = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linearRegExp' },
);

/** What a pipeline's own JSON Schema finds: draft 2020-12, or draft 07 where it says so. Rejects with what is wrong with the schema. */
export async function compiledSchema(schema: Readonly<Record<string, unknown>>): Promise<SchemaCheck> {
  const isDraft07 = typeof schema.$schema === 'string' && schema.$schema.includes('draft-07');
  const { default: ajv } = isDraft07 ? await import('ajv') : await import('ajv/dist/2020.js');
  const { default: formats } = await import('ajv-formats');
  const reader = new ajv.default({ allErrors: true, strictTypes: false, strictTuples: false, code: { regExp: linearRegExp } });
  formats.default(reader);
  const validate = reader.compile(schema);
  return (metaData) => {
    validate(metaData);
    return (validate.errors ?? []).map(problemOf);
  };
}

function problemOf({ instancePath, message = 'is not valid', params }: ErrorObject): Problem {
  const detail = params.additionalProperty ?? params.unevaluatedProperty ?? params.allowedValues ?? params.allowedValue;
  return { path: instancePath, problem: detail === undefined ? message : `${message}: ${JSON.stringify(detail)}` };
}
