import type { Random } from '../../../base/random.js';
import { type Machine, type MapState, type ParallelState, rootBlock } from '../language/definition.js';
import { errorNames, Failure } from '../language/failure.js';
import { type Json, printJson } from '../language/json.js';
import { beginMap, beginParallel, childBroke, childEnded } from './containers.js';
import { effectiveInput, finish } from './data-flow.js';
import { type ExecutionState, rootThread, type Thread } from './execution.js';
import { raise } from './failing.js';
import type { HistoryEvent } from './history.js';
import { beginMocked } from './mocked-containers.js';
import type { Testing } from './observe.js';
import { beginChoice, beginFail, beginPass, beginSucceed, beginWait, settle } from './plain-states.js';
import { restart } from './redrive.js';
import { type BrokenStep, historyFull, Run, type Step } from './run.js';
import type { Command, Happening } from './step.js';
import { beginTask, heartbeat, noteStarted, noteSubmitted, openTask, taskFailed, taskSucceeded, taskTimer } from './tasks.js';

export interface TransitionInputs {
  readonly state: ExecutionState;
  readonly machine: Machine;
  readonly happening: Happening;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly random: Random;
  readonly testing?: Testing | undefined;
}

export interface Transition {
  readonly state: ExecutionState;
  readonly events: readonly HistoryEvent[];
  readonly commands: readonly Command[];
}

/**
 * What an execution does about something that happened: its new state, what is added to its history and what is to be done outside. It
 * depends on its inputs alone, and has no effects; it is asynchronous because JSONata is. Undefined: it is nothing to this
 * execution, or not any more.
 */
export async function transition({ state, machine, happening, now, random, testing }: TransitionInputs): Promise<Transition | undefined> {
  const run = new Run(state, machine, now, random, testing);
  if (!take(run, happening)) return undefined;
  for (let step = run.next(); step !== undefined; step = run.next()) {
    if (run.historyFull) run.failExecution(run.execution.nextEvent - 1, historyFull());
    else await perform(run, step);
  }
  if (run.hasMore) run.command({ kind: 'continue' });
  const execution = { ...run.execution, version: state.execution.version + 1 };
  return { state: { execution, threads: run.threads }, events: run.events, commands: run.commands };
}

/** Whether anything is to be done about it. */
function take(run: Run, happening: Happening): boolean {
  switch (happening.kind) {
    case 'started':
      return start(run);
    case 'redriven':
      return restart(run, happening.clientToken);
    case 'continued':
      for (const { id, phase } of run.threads.values()) if (phase.kind === 'ready') run.push({ kind: 'enter', thread: id });
      return run.hasMore;
    case 'stopped':
      return stop(run, happening);
    case 'deadline':
      return endInTime(run);
    case 'timer':
      return wake(run, happening.thread, happening.stamp);
    case 'faulted':
      return giveUp(run);
    default:
      return answer(run, happening);
  }
}

function start(run: Run): boolean {
  const { input, roleArn, deadlineAt } = run.execution;
  run.appendAt(0, 'ExecutionStarted', { input: printJson(input), roleArn });
  run.fork(rootBlock, undefined, 0, 0, input); // the first state points to no event
  if (deadlineAt !== undefined) run.command({ kind: 'deadline', at: deadlineAt });
  return true;
}

function stop(run: Run, { error, cause }: Extract<Happening, { kind: 'stopped' }>): boolean {
  if (run.execution.status !== 'RUNNING') return false;
  run.appendAt(0, 'ExecutionAborted', { error, cause });
  run.close('ABORTED', { error, cause });
  return true;
}

function endInTime(run: Run): boolean {
  const { status, deadlineAt, nextEvent } = run.execution;
  if (status !== 'RUNNING' || deadlineAt === undefined || deadlineAt > run.now) return false;
  run.appendAt(nextEvent - 1, 'ExecutionTimedOut', { error: errorNames.timeout });
  run.close('TIMED_OUT', { error: errorNames.timeout });
  return true;
}

/** It may have happened to it before it began. */
function giveUp(run: Run): boolean {
  if (run.execution.status !== 'RUNNING') return false;
  if (run.execution.nextEvent === 1) start(run);
  run.failExecution(run.execution.nextEvent - 1, new Failure(errorNames.runtime, 'The execution failed by a fault of the broker.'));
  return true;
}

