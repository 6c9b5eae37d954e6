import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DistributedMap, ItemBatcher, MapState, ParallelState } from '../language/definition.js';
import { evaluate } from '../language/evaluate.js';
import type { Expression } from '../language/expression.js';
import { errorNames, Failure, isFailure, runtime } from '../language/failure.js';
import { isJsonArray, type Json, printJson } from '../language/json.js';
import { payloadBytesMax, shownItemsMax } from '../limits.js';
import { itemsOf, maxConcurrencyOf, selectedOf } from './containers.js';
import { argumentsOf, effectiveInput } from './data-flow.js';
import type { Thread } from './execution.js';
import { readItems } from './item-data.js';
import type { ContainerMock } from './observe.js';
import { settle } from './plain-states.js';
import type { Run } from './run.js';

/**
 * A Parallel or Map of TestState: everything but its branches and iterations, whose outcome the mock says.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
 */
export async function beginMocked(run: Run, thread: Thread, state: ParallelState | MapState, mock: ContainerMock): Promise<void> {
  const prepared = mock.isRunning ? undefined : await prepare(run, thread, state, mock);
  if (isFailure(prepared)) return settle(run, thread, prepared);
  const outcome = prepared === 'exceeded' && !isFailure(mock.outcome) ? thresholdExceeded : mock.outcome;
  if (!isFailure(outcome)) return settle(run, thread, outcome);
  // As it stands when one of its own has broken.
  const startedEvent = run.append(thread.id, `${state.type}StateStarted`);
  run.change(thread.id, {
    phase: { kind: 'forked', startedEvent, running: 0, done: 0, doneChars: 0, begun: 0, concurrency: 0, count: 0, source: -1 },
  });
  run.push({ kind: 'raise', thread: thread.id, failure: outcome, byTask: mock.byTask });
}

const thresholdExceeded = new Failure(errorNames.exceedToleratedFailureThreshold, 'The specified tolerated failure threshold was exceeded');

async function prepare(run: Run, thread: Thread, state: ParallelState | MapState, mock: ContainerMock): Promise<Prepared> {
  if (state.type === 'Map') return prepareMap(run, thread, state, mock);
  const given = await argumentsOf(run, thread, state.flow);
  return isFailure(given) ? given : 'within';
}

/** Whether as many iterations failed as are tolerated, or more. */
type Prepared = 'within' | 'exceeded' | Failure;

/** Shows what the iterations would be given. */
async function prepareMap(run: Run, thread: Thread, state: MapState, mock: ContainerMock): Promise<Prepared> {
  const input = await effectiveInput(run, thread, state.flow);
  if (isFailure(input)) return input;
  const items = await itemsFor(run, thread, state, input, mock);
  if (isFailure(items)) return items;
  const maxConcurrency = await maxConcurrencyOf(run, thread, state, input);
  if (isFailure(maxConcurrency)) return maxConcurrency;
  run.observed(thread, 'maxConcurrency', maxConcurrency);
  const selected = await inputsOf(run, thread, state, input, items);
  if (isFailure(selected)) return selected;
  const { distributed } = state;
  let count = items.length;
  if (distributed?.itemBatcher !== undefined) {
    const batches = await batchesOf(run, thread, distributed.itemBatcher, input, selected);
    if (isFailure(batches)) return batches;
    if (selected.length === items.length) count = batches.length;
  }
  run.testing?.iterated(state.name, count);
  return distributed === undefined ? 'within' : threshold(run, thread, distributed, input, mock.failedCount, count);
}

async function itemsFor(
  run: Run,
  thread: Thread,
  state: MapState,
  input: Json,
  { readerData }: ContainerMock,
): Promise<readonly Json[] | Failure> {
  const reader = state.distributed?.itemReader;
  if (reader === undefined || readerData === undefined) {
    const items = await itemsOf(run, thread, state, input);
    if (!isFailure(items) && state.flow.language === 'JSONPath') run.observed(thread, 'afterItemsPath', items);
    return items;
  }
  const given = reader.maxItems === undefined ? undefined : await numberOf(run, thread, reader.maxItems, input);
  if (isFailure(given)) return given;
  const items = readItems(readerData, reader, given);
  if (!isFailure(items) && reader.itemsPointer !== undefined) run.observed(thread, 'afterItemsPointer', items);
  return items;
}

