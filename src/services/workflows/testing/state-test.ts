import { untilOrAborted } from '../../../base/waiting.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { constraint, invalidDefinition, invalidRequest } from '../errors.js';
import type { Execution, ExecutionState, Thread } from '../interpreter/execution.js';
import type { HistoryEvent } from '../interpreter/history.js';
import type { ContainerMock, Testing } from '../interpreter/observe.js';
import type { CallCommand, Happening } from '../interpreter/step.js';
import { type Transition, transition } from '../interpreter/transition.js';
import { type Machine, rootBlock, type State } from '../language/definition.js';
import { readDefinition } from '../language/definition-reader.js';
import { errorNames, Failure } from '../language/failure.js';
import { type Json, type JsonObject, printJson } from '../language/json.js';
import type { DefinitionRules } from '../language/reading.js';
import { stateTestMsMax } from '../limits.js';
import type { ServiceParts } from '../service-parts.js';
import { type TargetOutcome, targetOf, targetRules } from '../targets.js';
import { type FoundState, isOfType, machineAround, stateIn } from './found-state.js';
import { checkMock, isByTask, type Mock } from './mock.js';
import { type InspectionLevel, StateNotes } from './state-notes.js';

/** One state by itself: with a mock of what it comes to, or with its task called. */
export interface StateTest {
  readonly definition: string;
  /** Which state of a whole machine. */
  readonly stateName: string | undefined;
  readonly roleArn: string | undefined;
  readonly input: Json;
  readonly variables: JsonObject;
  /** Members of the context that take the place of what it would have. */
  readonly context: JsonObject;
  /** Attempts that each retrier has used up already. */
  readonly retryCount: number;
  readonly mock: Mock | undefined;
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
  const rules: DefinitionRules = { ...(await targetRules(parts.targets, 'STANDARD', test.definition)), takesDistributed: true };
  const found = stateIn(test.definition, test.stateName, rules);
  if (isRefusal(found)) return found;
  const { name, around, language } = found;
  const { machine, diagnostics } = readDefinition(printJson(machineAround(found, language)), rules);
  const state = machine?.blocks.get(rootBlock)?.states.get(name);
  if (machine === undefined || state === undefined) return invalidDefinition(diagnostics);
  const { mock, inspectionLevel, variables } = test;
  const refused = mock === undefined ? needsMock(state) : await checkMock(parts.targets, found, state, mock);
  if (refused !== undefined) return refused;
  const notes = new StateNotes(name);
  const container = mock && containerOf(found, mock);
  const item: JsonObject = around.some((outer) => isOfType(outer, 'Map')) ? { Map: { Item: { Index: 0, Value: test.input } } } : {};
  let outcome = await outcomeOf(parts, test, { machine, notes, testing: testingOf(test, notes, container, item) });
  if (notes.iterations !== undefined && (mock?.failedIterations ?? 0) > notes.iterations)
    return invalidRequest('Map iteration failure count must be less than or equal to the number of Map iterations.');
  let { errorDetails } = notes;
  for (const outer of around.toReversed()) {
    if (outcome.status !== 'FAILED' || outcome.error === errorNames.runtime) break;
    const passed = new StateNotes(outer.name);
    const broken = { ...brokenInside, outcome: new Failure(outcome.error, outcome.cause), byTask: notes.raised?.byTask === true };
    const { machine: ofOuter } = readDefinition(printJson(machineAround(outer, language)), rules);
    if (ofOuter === undefined) break;
    outcome = await outcomeOf(parts, test, { machine: ofOuter, notes: passed, testing: testingOf(test, passed, broken, {}) });
    errorDetails = { ...errorDetails, ...passed.errorDetails };
  }
  if (inspectionLevel === 'INFO') return outcome;
  const shown = notes.shown(inspectionLevel, variables);
  return { ...outcome, inspectionData: { ...shown, ...(Object.keys(errorDetails).length > 0 && { errorDetails }) } };
}

/** What a Parallel or Map is told when a state in it failed: its own input is not known. */
const brokenInside = { isRunning: true, failedCount: 0, readerData: undefined };

function containerOf(found: FoundState, mock: Mock): ContainerMock {
  const { outcome, failedIterations: failedCount = 0, readerData } = mock;
  return { outcome, byTask: isByTask(found, mock), isRunning: false, failedCount, readerData };
}

/** Whose end somebody else brings about, or many threads do. */
function needsMock(state: State): Refusal | undefined {
  if (state.type === 'Map' || state.type === 'Parallel')
    return invalidDefinition(
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    );
  if (state.type !== 'Task') return undefined;
  const { resource } = state;
  const waits = resource.kind === 'activity' || (resource.kind === 'integration' && resource.pattern !== 'requestResponse');
  return waits ? constraint('mock', 'null', 'Member must be given for a task that somebody else ends') : undefined;
}