function wake(run: Run, id: number, stamp: number): boolean {
  const thread = run.threads.get(id);
  if (run.execution.status !== 'RUNNING' || thread === undefined || thread.stamp !== stamp) return false;
  const { phase } = thread;
  if (phase.kind === 'task') {
    const task = openTask(run, id, stamp);
    if (task !== undefined) taskTimer(run, task);
    return task !== undefined;
  }
  if (phase.kind !== 'waiting' && phase.kind !== 'retrying') return false;
  if (phase.until > run.now) run.timer(thread, phase.until);
  else {
    run.noTimer(thread);
    run.change(id, { phase: { kind: 'working' } });
    run.push({ kind: phase.kind === 'waiting' ? 'waited' : 'begin', thread: id });
  }
  return true;
}

type Answer = Exclude<Happening, { kind: 'started' | 'redriven' | 'continued' | 'stopped' | 'deadline' | 'timer' | 'faulted' }>;

/** To an attempt that is open. */
function answer(run: Run, happening: Answer): boolean {
  const task = openTask(run, happening.thread, happening.stamp);
  if (task === undefined) return false;
  switch (happening.kind) {
    case 'submitted':
      noteSubmitted(run, task, happening.output);
      return true;
    case 'succeeded':
      taskSucceeded(run, task, happening.output);
      return true;
    case 'failed':
      taskFailed(run, task, happening.failure, happening.notStarted);
      return true;
    case 'workerStarted':
      noteStarted(run, task, happening.workerName);
      return true;
    case 'heartbeat':
      heartbeat(run, task);
      return true;
  }
}

async function perform(run: Run, step: Step): Promise<void> {
  const thread = run.threads.get(step.thread);
  if (thread === undefined || thread.phase.kind === 'failed' || thread.phase.kind === 'succeeded') return; // its Parallel or Map broke off meanwhile
  switch (step.kind) {
    case 'enter':
      return enter(run, thread);
    case 'begin':
      return begin(run, thread);
    case 'waited':
      return settle(run, thread, await effectiveInput(run, thread, run.stateOf(thread).flow));
    case 'finish':
      return finish(run, thread, step.result);
    case 'raise':
      return raise(run, step);
    case 'end':
      return end(run, thread, step.output);
    case 'break':
      return breakOff(run, thread, step);
  }
}

function enter(run: Run, thread: Thread): void {
  if (thread.phase.kind !== 'ready') return;
  const { state: name, input } = thread.phase;
  const state = run.stateNamed(thread, name);
  const enteredEvent = run.append(thread.id, `${state.type}StateEntered`, { name, input: printJson(input) });
  const visit = { state: name, input, enteredAt: run.now, enteredEvent, attempts: [], retryCount: 0 };
  run.change(thread.id, { visit, phase: { kind: 'working' } });
  run.push({ kind: 'begin', thread: thread.id });
}

async function begin(run: Run, thread: Thread): Promise<void> {
  const state = run.stateOf(thread);
  switch (state.type) {
    case 'Pass':
      return beginPass(run, thread, state);
    case 'Succeed':
      return beginSucceed(run, thread, state);
    case 'Fail':
      return beginFail(run, thread, state);
    case 'Wait':
      return beginWait(run, thread, state);
    case 'Choice':
      return beginChoice(run, thread, state);
    case 'Task':
      return beginTask(run, thread, state);
    case 'Parallel':
    case 'Map':
      return beginContainer(run, thread, state);
  }
}

async function beginContainer(run: Run, thread: Thread, state: ParallelState | MapState): Promise<void> {
  const mock = run.testing?.container;
  if (mock !== undefined) return beginMocked(run, thread, state, mock);
  return state.type === 'Map' ? beginMap(run, thread, state) : beginParallel(run, thread, state);
}

async function end(run: Run, thread: Thread, output: Json): Promise<void> {
  if (thread.parent !== undefined) return childEnded(run, thread, thread.parent, output);
  run.appendAt(thread.lastEvent, 'ExecutionSucceeded', { output: printJson(output) });
  run.threads.delete(rootThread);
  run.close('SUCCEEDED', { output });
}

function breakOff(run: Run, thread: Thread, step: BrokenStep): void {
  const { failure } = step;
  if (thread.phase.kind !== 'forked') run.change(thread.id, { phase: { kind: 'failed' } });
  if (thread.parent === undefined) run.failExecution(thread.lastEvent, failure);
  else childBroke(run, thread, thread.parent, { ...step, failure: new Failure(failure.error, failure.cause) }); // where it failed was told already
}
