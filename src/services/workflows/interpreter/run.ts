import type { Random } from '../../../base/random.js';
import type { Block, BlockId, Machine, State } from '../language/definition.js';
import type { Scope } from '../language/evaluate.js';
import { errorNames, Failure } from '../language/failure.js';
import type { Json, JsonObject } from '../language/json.js';
import { printTimestamp } from '../language/timestamp.js';
import { historyEventsMax, transitionBytesMax, transitionEventsMax } from '../limits.js';
import type { Execution, ExecutionState, ExecutionStatus, Phase, Thread, Visit } from './execution.js';
import type { EventDetails, HistoryEvent } from './history.js';
import type { Stage, Testing } from './observe.js';
import type { Command } from './step.js';

/** One step of a transition. All but `enter` are done before the transition ends. */
export type Step =
  /** A thread that is `ready` goes into its next state. */
  | { readonly kind: 'enter'; readonly thread: number }
  /** A state does its work, for the first time or again. */
  | { readonly kind: 'begin'; readonly thread: number }
  /** A Wait is over. */
  | { readonly kind: 'waited'; readonly thread: number }
  /** The work of a state gave a result. */
  | { readonly kind: 'finish'; readonly thread: number; readonly result: Json }
  | RaisedStep
  /** A thread came to the end of its block. */
  | { readonly kind: 'end'; readonly thread: number; readonly output: Json }
  /** A thread failed for good. */
  | BrokenStep;

export interface RaisedStep extends Raising {
  readonly kind: 'raise';
}

export interface BrokenStep extends Raising {
  readonly kind: 'break';
}

interface Raising {
  readonly thread: number;
  readonly failure: Failure;
  /** It came up in a task: of the thread, or of one inside of it. */
  readonly byTask?: boolean;
  /** The heartbeat of that task did not come in time. */
  readonly heartbeat?: boolean;
}

/**
 * One transition under way: the new state, history and commands as far as they are known. It works on a copy, so that the state it began
 * with stays as it was.
 *
 * T1  Threads that are not `succeeded` or `failed` are live (a `source` is no thread); a Parallel or Map is `forked` as long as one of its own is
 *     live or to be begun. One that broke stays `forked`, so that its own go with it, and a redrive finds which of them succeeded: until then
 *     whatever it is part of has broken too.
 * T2  What a thread waits for carries its stamp, which rises with each wait.
 * T3  An execution that is not RUNNING has no live threads, and nothing happens to it but a redrive.
 */
export class Run {
  readonly threads: Map<number, Thread>;
  readonly events: HistoryEvent[] = [];
  readonly commands: Command[] = [];
  readonly #steps: Step[] = [];
  readonly #ready: number[] = [];
  #execution: Execution;
  #bytes = 0;

  constructor(
    state: ExecutionState,
    readonly machine: Machine,
    readonly now: number,
    readonly random: Random,
    readonly testing?: Testing,
  ) {
    this.#execution = state.execution;
    this.threads = new Map(state.threads);
  }

  get execution(): Execution {
    return this.#execution;
  }

  update(change: Partial<Execution>): void {
    this.#execution = { ...this.#execution, ...change };
  }

  // Steps

  push(step: Step): void {
    if (step.kind === 'enter') this.#ready.push(step.thread);
    else this.#steps.push(step);
  }