function testingOf(
  { variables, context, retryCount }: StateTest,
  notes: StateNotes,
  container: ContainerMock | undefined,
  around: JsonObject,
): Testing {
  return { ...notes.observers, variables, context, retryCount, around, container };
}

interface Tested {
  readonly machine: Machine;
  readonly notes: StateNotes;
  readonly testing: Testing;
}

interface Run {
  readonly state: ExecutionState;
  readonly events: readonly HistoryEvent[];
}

/** Until the state is left: it may go on to itself. */
async function runAlone(parts: TestParts, test: StateTest, { machine, notes, testing }: Tested): Promise<Run> {
  const { clock, random } = parts;
  let state: ExecutionState = { execution: aloneOf(test, clock.now()), threads: new Map() };
  const events: HistoryEvent[] = [];
  let happening: Happening | undefined = { kind: 'started' };
  while (happening !== undefined) {
    // A Wait is over at once: its time is the time of the next step.
    const waited: Thread | undefined = [...state.threads.values()].find(({ phase }) => phase.kind === 'waiting');
    const now = waited?.phase.kind === 'waiting' ? waited.phase.until : clock.now();
    const next: Transition | undefined = await transition({ state, machine, happening, now, random, testing });
    if (next === undefined) break;
    state = next.state;
    events.push(...next.events);
    notes.take(next.events);
    happening = next.events.some((event) => isExitOf(event, notes.name)) ? undefined : await following(parts, test, next, notes);
  }
  return { state, events };
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
  const outcome =
    mock === undefined ? await called(parts, state, call, { signal, inspection: { revealSecrets, exchanged } }) : mock.outcome;
  return outcome instanceof Failure
    ? { kind: 'failed', thread: id, stamp, failure: outcome }
    : { kind: 'succeeded', thread: id, stamp, output: outcome };
}

type Caller = Pick<Parameters<NonNullable<ReturnType<typeof targetOf>>['call']>[0], 'signal' | 'inspection'>;

/** Within the time that the task has, and that a test may take. */
async function called(
  { targets, clock, random }: TestParts,
  { execution: { machineArn } }: ExecutionState,
  { resource, parameters, task, timeoutAt = Number.POSITIVE_INFINITY }: CallCommand,
  { signal, inspection }: Caller,
): Promise<Json | Failure> {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end);
  const made = targetOf(targets, resource)?.call({
    resource,
    parameters,
    key: random.uuid(),
    task,
    machineArn,
    signal: over.signal,
    inspection,
  });
  const until = Math.min(timeoutAt, clock.now() + stateTestMsMax);
  const outcome: TargetOutcome | undefined = await Promise.race([made, untilOrAborted(clock, until, over.signal).then(() => undefined)]);
  over.abort();
  signal.removeEventListener('abort', end);
  made?.catch(() => {}); // nobody waits for it any more
  if (outcome?.kind === 'answered') return outcome.output;
  return outcome?.kind === 'failed' ? outcome.failure : new Failure(errorNames.timeout, undefined);
}

const nowhere = 'arn:aws:states:us-east-1:000000000000';

function aloneOf({ input, roleArn = 'arn:aws:iam::000000000000:role/TestState' }: StateTest, startedAt: number): Execution {
  return {
    arn: `${nowhere}:express:TestState:TestState`,
    name: 'TestState',
    machineArn: `${nowhere}:stateMachine:TestState`,
    machineName: 'TestState',
    type: 'STANDARD',
    roleArn,
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

async function outcomeOf(parts: TestParts, test: StateTest, tested: Tested): Promise<StateTestOutcome> {
  const { state, events } = await runAlone(parts, test, tested);
  const { name, raised } = tested.notes;
  const entered = events.findIndex(({ type, details }) => type.endsWith('StateEntered') && details?.name === name);
  const mine = events.slice(entered + 1);
  const exited = mine.findIndex(({ type }) => type.endsWith('StateExited'));
  const failed = raised && { error: raised.failure.error, cause: raised.failure.cause };
  if (exited < 0) {
    const { status, error, cause } = state.execution;
    return status === 'RUNNING' ? { status: 'RETRIABLE', ...failed } : { status: 'FAILED', error, cause };
  }
  const nextState = textOf(mine.slice(exited + 1).find(({ type }) => type.endsWith('StateEntered'))?.details?.name);
  const output = textOf(mine[exited]?.details?.output);
  return failed === undefined ? { status: 'SUCCEEDED', output, nextState } : { status: 'CAUGHT_ERROR', output, nextState, ...failed };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
