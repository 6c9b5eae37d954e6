import { untilOrAborted } from '../../../base/waiting.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { constraint, invalidDefinition, invalidRequest } from '../errors.js';
import type { Execution, ExecutionState, Thread } from '../interpreter/execution.js';
import type { HistoryEvent } from '../interpreter/history.js';
import type { Testing } from '../interpreter/observe.js';
import type { CallCommand, Happening } from '../interpreter/step.js';
import { type Transition, transition } from '../interpreter/transition.js';
import type { Machine, State } from '../language/definition.js';
import { readDefinition } from '../language/definition-reader.js';
import { errorNames, Failure } from '../language/failure.js';
import { type Json, type JsonObject, printJson } from '../language/json.js';
import type { DefinitionRules } from '../language/reading.js';
import { stateTestMsMax } from '../limits.js';
import type { ServiceParts } from '../service-parts.js';
import { type TargetOutcome, targetOf, targetRules } from '../targets.js';
import { machineAround, stateIn } from './found-state.js';
import { checkMock, type Mock } from './mock.js';
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
  const rules: DefinitionRules = { ...targetRules(parts.targets, 'STANDARD'), takesDistributed: true };
  const found = stateIn(test.definition, test.stateName, rules);
  if (isRefusal(found)) return found;
  const { name } = found;
  const { machine, diagnostics } = readDefinition(printJson(machineAround(found)), rules);
  const state = machine?.blocks.get('')?.states.get(name);
  if (machine === undefined || state === undefined) return invalidDefinition(diagnostics);
  const { mock, inspectionLevel } = test;
  const refused = mock === undefined ? needsMock(state) : await checkMock(parts.targets, found.state, state, mock);
  if (refused !== undefined) return refused;
  const notes = new StateNotes(name);
  const around: JsonObject = found.isIterated ? { Map: { Item: { Index: 0, Value: test.input } } } : {};
  const run = await runAlone(parts, test, { machine, name, notes, testing: testingOf(test, notes, around) });
  const { failedIterations = 0 } = mock ?? {};
  if (notes.iterations !== undefined && failedIterations > notes.iterations)
    return invalidRequest('Map iteration failure count must be less than or equal to the number of Map iterations.');
  const outcome = outcomeOf(run, name, notes.failure);
  return inspectionLevel === 'INFO' ? outcome : { ...outcome, inspectionData: notes.shown(inspectionLevel, test.variables) };
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

function testingOf({ variables, context, retryCount, mock }: StateTest, notes: StateNotes, around: JsonObject): Testing {
  const container =
    mock === undefined ? undefined : { outcome: mock.outcome, failedCount: mock.failedIterations ?? 0, readerData: mock.readerData };
  return { ...notes.observers, variables, context, retryCount, around, container };
}

/** Until the state is left: it may go on to itself. */
interface Tested {
  readonly machine: Machine;
  readonly name: string;
  readonly notes: StateNotes;
  readonly testing: Testing;
}

interface Run {
  readonly state: ExecutionState;
  readonly events: readonly HistoryEvent[];
}

async function runAlone(parts: TestParts, test: StateTest, { machine, name, notes, testing }: Tested): Promise<Run> {
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
    happening = next.events.some((event) => isExitOf(event, name)) ? undefined : await following(parts, test, next, notes);
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

function outcomeOf({ state, events }: Run, name: string, failure: Pick<Failure, 'error' | 'cause'> | undefined): StateTestOutcome {
  const entered = events.findIndex(({ type, details }) => type.endsWith('StateEntered') && details?.name === name);
  const mine = events.slice(entered + 1);
  const exited = mine.findIndex(({ type }) => type.endsWith('StateExited'));
  const failed = failure && { error: failure.error, cause: failure.cause };
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