  /** Undefined: nothing is left, or the rest is for another transition. */
  next(): Step | undefined {
    if (this.#execution.status !== 'RUNNING') return undefined;
    const step = this.#steps.shift();
    if (step !== undefined) return step;
    if (this.#full) return undefined;
    const thread = this.#ready.shift();
    return thread === undefined ? undefined : { kind: 'enter', thread };
  }

  get hasMore(): boolean {
    return this.#execution.status === 'RUNNING' && this.#ready.length > 0;
  }

  get #full(): boolean {
    return this.events.length >= transitionEventsMax || this.#bytes >= transitionBytesMax;
  }

  /** Whether the history has room for what one more step may append. */
  get historyFull(): boolean {
    return this.#execution.type === 'STANDARD' && this.#execution.nextEvent > historyEventsMax - eventsKeptBack;
  }

  // Threads

  thread(id: number): Thread {
    const thread = this.threads.get(id);
    if (thread === undefined) throw new Error(`T1 broken: thread ${id} of ${this.#execution.arn} is gone`);
    return thread;
  }

  change(id: number, change: Partial<Thread>): Thread {
    const changed = { ...this.thread(id), ...change };
    this.threads.set(id, changed);
    return changed;
  }

  /** T2 */
  wait(id: number, phase: Phase): Thread {
    return this.change(id, { phase, stamp: this.thread(id).stamp + 1 });
  }

  fork(block: BlockId, parent: number | undefined, index: number, lastEvent: number, input: Json): Thread {
    const id = this.#execution.nextThread;
    this.update({ nextThread: id + 1 });
    const phase: Phase = { kind: 'ready', state: this.block(block).startAt, input };
    const thread: Thread = { id, block, parent, index, lastEvent, variables: {}, stamp: 0, phase, visit: undefined };
    this.threads.set(id, thread);
    this.push({ kind: 'enter', thread: id });
    return thread;
  }

  /** Keeps what the threads of a Parallel or Map begin with; answers under which id. */
  keepSource(parent: number, input: Json, items: readonly Json[] | undefined): number {
    const id = this.#execution.nextThread;
    this.update({ nextThread: id + 1 });
    const { block, lastEvent } = this.thread(parent);
    const phase: Phase = { kind: 'source', input, items };
    this.threads.set(id, { id, block, parent, index: -1, lastEvent, variables: {}, stamp: 0, phase, visit: undefined });
    return id;
  }

  childrenOf(id: number): readonly Thread[] {
    const children = [...this.threads.values()].filter(({ parent, phase }) => parent === id && phase.kind !== 'source');
    return children.sort((a, b) => a.index - b.index);
  }

  /** Forgets a thread's children and theirs. */
  dropChildren(id: number): void {
    for (const child of this.childrenOf(id)) {
      if (child.phase.kind === 'forked') this.dropChildren(child.id);
      this.noTimer(child);
      this.threads.delete(child.id);
    }
    for (const { id: source, parent } of this.threads.values()) if (parent === id) this.threads.delete(source);
  }

  // The definition

  block(id: BlockId): Block {
    const block = this.machine.blocks.get(id);
    if (block === undefined) throw new Error(`the definition of ${this.#execution.arn} has no block ${id}`);
    return block;
  }

  stateNamed(thread: Thread, name: string): State {
    const state = this.block(thread.block).states.get(name);
    if (state === undefined) throw new Error(`the definition of ${this.#execution.arn} has no state ${name}`);
    return state;
  }

  visitOf(thread: Thread): Visit {
    if (thread.visit === undefined) throw new Error(`thread ${thread.id} of ${this.#execution.arn} is in no state`);
    return thread.visit;
  }

  stateOf(thread: Thread): State {
    return this.stateNamed(thread, this.visitOf(thread).state);
  }

  observed(thread: Thread, stage: Stage, value: Json): void {
    this.testing?.observe(this.visitOf(thread).state, stage, value);
  }

  // History and commands

  /** Appends an event to a thread, which goes on from it. */
  append(thread: number, type: string, details?: EventDetails): number {
    const id = this.appendAt(this.thread(thread).lastEvent, type, details);
    this.change(thread, { lastEvent: id });
    return id;
  }

  appendAt(previousEventId: number, type: string, details?: EventDetails): number {
    const id = this.#execution.nextEvent;
    this.update({ nextEvent: id + 1 });
    this.events.push({ id, previousEventId, timestamp: this.now, type, details });
    for (const value of Object.values(details ?? {})) if (typeof value === 'string') this.#bytes += value.length;
    return id;
  }

  command(command: Command): void {
    this.commands.push(command);
  }

  timer(thread: Thread, at: number): void {
    this.command({ kind: 'timer', thread: thread.id, stamp: thread.stamp, at });
  }

  /** It waits for its timer no longer, if it has one. */
  noTimer({ id, phase }: Thread): void {
    const has =
      phase.kind === 'waiting' ||
      phase.kind === 'retrying' ||
      (phase.kind === 'task' && (phase.timeoutAt !== undefined || phase.heartbeatAt !== undefined));
    if (has) this.command({ kind: 'noTimer', thread: id });
  }

  /** Whatever still runs comes to its end with the execution. T3 */
  close(
    status: Exclude<ExecutionStatus, 'RUNNING'>,
    outcome: { output?: Json; error?: string | undefined; cause?: string | undefined },
  ): void {
    for (const thread of this.threads.values()) {
      if (over.includes(thread.phase.kind)) continue;
      this.noTimer(thread);
      if (thread.phase.kind !== 'forked') this.change(thread.id, { phase: stopped(thread.phase) });
    }
    this.update({ status, stoppedAt: this.now, ...outcome });
    this.command({ kind: 'ended' });
  }

  failExecution(previousEventId: number, { error, cause }: Pick<Failure, 'error' | 'cause'>): void {
    this.appendAt(previousEventId, 'ExecutionFailed', { error, cause });
    this.close('FAILED', { error, cause });
  }

  // Values

  variablesOf(thread: Thread): JsonObject {
    const outer = thread.parent === undefined ? (this.testing?.variables ?? {}) : this.variablesOf(this.thread(thread.parent));
    return { ...outer, ...thread.variables };
  }

  /** Everything that an expression of the thread's state may read. `input` is the root of JSONPath. */
  scope(thread: Thread, input: Json, more: ScopeMembers = {}): Scope {
    return new ThreadScope(this, thread, input, more);
  }
}

/** Most fields read little of this: what takes work is made when it is read. It is as it was when the scope was made, since what changes a thread replaces it. */
class ThreadScope implements Scope {
  readonly now: number;
  readonly random: Random;
  readonly #run: Run;
  readonly #thread: Thread;
  readonly #more: ScopeMembers;
  readonly #execution: Execution;
  #context: JsonObject | undefined;

