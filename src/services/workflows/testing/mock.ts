import type { Refusal } from '../../../wire/refusal.js';
import { invalidRequest } from '../errors.js';
import type { MapState, ParallelState, State, TaskState } from '../language/definition.js';
import { Failure } from '../language/failure.js';
import { isJsonArray, isJsonObject, type Json } from '../language/json.js';
import { type Targets, targetOf } from '../targets.js';
import { answerProblem, type FieldValidationMode } from './answer-model.js';
import { findInside, isOfType, type NamedState } from './found-state.js';

/** What a tested state comes to, as the caller says. */
export interface Mock {
  readonly outcome: Json | Failure;
  readonly validation: FieldValidationMode;
  /** In which state of a Parallel or Map the error came up. */
  readonly causedBy: string | undefined;
  /** Iterations of a Map that failed. */
  readonly failedIterations: number | undefined;
  /** What the `ItemReader` of a Map finds. */
  readonly readerData: string | undefined;
}

/**
 * Whether the mock fits the state. Texts as recorded from the service, but for those of `errorCausedByState` and of what is for a Map alone.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestStateConfiguration.html
 */
export async function checkMock(targets: Targets, given: NamedState, state: State, mock: Mock): Promise<Refusal | undefined> {
  if (state.type !== 'Task' && state.type !== 'Map' && state.type !== 'Parallel')
    return invalidRequest(`State type '${state.type}' is not supported when a mock is specified`);
  const { causedBy, failedIterations, readerData } = mock;
  if (state.type !== 'Map' && (failedIterations !== undefined || readerData !== undefined))
    return invalidRequest('mapIterationFailureCount and mapItemReaderData are for Map states');
  if (causedBy !== undefined && (state.type === 'Task' || !(mock.outcome instanceof Failure)))
    return invalidRequest('errorCausedByState is for the mocked error of a Map or Parallel state');
  if (causedBy !== undefined && findInside(given, causedBy) === undefined)
    return invalidRequest('errorCausedByState names no state inside of the Map or Parallel state');
  if (state.type === 'Task') return checkTask(targets, state, mock);
  return state.type === 'Map' ? checkMap(state, mock) : checkParallel(state, mock);
}

/** Whether the error of the mock came up in a task: names such as `States.TaskFailed` are about those. */
export function isByTask(given: NamedState, { causedBy }: Mock): boolean {
  const cause = causedBy === undefined ? given : findInside(given, causedBy);
  return cause !== undefined && isOfType(cause, 'Task');
}

/** A result that somebody else brings is of no API. */
async function checkTask(targets: Targets, { resource }: TaskState, { outcome, validation }: Mock): Promise<Refusal | undefined> {
  if (validation === 'NONE' || outcome instanceof Failure) return undefined;
  if (resource.kind === 'integration' && resource.pattern === 'waitForTaskToken') return undefined;
  const model = await targetOf(targets, resource)?.answers?.(resource);
  const problem = model && answerProblem(outcome, model, validation);
  return problem === undefined ? undefined : invalidRequest(problem);
}

function checkParallel({ branches }: ParallelState, { outcome }: Mock): Refusal | undefined {
  if (outcome instanceof Failure) return undefined;
  if (!isJsonArray(outcome)) return noArray();
  if (outcome.length === branches.length) return undefined;
  return invalidRequest('Mocked result must contain the same number of items as number of Parallel branches.');
}

function checkMap({ distributed }: MapState, { outcome, readerData }: Mock): Refusal | undefined {
  const reader = distributed?.itemReader;
  if (reader === undefined && readerData !== undefined) return invalidRequest('mapItemReaderData is for a Map state with an ItemReader');
  if (reader?.inputType === 'MANIFEST' || reader?.inputType === 'PARQUET')
    return invalidRequest(`mapItemReaderData of the InputType ${reader.inputType} is not supported by this server.`);
  if (outcome instanceof Failure) return undefined;
  if (distributed?.writesResults === true)
    return isJsonObject(outcome) ? undefined : invalidRequest('Mocked result must be a JSON object.');
  return isJsonArray(outcome) ? undefined : noArray();
}

function noArray(): Refusal {
  return invalidRequest('Mocked result must be an array.');
}
