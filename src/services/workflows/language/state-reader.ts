import { secondsMax, waitSecondsMax } from '../limits.js';
import { readChoiceRule } from './choice-reader.js';
import { blockIdOf, type Choice, type Flow, type State, type StateType } from './definition.js';
import { readDistributed } from './distributed-reader.js';
import type { Expression, QueryLanguage } from './expression.js';
import {
  type ExpressionPlace,
  readNumber,
  readPathField,
  readReference,
  readReferenceOrCall,
  readTemplateField,
  readText,
} from './expression-reader.js';
import type { Fields } from './fields.js';
import { readAssign, readFlow } from './flow-reader.js';
import { isJsonObject, type Json } from './json.js';
import { type Reading, readLanguage, type Scopes } from './reading.js';
import { type Resource, readResource } from './resource.js';
import { readCatch, readRetry } from './retry-reader.js';
import { readTimestamp } from './timestamp.js';

export interface StateReading {
  readonly reader: Reading;
  /** That of the state, and those around it. */
  readonly scopes: Scopes;
  readonly depth: number;
}

const types: readonly StateType[] = ['Task', 'Wait', 'Pass', 'Succeed', 'Fail', 'Choice', 'Parallel', 'Map'];

/** Undefined when it has no type that is known; whatever else is wrong is noted, and the state comes back all the same. */
export function readState(name: string, fields: Fields, reading: StateReading): State | undefined {
  const given = fields.string('Type');
  const type = types.find((known) => known === given);
  if (type === undefined) {
    fields.problems.add(fields.where('Type'), `The field 'Type' should have one of these values: [${types.join(', ')}]`);
    return undefined;
  }
  fields.string('Comment');
  const language = languageOf(fields, reading.reader.language);
  const place: ExpressionPlace = { language, state: fields.at, problems: fields.problems };
  const state = readers[type](name, fields, readFlow(fields, type, place), place, reading);
  fields.end();
  return state;
}