  constructor(
    run: Run,
    thread: Thread,
    readonly input: Json,
    more: ScopeMembers,
  ) {
    this.now = run.now;
    this.random = run.random;
    this.#run = run;
    this.#thread = thread;
    this.#more = more;
    this.#execution = run.execution;
  }

  get variables(): JsonObject {
    return this.#run.variablesOf(this.#thread);
  }

  get states(): JsonObject {
    const { result, errorOutput } = this.#more;
    return {
      input: this.#run.visitOf(this.#thread).input,
      context: this.context,
      ...(result !== undefined && { result }),
      ...(errorOutput !== undefined && { errorOutput }),
    };
  }

  get context(): JsonObject {
    this.#context ??= { ...this.#run.testing?.around, ...this.#contextOf(), ...this.#run.testing?.context };
    return this.#context;
  }

  #contextOf(): JsonObject {
    const { token, item } = this.#more;
    const { arn, input, name, roleArn, startedAt, redriveCount, redrivenAt, machineArn, machineName } = this.#execution;
    const { state, enteredAt, retryCount } = this.#run.visitOf(this.#thread);
    return {
      Execution: {
        Id: arn,
        Input: input,
        Name: name,
        RoleArn: roleArn,
        StartTime: printTimestamp(startedAt),
        RedriveCount: redriveCount,
        ...(redrivenAt !== undefined && { RedriveTime: printTimestamp(redrivenAt) }),
      },
      State: { Name: state, EnteredTime: printTimestamp(enteredAt), RetryCount: retryCount },
      StateMachine: { Id: machineArn, Name: machineName },
      ...(token !== undefined && { Task: { Token: token } }),
      ...(item !== undefined && { Map: { Item: { Index: item.index, Value: item.value } } }),
    };
  }
}

export interface ScopeMembers {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly token?: string;
  readonly item?: { readonly index: number; readonly value: Json };
}

const over: readonly Phase['kind'][] = ['succeeded', 'failed', 'source'];

/** A step appends a few events; the end of the execution needs one. */
const eventsKeptBack = 12;

export function historyFull(): Failure {
  return new Failure(errorNames.runtime, `The execution reached the maximum number of history events (${historyEventsMax}).`);
}

/** A thread that never came into its state is still to enter it after a redrive. */
function stopped(phase: Phase): Phase {
  return phase.kind === 'ready' ? phase : { kind: 'failed' };
}
