import { isRefusal, type Refusal } from '../../wire/refusal.js';
import { invalidDefinition, missing, unsupported } from './errors.js';
import type { Execution, ExecutionState, Thread } from './interpreter/execution.js';
import type { HistoryEvent } from './interpreter/history.js';
import type { CallCommand, Happening } from './interpreter/step.js';
import { type Transition, transition } from './interpreter/transition.js';
import type { Machine } from './language/definition.js';
import { readDefinition } from './language/definition-reader.js';
import type { Failure } from './language/failure.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject, memberOf, parseJson, printJson } from './language/json.js';
import type { ServiceParts } from './service-parts.js';
import { type InspectionLevel, StateNotes } from './state-notes.js';
import { targetOf, targetRules } from './targets.js';

/** One state by itself: with a mock of what its task comes to, or with the task called. */
export interface StateTest {
  readonly definition: string;
  /** Which state of a whole machine. */
  readonly stateName: string | undefined;
  readonly input: Json;
  readonly variables: JsonObject;
  /** Members of the context that take the place of what it would have. */
  readonly context: JsonObject;
  /** Attempts that each retrier has used up already. */
  readonly retryCount: number;
  readonly mock: { readonly kind: 'result'; readonly result: Json } | { readonly kind: 'error'; readonly failure: Failure } | undefined;
  /** What is shown of the way: `TRACE` adds what an HTTP task sent and got. */
  readonly inspectionLevel: InspectionLevel;
  readonly revealSecrets: boolean;
  readonly signal: AbortSignal;
}

export interface StateTestOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  readonly nextState?: string | undefined;
  /** Absent at `INFO`. */
  readonly inspectionData?: Readonly<Record<string, unknown>>;
}

type TestParts = Pick<ServiceParts, 'targets' | 'clock' | 'random'>;

/** Runs the state as the first one of an execution that is kept nowhere. */
export async function testOf(parts: TestParts, test: StateTest): Promise<StateTestOutcome | Refusal> {
  const found = stateOf(test);
  if (isRefusal(found)) return found;
  const { name, state, language } = found;
  const resource = memberOf(state, 'Resource');
  if (state.Type === 'Parallel' || state.Type === 'Map') return unsupported(`TestState of a ${String(state.Type)} state`);
  const { machine, diagnostics } = readDefinition(
    printJson(machineAround(name, state, language, test.variables)),
    targetRules(parts.targets, 'STANDARD'),
  );
  if (machine === undefined) return invalidDefinition(diagnostics);
  const waits = typeof resource === 'string' && /\.sync|\.waitForTaskToken|:activity:/.test(resource);
  if (test.mock === undefined && waits) return unsupported('TestState of a task that somebody else ends, without a mock,');
  const notes = new StateNotes(name);
  const outcome = outcomeOf(await runAlone(parts, test, { machine, name, notes }), name);
  const { inspectionLevel, variables } = test;
  return inspectionLevel === 'INFO' ? outcome : { ...outcome, inspectionData: notes.shown(inspectionLevel, variables) };
}

interface FoundState {
  readonly name: string;
  readonly state: JsonObject;
  readonly language: Json | undefined;
}

function stateOf({ definition, stateName }: StateTest): FoundState | Refusal {
  const value = parseJson(definition);
  if (!isJsonObject(value)) return invalidDefinition(readDefinition(definition, targetRules(new Map(), 'STANDARD')).diagnostics);
  if (memberOf(value, 'States') === undefined) return { name: stateName ?? 'State', state: value, language: undefined };
  if (stateName === undefined) return missing('stateName');
  const state = findState(value, stateName);
  const noSuchState = {
    severity: 'ERROR',
    code: 'MISSING_TRANSITION_TARGET',
    message: `There is no state '${stateName}'`,
    location: '/States',
  } as const;
  return state === undefined ? invalidDefinition([noSuchState]) : { name: stateName, state, language: memberOf(value, 'QueryLanguage') };
}

