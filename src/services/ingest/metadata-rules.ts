import { dateTimeProblem } from './date-time.js';
import { tooLargeMetaData } from './json-envelope.js';
import { limits } from './limits.js';
import type { MessageMetaData } from './record.js';
import { type Problem, type Refusal, refused } from './refusal.js';

/** The members of the sample: where they are there they are texts, whatever the schema of the pipeline says. */
export const sampleMembers = ['messageType', 'sourceSystemID', 'sourceTransactionID', 'dateTime'] as const;

/** All problems that a schema finds. */
export type SchemaCheck = (metaData: MessageMetaData) => readonly Problem[];

/** Of a pipeline that has no schema of its own. */
export const sampleCheck: SchemaCheck = (metaData) =>
  sampleMembers.filter((name) => !Object.hasOwn(metaData, name)).map((name) => ({ path: `/${name}`, problem: 'is missing' }));

/** Everything that is wrong with the metadata of a record. */
export function metaDataRefusal(metaData: MessageMetaData, check: SchemaCheck): Refusal | undefined {
  if (depthOf(metaData) > limits.metaDataDepthMax) {
    return refused('InvalidMetaData', `the metadata go deeper than ${limits.metaDataDepthMax} levels`);
  }
  const json = JSON.stringify(metaData);
  if (Buffer.byteLength(json) > limits.metaDataBytesMax) return tooLargeMetaData();
  const problems = [...memberProblems(metaData), ...check(metaData)];
  if (isFunction.test(json))
    problems.push({ path: '', problem: 'has a member _jsonata_lambda or _jsonata_function: those names are reserved' });
  if (!isTold.test(json)) problems.push({ path: '', problem: 'has a character that is none (U+FFFE, U+FFFF or half of a pair)' });
  if (problems.length === 0) return undefined;
  const shown = problems.slice(0, limits.problemsMax);
  const texts = shown.map(({ path, problem }) => `${path === '' ? 'the metadata' : path} ${problem}`);
  return refused('InvalidMetaData', `the metadata are refused: ${texts.join('; ')}`, { problems: shown });
}

/** Notifications can carry no others. `JSON.stringify` escapes halves of pairs. */
const isTold = /^(?:\\u(?!d[89a-f])|\\[^u]|[^\\\uFFFE\uFFFF])*$/;
/** Members by which the language of workflows knows functions: a state that hands such metadata on fails. */
const isFunction = /"_jsonata_(?:lambda|function)":/;
const isPlain = /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u;

function memberProblems(metaData: MessageMetaData): Problem[] {
  return sampleMembers.flatMap((name) => {
    const value: unknown = metaData[name];
    const problem =
      value === undefined ? undefined : (textProblem(value) ?? (name === 'dateTime' ? dateTimeProblem(String(value)) : undefined));
    return problem === undefined ? [] : [{ path: `/${name}`, problem }];
  });
}

function textProblem(value: unknown): string | undefined {
  if (typeof value !== 'string')
    return `is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `of type ${typeof value}`}: expected a text`;
  if (value === '') return 'is empty';
  if (value.length > limits.metaDataTextMax) return `has ${value.length} characters: expected ${limits.metaDataTextMax} at most`;
  return isPlain.test(value) ? undefined : 'has control characters, or ones that are none';
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  for (const member of Object.values(value)) deepest = Math.max(deepest, depthOf(member));
  return deepest + 1;
}