/** The first ones, as far as they can be shown. */
async function inputsOf(
  run: Run,
  thread: Thread,
  state: MapState,
  input: Json,
  items: readonly Json[],
): Promise<readonly Json[] | Failure> {
  if (state.itemSelector === undefined) return items;
  const inputs: Json[] = [];
  let chars = 0;
  for (const [index, value] of items.slice(0, shownItemsMax).entries()) {
    if (index % itemsBetweenTurns === itemsBetweenTurns - 1) await nextTurn();
    const selected = await selectedOf(run, thread, state, input, { index, value });
    if (isFailure(selected)) return selected;
    chars += printJson(selected).length + 1;
    if (chars > payloadBytesMax) break;
    inputs.push(selected);
  }
  run.observed(thread, 'afterItemSelector', inputs);
  return inputs;
}

/** About ten milliseconds' work. */
const itemsBetweenTurns = 100;

async function batchesOf(
  run: Run,
  thread: Thread,
  { itemsMax, bytesMax, input: template }: ItemBatcher,
  input: Json,
  items: readonly Json[],
): Promise<readonly Json[] | Failure> {
  const most = itemsMax === undefined ? Number.POSITIVE_INFINITY : await numberOf(run, thread, itemsMax, input);
  const bytes = bytesMax === undefined ? payloadBytesMax : await numberOf(run, thread, bytesMax, input);
  const batchInput = template === undefined ? undefined : await evaluate(template, run.scope(thread, input));
  if (isFailure(most)) return most;
  if (isFailure(bytes)) return bytes;
  if (isFailure(batchInput)) return batchInput;
  const around = Buffer.byteLength(printJson({ ...(batchInput !== undefined && { BatchInput: batchInput }), Items: [] }));
  const batches: Json[][] = [];
  let taken = 0;
  for (const item of items) {
    const size = Buffer.byteLength(printJson(item)) + 1;
    const last = batches.at(-1);
    if (last === undefined || last.length >= most || taken + size > bytes) {
      batches.push([item]);
      taken = around + size;
    } else {
      last.push(item);
      taken += size;
    }
  }
  const shown = batches.map((batch): Json => ({ ...(batchInput !== undefined && { BatchInput: batchInput }), Items: batch }));
  run.observed(thread, 'afterItemBatcher', shown);
  return shown;
}

async function threshold(
  run: Run,
  thread: Thread,
  { toleratedFailureCount, toleratedFailurePercentage }: DistributedMap,
  input: Json,
  failed: number,
  count: number,
): Promise<Prepared> {
  const most = toleratedFailureCount && (await numberOf(run, thread, toleratedFailureCount, input));
  const percentage = toleratedFailurePercentage && (await numberOf(run, thread, toleratedFailurePercentage, input));
  if (isFailure(most)) return most;
  if (isFailure(percentage)) return percentage;
  if (most !== undefined) run.observed(thread, 'toleratedFailureCount', most);
  if (percentage !== undefined) run.observed(thread, 'toleratedFailurePercentage', percentage);
  if (most !== undefined && most < 0) return runtime('ToleratedFailureCount cannot be negative.');
  if (percentage !== undefined && (percentage < 0 || percentage > 100))
    return runtime('ToleratedFailurePercentage must be between 0 and 100.');
  const exceeds = (most !== undefined && failed > most) || (percentage !== undefined && failed * 100 > percentage * count);
  return exceeds ? 'exceeded' : 'within';
}

async function numberOf(run: Run, thread: Thread, expression: Expression, input: Json): Promise<number | Failure> {
  const value = await evaluate(expression, run.scope(thread, input));
  if (isFailure(value) || typeof value === 'number') return value;
  return runtime(`A number is expected, but the value was: ${printJson(isJsonArray(value) ? value.slice(0, 10) : value).slice(0, 200)}`);
}