/** At any depth: names are unique in a machine. */
function findState(block: JsonObject, name: string): JsonObject | undefined {
  const states = memberOf(block, 'States');
  if (!isJsonObject(states)) return undefined;
  const own = memberOf(states, name);
  if (isJsonObject(own)) return own;
  for (const state of Object.values(states)) {
    for (const inner of isJsonObject(state)
      ? [state.ItemProcessor, state.Iterator, ...(isJsonArray(state.Branches) ? state.Branches : [])]
      : []) {
      const found = isJsonObject(inner) ? findState(inner, name) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The state, whatever it may go on to, and before it one that sets the variables. */
function machineAround(name: string, state: JsonObject, language: Json | undefined, variables: JsonObject): JsonObject {
  const targets = [...targetsIn(state)].filter((target) => target !== name);
  const first = `${name.slice(0, 60)} (variables)`;
  const needsFirst = Object.keys(variables).length > 0;
  return {
    StartAt: needsFirst ? first : name,
    ...(language !== undefined && { QueryLanguage: language }),
    States: Object.fromEntries<Json>([
      ...targets.map((target): [string, Json] => [target, { Type: 'Succeed' }]),
      [`${name.slice(0, 60)} (end)`, { Type: 'Succeed' }],
      [name, state],
      ...(needsFirst ? [[first, { Type: 'Pass', Assign: variables, Next: name }] as [string, Json]] : []),
    ]),
  };
}

function* targetsIn(value: Json): Generator<string> {
  if (isJsonArray(value)) for (const item of value) yield* targetsIn(item);
  if (!isJsonObject(value)) return;
  for (const field of ['Next', 'Default']) {
    const target = memberOf(value, field);
    if (typeof target === 'string') yield target;
  }
  for (const field of ['Choices', 'Catch']) yield* targetsIn(memberOf(value, field) ?? null);
}

/** Until the state is left: it may go on to itself. */
interface Tested {
  readonly machine: Machine;
  readonly name: string;
  readonly notes: StateNotes;
}

async function runAlone(
  parts: TestParts,
  test: StateTest,
  { machine, name, notes }: Tested,
): Promise<{ readonly state: ExecutionState; readonly events: readonly HistoryEvent[] }> {
  const { clock, random } = parts;
  const testing = { observe: notes.observe, context: test.context };
  let state: ExecutionState = { execution: aloneOf(test.input, clock.now()), threads: new Map() };
  const events: HistoryEvent[] = [];
  let happening: Happening | undefined = { kind: 'started' };
  while (happening !== undefined) {
    // A Wait is over at once: its time is the time of the next step.
    const waited: Thread | undefined = [...state.threads.values()].find(({ phase }) => phase.kind === 'waiting');
    const now = waited?.phase.kind === 'waiting' ? waited.phase.until : clock.now();
    const next: Transition | undefined = await transition({ state, machine, happening, now, random, testing });
    if (next === undefined) break;
    state = test.retryCount === 0 ? next.state : retriedBefore(next.state, machine, test.retryCount);
    events.push(...next.events);
    notes.take(next.events);
    happening = next.events.some((event) => isExitOf(event, name)) ? undefined : await following(parts, test, { ...next, state }, notes);
  }
  return { state, events };
}

/** As if the state had been tried so often: before the first attempt comes to an end. */
function retriedBefore(state: ExecutionState, machine: Machine, retryCount: number): ExecutionState {
  const [thread] = state.threads.values();
  if (thread?.visit === undefined || thread.visit.attempts.length > 0 || thread.phase.kind !== 'task') return state;
  const tested = machine.blocks.get(thread.block)?.states.get(thread.visit.state);
  if (tested?.type !== 'Task') return state;
  const attempts = tested.retry.map(() => retryCount);
  const tried = { ...thread, visit: { ...thread.visit, attempts } };
  return { ...state, threads: new Map([[thread.id, tried]]) };
}

function isExitOf({ type, details }: HistoryEvent, name: string): boolean {
  return type.endsWith('StateExited') && details?.name === name;
}

/** What comes of what the state asked for; undefined: it has come to its end, or would try again later. */
async function following(
  parts: TestParts,
  { mock, signal, revealSecrets }: StateTest,
  { state, commands }: Transition,
  { exchanged }: StateNotes,
): Promise<Happening | undefined> {
  const [thread] = state.threads.values();
  if (state.execution.status !== 'RUNNING' || thread === undefined) return undefined;
  const { id, stamp, phase } = thread;
  if (phase.kind === 'waiting') return { kind: 'timer', thread: id, stamp };
  const call = commands.find((command): command is CallCommand => command.kind === 'call');
  if (call === undefined) return undefined;
  if (mock?.kind === 'result') return { kind: 'succeeded', thread: id, stamp, output: mock.result };
  if (mock?.kind === 'error') return { kind: 'failed', thread: id, stamp, failure: mock.failure };
  const { resource, parameters, task } = call;
  const inspection = { revealSecrets, exchanged };
  const { machineArn } = state.execution;
  const request = { resource, parameters, key: parts.random.uuid(), task, machineArn, signal, inspection };
  const outcome = await targetOf(parts.targets, resource)?.call(request);
  if (outcome?.kind === 'answered') return { kind: 'succeeded', thread: id, stamp, output: outcome.output };
  return outcome?.kind === 'failed' ? { kind: 'failed', thread: id, stamp, failure: outcome.failure } : undefined;
}

const nowhere = 'arn:aws:states:us-east-1:000000000000';

function aloneOf(input: Json, startedAt: number): Execution {
  return {
    arn: `${nowhere}:execution:TestState:TestState`,
    name: 'TestState',
    machineArn: `${nowhere}:stateMachine:TestState`,
    machineName: 'TestState',
    type: 'STANDARD',
    roleArn: 'arn:aws:iam::000000000000:role/TestState',
    definition: '',
    input,
    startedAt,
    status: 'RUNNING',
    redriveCount: 0,
    nextEvent: 1,
    nextThread: 0,
    version: 0,
  };
}

const failureEvents = [
  'TaskFailed',
  'TaskTimedOut',
  'LambdaFunctionFailed',
  'LambdaFunctionTimedOut',
  'ActivityFailed',
  'EvaluationFailed',
];

function outcomeOf(
  { state, events }: { readonly state: ExecutionState; readonly events: readonly HistoryEvent[] },
  name: string,
): StateTestOutcome {
  const entered = events.findIndex(({ type, details }) => type.endsWith('StateEntered') && details?.name === name);
  const mine = events.slice(entered + 1);
  const exited = mine.findIndex(({ type }) => type.endsWith('StateExited'));
  const failed = mine.slice(0, exited < 0 ? undefined : exited).findLast(({ type }) => failureEvents.includes(type));
  const failure = { error: textOf(failed?.details?.error), cause: textOf(failed?.details?.cause) };
  if (exited < 0) {
    const { status, error, cause } = state.execution;
    return status === 'RUNNING' ? { status: 'RETRIABLE', ...failure } : { status: 'FAILED', error, cause };
  }
  const nextState = textOf(mine.slice(exited + 1).find(({ type }) => type.endsWith('StateEntered'))?.details?.name);
  const output = textOf(mine[exited]?.details?.output);
  return failed === undefined ? { status: 'SUCCEEDED', output, nextState } : { status: 'CAUGHT_ERROR', output, nextState, ...failure };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