/** A machine in JSONata has no states in JSONPath. */
function languageOf(fields: Fields, ofMachine: QueryLanguage): QueryLanguage {
  const own = readLanguage(fields);
  if (own === 'JSONPath' && ofMachine === 'JSONata') {
    fields.problems.add(fields.where('QueryLanguage'), "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
  }
  return own ?? ofMachine;
}

type StateReader = (name: string, fields: Fields, flow: Flow, place: ExpressionPlace, reading: StateReading) => State;

const readers: Readonly<Record<StateType, StateReader>> = {
  Task: readTask,
  Pass: readPass,
  Wait: readWait,
  Choice: readChoiceState,
  Succeed: (name, _fields, flow) => ({ type: 'Succeed', name, flow }),
  Fail: readFail,
  Parallel: readParallel,
  Map: readMap,
};

/** `Next` or `End`, one of them. Undefined: the state ends its block. */
function readNext(fields: Fields): string | undefined {
  const next = fields.string('Next');
  const end = fields.value('End');
  if (end !== undefined && typeof end !== 'boolean') fields.problems.add(fields.where('End'), "The field 'End' must be a boolean");
  if ((next !== undefined) === (end === true)) fields.problems.add(fields.at, "Exactly one of 'Next' and 'End' must be given");
  return next;
}

function readTask(name: string, fields: Fields, flow: Flow, place: ExpressionPlace, reading: StateReading): State {
  const resource = readTaskResource(fields, reading);
  const timeoutSeconds = readNumber(fields, 'TimeoutSeconds', place, { min: 1, max: secondsMax });
  const heartbeatSeconds = readNumber(fields, 'HeartbeatSeconds', place, { min: 1, max: secondsMax });
  if (literalNumber(heartbeatSeconds, 0) >= literalNumber(timeoutSeconds, Number.POSITIVE_INFINITY)) {
    fields.problems.add(fields.where('HeartbeatSeconds'), "'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'");
  }
  const unknown = flow.arguments && reading.reader.rules.unknownParameter?.(resource, flow.arguments);
  if (unknown !== undefined) {
    const given = place.language === 'JSONata' ? 'Arguments' : 'Parameters';
    fields.problems.add(fields.where(given), `The field "${unknown}" is not supported by Step Functions`);
  }
  fields.refuse('Credentials', "The field 'Credentials' is not supported by this server");
  const retry = readRetry(fields);
  const catchers = readCatch(fields, place);
  return { type: 'Task', name, flow, resource, timeoutSeconds, heartbeatSeconds, retry, catch: catchers, next: readNext(fields) };
}

function literalNumber(expression: Expression | undefined, otherwise: number): number {
  return expression?.kind === 'literal' && typeof expression.value === 'number' ? expression.value : otherwise;
}

const unrecognised =
  'The resource provided ARN is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.';

function readTaskResource(fields: Fields, { reader }: StateReading): Resource {
  const arn = fields.requiredString('Resource') ?? '';
  const resource = readResource(arn);
  const problem = resource === undefined ? unrecognised : (expressProblem(resource, reader) ?? reader.rules.resourceProblem(resource));
  if (problem !== undefined && fields.has('Resource')) fields.problems.add(fields.where('Resource'), problem);
  return resource ?? { kind: 'function', arn };
}

function expressProblem(resource: Resource, { rules }: Reading): string | undefined {
  if (rules.type === 'STANDARD') return undefined;
  if (resource.kind === 'activity') return "Express state machine does not support 'Activity ARN'";
  if (resource.kind !== 'integration' || resource.pattern === 'requestResponse') return undefined;
  return `Express state machine does not support '.${resource.pattern}' service integration`;
}

function readPass(name: string, fields: Fields, flow: Flow, place: ExpressionPlace): State {
  if (place.language === 'JSONata') fields.refuse('Result', "The field 'Result' is not supported when QueryLanguage is JSONata");
  const result = fields.value('Result');
  if (result !== undefined && holdsPath(result)) {
    fields.problems.warn(
      fields.where('Result'),
      'The result of a Pass state is static: paths in it are not evaluated',
      'PASS_RESULT_IS_STATIC',
    );
  }
  return { type: 'Pass', name, flow, result, next: readNext(fields) };
}

function holdsPath(value: Json): boolean {
  return isJsonObject(value) && Object.keys(value).some((key) => key.endsWith('.$'));
}

function readWait(name: string, fields: Fields, flow: Flow, place: ExpressionPlace): State {
  const ways = place.language === 'JSONata' ? ['Seconds', 'Timestamp'] : ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'];
  const given = ways.filter((way) => fields.has(way));
  if (given.length !== 1) fields.problems.add(fields.at, `Exactly one of these fields must be given: [${ways.join(', ')}]`);
  const seconds = readNumber(fields, 'Seconds', place, { min: 0, max: waitSecondsMax });
  const timestamp = readText(fields, 'Timestamp', place);
  if (timestamp?.kind === 'literal' && readTimestamp(String(timestamp.value)) === undefined) {
    fields.problems.add(fields.where('Timestamp'), 'String does not match RFC3339 timestamp');
  }
  const timestampPath = place.language === 'JSONPath' ? readReference(fields, 'TimestampPath') : undefined;
  const value = seconds ?? timestamp ?? timestampPath ?? { kind: 'literal', value: 0 };
  const kind = seconds === undefined && (timestamp ?? timestampPath) !== undefined ? 'timestamp' : 'seconds';
  return { type: 'Wait', name, flow, until: { kind, value, field: given[0] ?? 'Seconds' }, next: readNext(fields) };
}

function readChoiceState(name: string, fields: Fields, flow: Flow, place: ExpressionPlace): State {
  const given = fields.objects('Choices');
  if (given === undefined && !fields.has('Choices')) fields.missing('Choices');
  if (given?.length === 0) fields.problems.add(fields.where('Choices'), 'Value cannot be empty');
  const choices = (given ?? []).flatMap((choice) => readChoice(choice, place) ?? []);
  return { type: 'Choice', name, flow, choices, otherwise: fields.string('Default') };
}

function readChoice(fields: Fields, place: ExpressionPlace): Choice | undefined {
  fields.string('Comment');
  const next = fields.requiredString('Next') ?? '';
  const assign = readAssign(fields, place);
  if (place.language === 'JSONPath') {
    const rule = readChoiceRule(fields);
    fields.refuse('Output', "The field 'Output' is only supported when QueryLanguage is JSONata");
    fields.refuse('Condition', "The field 'Condition' is only supported when QueryLanguage is JSONata");
    fields.end();
    return rule && { test: { kind: 'rule', rule }, next, output: undefined, assign };
  }
  const condition = readCondition(fields, place);
  const output = readTemplateField(fields, 'Output', place);
  fields.end();
  return condition && { test: { kind: 'condition', condition }, next, output, assign };
}

/** A boolean, or an expression that gives one. */
function readCondition(fields: Fields, place: ExpressionPlace): Expression | undefined {
  const condition = readTemplateField(fields, 'Condition', place);
  if (condition === undefined) fields.missing('Condition');
  if (condition?.kind === 'query' || (condition?.kind === 'literal' && typeof condition.value === 'boolean')) return condition;
  if (condition !== undefined)
    fields.problems.add(fields.where('Condition'), "The field 'Condition' must be a boolean or a JSONata expression");
  return undefined;
}

function readFail(name: string, fields: Fields, flow: Flow, place: ExpressionPlace): State {
  return { type: 'Fail', name, flow, error: readFailText(fields, 'Error', place), cause: readFailText(fields, 'Cause', place) };
}

function readFailText(fields: Fields, name: 'Error' | 'Cause', place: ExpressionPlace): Expression | undefined {
  const text = readText(fields, name, place);
  if (place.language === 'JSONata') {
    fields.refuse(`${name}Path`, `The field '${name}Path' is not supported when QueryLanguage is JSONata`);
    return text;
  }
  const path = readReferenceOrCall(fields, `${name}Path`);
  if (text !== undefined && path !== undefined) fields.problems.add(fields.at, `Only one of '${name}' and '${name}Path' may be given`);
  return text ?? path;
}

function readParallel(name: string, fields: Fields, flow: Flow, place: ExpressionPlace, reading: StateReading): State {
  const branches = fields.objects('Branches');
  if (branches === undefined && !fields.has('Branches')) fields.missing('Branches');
  if (branches?.length === 0) fields.problems.add(fields.where('Branches'), 'Value cannot be empty');
  const ids = (branches ?? []).map((branch, index) => {
    branch.string('Comment');
    reading.reader.readBlock(branch, blockIdOf(name, index), reading.scopes, reading.depth + 1);
    return blockIdOf(name, index);
  });
  const retry = readRetry(fields);
  return { type: 'Parallel', name, flow, branches: ids, retry, catch: readCatch(fields, place), next: readNext(fields) };
}

/** Fields of distributed Maps: known, and refused by name. */
const distributedFields = ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'].concat(
  ['ToleratedFailureCount', 'ToleratedFailurePercentage'].flatMap((name) => [name, `${name}Path`]),
);

