import type { MapState, ParallelState } from '../language/definition.js';
import { evaluate, queryFailure } from '../language/evaluate.js';
import { type Failure, isFailure, runtime, tooLarge } from '../language/failure.js';
import { boundedText, isJsonArray, type Json, printJson } from '../language/json.js';
import { branchInputsBytesMax, mapConcurrencyMax, outputsCharsMax, payloadBytesMax } from '../limits.js';
import { argumentsOf, effectiveInput } from './data-flow.js';
import type { ForkedPhase, Thread } from './execution.js';
import { settle } from './plain-states.js';
import type { BrokenStep, Run } from './run.js';

/** Parallel and Map: threads of their own, joined by their count. Both succeed with the array of what their threads ended with. */

export async function beginParallel(run: Run, thread: Thread, state: ParallelState): Promise<void> {
  const input = await argumentsOf(run, thread, state.flow);
  if (isFailure(input)) return settle(run, thread, input);
  const count = state.branches.length;
  const text = boundedText(input, payloadBytesMax);
  if (text === undefined || text.length * count > branchInputsBytesMax) return settle(run, thread, tooLarge(state.name));
  const startedEvent = run.append(thread.id, 'ParallelStateStarted');
  const source = run.keepSource(thread.id, input, undefined);
  run.change(thread.id, {
    phase: { kind: 'forked', startedEvent, running: 0, done: 0, doneChars: 0, begun: 0, concurrency: count, count, source },
  });
  await beginMore(run, thread.id);
}

export async function beginMap(run: Run, thread: Thread, state: MapState): Promise<void> {
  const input = await effectiveInput(run, thread, state.flow);
  if (isFailure(input)) return settle(run, thread, input);
  const items = await itemsOf(run, thread, state, input);
  if (isFailure(items)) return settle(run, thread, items);
  if (!isPayload(input) || !isPayload(items)) return settle(run, thread, tooLarge(state.name));
  const asked = await maxConcurrencyOf(run, thread, state, input);
  if (isFailure(asked)) return settle(run, thread, asked);
  const concurrency = asked === 0 ? mapConcurrencyMax : Math.min(asked, mapConcurrencyMax);
  const count = items.length;
  const startedEvent = run.append(thread.id, 'MapStateStarted', { length: count });
  const source = run.keepSource(thread.id, input, items);
  run.change(thread.id, {
    phase: { kind: 'forked', startedEvent, running: 0, done: 0, doneChars: 0, begun: 0, concurrency, count, source },
  });
  if (count === 0) join(run, thread.id);
  else await beginMore(run, thread.id);
}

export async function itemsOf(run: Run, thread: Thread, { items, flow }: MapState, input: Json): Promise<readonly Json[] | Failure> {
  const value = items === undefined ? input : await evaluate(items, run.scope(thread, input));
  if (isFailure(value) || isJsonArray(value)) return value;
  if (flow.language === 'JSONata')
    return queryFailure(`Map state input must be an array but was: ${JSON.stringify(value).slice(0, 200)}`, 'Items');
  return runtime(`Reference path "${items?.kind === 'path' ? items.text : '$'}" must point to array.`);
}

/** What the state says; 0 is as many as possible. */
export async function maxConcurrencyOf(run: Run, thread: Thread, { maxConcurrency }: MapState, input: Json): Promise<number | Failure> {
  const value = maxConcurrency === undefined ? 0 : await evaluate(maxConcurrency, run.scope(thread, input));
  if (isFailure(value) || (typeof value === 'number' && Number.isInteger(value) && value >= 0)) return value;
  if (maxConcurrency?.kind === 'query')
    return queryFailure(`The value of the field 'MaxConcurrency' is not a valid integer: ${JSON.stringify(value)}`, 'MaxConcurrency');
  const path = maxConcurrency?.kind === 'path' ? maxConcurrency.text : '';
  return runtime(`The MaxConcurrencyPath field refers to value ${JSON.stringify(value)} which is not a valid integer: ${path}`);
}

/** Begins as many threads as there is room for. */
async function beginMore(run: Run, id: number): Promise<void> {
  for (;;) {
    const thread = run.thread(id);
    if (thread.phase.kind !== 'forked') return;
    const { running, begun, count, concurrency } = thread.phase;
    if (begun >= count || running >= concurrency) return;
    const input = await inputOf(run, thread, thread.phase, begun);
    if (isFailure(input)) return run.push({ kind: 'raise', thread: id, failure: input });
    run.change(id, { phase: { ...thread.phase, running: running + 1, begun: begun + 1 } });
    forkOne(run, thread, thread.phase.startedEvent, begun, input);
  }
}