function readMap(name: string, fields: Fields, flow: Flow, place: ExpressionPlace, reading: StateReading): State {
  const distributed = readProcessor(name, fields, reading) === 'DISTRIBUTED' ? readDistributed(fields, place) : undefined;
  if (distributed === undefined) {
    for (const field of distributedFields) fields.refuse(field, `The field '${field}' belongs to the DISTRIBUTED mode of Map`);
  }
  const isPath = place.language === 'JSONPath';
  fields.refuse(
    isPath ? 'Items' : 'ItemsPath',
    `The field '${isPath ? 'Items' : 'ItemsPath'}' is not supported when QueryLanguage is ${place.language}`,
  );
  const items = isPath ? (readPathField(fields, 'ItemsPath') ?? undefined) : readTemplateField(fields, 'Items', place);
  const selector = readTemplateField(fields, 'ItemSelector', place);
  if (selector !== undefined && flow.arguments !== undefined)
    fields.problems.add(fields.at, "Only one of 'ItemSelector' and 'Parameters' may be given");
  const maxConcurrency = readNumber(fields, 'MaxConcurrency', place, { min: 0, max: secondsMax });
  const retry = readRetry(fields);
  return {
    type: 'Map',
    name,
    flow: { ...flow, arguments: undefined },
    processor: blockIdOf(name, 0),
    items,
    itemSelector: selector ?? flow.arguments,
    maxConcurrency,
    distributed,
    retry,
    catch: readCatch(fields, place),
    next: readNext(fields),
  };
}

/** `Iterator` is the name of old. Answers with the mode, where it is one that may be here. */
function readProcessor(name: string, fields: Fields, { reader, scopes, depth }: StateReading): 'INLINE' | 'DISTRIBUTED' | undefined {
  if (fields.has('ItemProcessor') === fields.has('Iterator')) {
    fields.problems.add(fields.at, "The field 'ItemProcessor' is required but was missing");
  }
  const processor = fields.has('ItemProcessor')
    ? fields.requiredObject('ItemProcessor')
    : fields.has('Iterator') && fields.requiredObject('Iterator');
  if (!processor) return undefined;
  processor.string('Comment');
  const config = processor.has('ProcessorConfig') ? processor.requiredObject('ProcessorConfig') : undefined;
  const mode = readMode(config, reader);
  reader.readBlock(processor, blockIdOf(name, 0), scopes, depth + 1);
  return mode;
}

function readMode(config: Fields | undefined, { rules }: Reading): 'INLINE' | 'DISTRIBUTED' | undefined {
  const mode = config?.string('Mode') ?? 'INLINE';
  if (mode !== 'INLINE') config?.string('ExecutionType');
  config?.end();
  if (mode === 'INLINE' || (mode === 'DISTRIBUTED' && rules.takesDistributed === true)) return mode;
  config?.problems.add(config.where('Mode'), `Map in the mode ${mode} is not supported by this server: use INLINE`);
  return undefined;
}