async function inputOf(run: Run, thread: Thread, { source }: ForkedPhase, index: number): Promise<Json | Failure> {
  const { phase } = run.thread(source);
  if (phase.kind !== 'source') throw new Error(`T1 broken: thread ${thread.id} of ${run.execution.arn} has no source`);
  const { items, input } = phase;
  if (items === undefined) return input;
  const value = items[index] ?? null;
  const state = run.stateOf(thread);
  return state.type === 'Map' ? selectedOf(run, thread, state, input, { index, value }) : value;
}

/** What an iteration of a Map begins with. */
export async function selectedOf(
  run: Run,
  thread: Thread,
  { itemSelector, name }: MapState,
  input: Json,
  item: { readonly index: number; readonly value: Json },
): Promise<Json | Failure> {
  if (itemSelector === undefined) return item.value;
  const selected = await evaluate(itemSelector, run.scope(thread, input, { item }));
  return isFailure(selected) || isPayload(selected) ? selected : tooLarge(name);
}

function isPayload(value: Json): boolean {
  return boundedText(value, payloadBytesMax) !== undefined;
}

function forkOne(run: Run, thread: Thread, startedEvent: number, index: number, input: Json): void {
  const state = run.stateOf(thread);
  if (state.type === 'Map') {
    const started = run.appendAt(startedEvent, 'MapIterationStarted', { name: state.name, index });
    run.fork(state.processor, thread.id, index, started, input);
  } else if (state.type === 'Parallel') run.fork(state.branches[index] ?? '', thread.id, index, startedEvent, input);
}

/** A branch or iteration came to its end. */
export async function childEnded(run: Run, child: Thread, parentId: number, output: Json): Promise<void> {
  const parent = run.thread(parentId);
  const state = run.stateOf(parent);
  if (parent.phase.kind !== 'forked') throw new Error(`T1 broken: thread ${parentId} has threads and is not forked`);
  const { running, done, doneChars } = parent.phase;
  const phase = { ...parent.phase, running: running - 1, done: done + 1, doneChars: (doneChars ?? 0) + printJson(output).length };
  if (phase.doneChars > outputsCharsMax) {
    run.push({ kind: 'break', thread: child.id, failure: tooLarge(state.name) });
    return;
  }
  if (state.type === 'Map') run.append(child.id, 'MapIterationSucceeded', { name: state.name, index: child.index });
  run.change(child.id, { phase: { kind: 'succeeded', output }, variables: {} });
  run.change(parentId, { lastEvent: run.thread(child.id).lastEvent, phase });
  if (phase.done === phase.count) join(run, parentId);
  else await beginMore(run, parentId);
}

/** Both this event and that of the exit point to the last one inside. */
function join(run: Run, id: number): void {
  const thread = run.thread(id);
  const result = run.childrenOf(id).map(({ phase }) => (phase.kind === 'succeeded' ? phase.output : null));
  run.appendAt(thread.lastEvent, `${run.stateOf(thread).type}StateSucceeded`);
  run.dropChildren(id);
  run.change(id, { phase: { kind: 'working' } });
  run.push({ kind: 'finish', thread: id, result });
}

/** A branch or iteration failed: the others are aborted, and what it is part of fails the same way. One that is forked stays so (T1). */
export function childBroke(run: Run, child: Thread, parentId: number, broken: BrokenStep): void {
  const state = run.stateOf(run.thread(parentId));
  if (state.type === 'Map') run.append(child.id, 'MapIterationFailed', { name: state.name, index: child.index });
  run.change(parentId, { lastEvent: run.thread(child.id).lastEvent });
  abortChildren(run, parentId, child.id);
  run.push({ ...broken, kind: 'raise', thread: parentId });
}

/** They are kept as they are, for a redrive. `broken`: what has been told of that one already, and of those inside it. */
function abortChildren(run: Run, parentId: number, broken?: number): void {
  const isMap = run.stateOf(run.thread(parentId)).type === 'Map';
  for (const child of run.childrenOf(parentId)) {
    if (child.id === broken || child.phase.kind === 'succeeded' || child.phase.kind === 'failed') continue;
    if (child.phase.kind === 'forked') abortChildren(run, child.id);
    const state = child.phase.kind === 'ready' ? undefined : run.stateOf(child);
    if (state !== undefined && abortable.includes(state.type)) run.append(child.id, `${state.type}StateAborted`);
    if (isMap) run.append(child.id, 'MapIterationAborted', { name: run.visitOf(run.thread(parentId)).state, index: child.index });
    run.noTimer(child);
    if (child.phase.kind !== 'ready' && child.phase.kind !== 'forked') run.wait(child.id, { kind: 'failed' });
  }
}

const abortable: readonly string[] = ['Task', 'Wait', 'Parallel', 'Map'];
