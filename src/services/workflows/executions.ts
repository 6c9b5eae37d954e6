import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Cause, ExecutionStore } from './execution-store.js';
import type { ExecutionTracing } from './execution-tracing.js';
import type { Execution, ExecutionState, TaskAddress } from './interpreter/execution.js';
import type { Happening } from './interpreter/step.js';
import { type Transition, type TransitionInputs, transition } from './interpreter/transition.js';
import type { Json } from './language/json.js';
import { expressSecondsMax, happeningsMax, transitionBytesMax, transitionEventsMax } from './limits.js';
import type { MachineRecord, Machines } from './machines.js';
import { executionArn } from './model/arn.js';

export interface ExecutionsParts {
  readonly store: ExecutionStore;
  readonly machines: Machines;
  readonly tracing: Pick<ExecutionTracing, 'headerOf' | 'ended'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: (what: string, fault: unknown) => void;
}

export interface NewExecution {
  readonly machine: MachineRecord;
  readonly name: string;
  readonly input: Json;
  readonly traceHeader?: string | undefined;
  readonly waitedForBy?: TaskAddress | undefined;
  /** Until this fires, or it has ended, `ended` is pending. */
  readonly waits?: AbortSignal | undefined;
}

export interface Started {
  readonly kind: 'created' | 'exists';
  readonly execution: Execution;
  /** What has become of it; undefined when nobody waits any more. */
  readonly ended: Promise<Execution | undefined> | undefined;
}

/**
 * Takes executions from one state to the next. Whatever happens to one execution happens in turn: what is loaded is what the transition
 * before has written, and nobody computes one in vain. The store checks it all the same (D2).
 */
export class Executions {
  /** By execution: what has happened and is to be dealt with. An execution that somebody works on has a line, if only an empty one. */
  readonly #lines = new Map<string, Waiting[]>();
  /** Who waits for the end of an execution in this process. */
  readonly #waiting = new Map<string, (execution: Execution) => void>();

  constructor(private readonly parts: ExecutionsParts) {}

  /** `exists`: there is one of this name, which is as it was. */
  async start({ machine, name, input, traceHeader, waitedForBy, waits }: NewExecution): Promise<Started> {
    const { store, machines, tracing, clock, random } = this.parts;
    const { traced, type, roleArn, definition, arn: machineArn, name: machineName } = machine;
    const arn = executionArn(machineArn, name, type === 'EXPRESS' ? random.uuid() : undefined);
    const now = clock.now();
    const read = await machines.definition(definition);
    const seconds = type === 'EXPRESS' ? Math.min(expressSecondsMax, read.timeoutSeconds ?? expressSecondsMax) : read.timeoutSeconds;
    const execution: Execution = {
      arn,
      name,
      machineArn,
      machineName,
      type,
      roleArn,
      definition,
      input,
      startedAt: now,
      status: 'RUNNING',
      deadlineAt: seconds === undefined ? undefined : now + seconds * 1_000,
      redriveCount: 0,
      nextEvent: 1,
      nextThread: 0,
      version: 0,
      traceHeader: tracing.headerOf(traceHeader, traced === true, now),
      traced,
      waitedForBy,
    };
    const state = { execution, threads: new Map() };
    const first = await this.#next({ state, machine: read, happening: { kind: 'started' }, now, random });
    if (first === undefined) throw new Error(`execution ${arn} does not start`);
    const ended = waits && this.#endOf(arn, waits);
    const outcome = await store.create(first).catch((fault: unknown) => {
      this.#waiting.delete(arn);
      throw fault;
    });
    if (outcome.kind === 'exists') return { ...outcome, ended: undefined };
    this.#noteEnd(first);
    return { kind: 'created', execution: first.state.execution, ended };
  }

  /** To be called before anything can end it. */
  #endOf(arn: string, signal: AbortSignal): Promise<Execution | undefined> {
    return new Promise((resolve) => {
      this.#waiting.set(arn, resolve);
      signal.addEventListener('abort', () => {
        this.#waiting.delete(arn);
        resolve(undefined);
      });
    });
  }

  /** `ignored`: it is nothing to the execution, or not any more. */
  apply(arn: string, happening: Happening, cause?: Cause): Promise<Applied> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = { happening, cause, resolve, reject };
      const line = this.#lines.get(arn);
      if (line !== undefined) line.push(entry);
      else {
        const begun = [entry];
        this.#lines.set(arn, begun);
        void this.#work(arn, begun);
      }
    });
  }

  /** Until nobody is left in the line. What waits together shares a transaction. */
  async #work(arn: string, line: Waiting[]): Promise<void> {
    while (line.length > 0) {
      const batch = line.splice(0, happeningsMax);
      try {
        line.unshift(...(await this.#together(arn, batch)));
      } catch (fault) {
        for (const { reject } of batch) reject(fault);
      }
    }
    this.#lines.delete(arn);
  }

  /** Answers with those that are left for another transaction. */
  async #together(arn: string, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const { store } = this.parts;
    for (;;) {
      const before = await store.load(arn, true);
      if (before === undefined) {
        for (const { resolve } of batch) resolve('unknown');
        return [];
      }
      const { taken, next, looked } = await this.#computedAll(before, batch);
      const causes = [...taken].flatMap(({ cause }) => cause ?? []);
      if (next !== undefined && !(await store.commit(before, next, causes))) continue;
      if (next !== undefined) this.#noteEnd(next);
      for (const entry of batch.slice(0, looked)) entry.resolve(taken.has(entry) ? 'applied' : 'ignored');
      return batch.slice(looked);
    }
  }

  /** One transition after the other, as one, up to what a body may write (rule S7 of the store). */
  async #computedAll(before: ExecutionState, batch: readonly Waiting[]): Promise<Computed> {
    const taken = new Set<Waiting>();
    let next: Transition | undefined;
    let looked = 0;
    for (const entry of batch) {
      if (next !== undefined && isFull(next)) break;
      looked++;
      const step = await this.#computed(next?.state ?? before, entry.happening);
      if (step === undefined) continue;
      taken.add(entry);
      next =
        next === undefined
          ? step
          : { state: step.state, events: [...next.events, ...step.events], commands: [...next.commands, ...step.commands] };
    }
    return { taken, next, looked };
  }

  async #computed(state: ExecutionState, happening: Happening): Promise<Transition | undefined> {
    const { machines, clock, random } = this.parts;
    const machine = await machines.definition(state.execution.definition);
    return this.#next({ state, machine, happening, now: clock.now(), random });
  }

  /** What throws once throws whenever it is tried again: the execution fails instead of hanging for ever. */
  #next(inputs: TransitionInputs): Promise<Transition | undefined> {
    return transition(inputs).catch((fault: unknown) => {
      this.parts.report(`a transition of ${inputs.state.execution.arn}`, fault);
      return transition({ ...inputs, happening: { kind: 'faulted' } });
    });
  }

  #noteEnd({ state: { execution } }: Transition): void {
    if (execution.status === 'RUNNING') return;
    this.parts.tracing.ended(execution);
    this.#waiting.get(execution.arn)?.(execution);
    this.#waiting.delete(execution.arn);
  }
}

interface Computed {
  readonly taken: ReadonlySet<Waiting>;
  readonly next: Transition | undefined;
  /** How many of the batch were asked for, taken or not. */
  readonly looked: number;
}

function isFull({ events }: Transition): boolean {
  const texts = events.flatMap(({ details }) => Object.values(details ?? {})).filter((value) => typeof value === 'string');
  return events.length >= transitionEventsMax || texts.reduce((sum, text) => sum + text.length, 0) >= transitionBytesMax;
}

export type Applied = 'applied' | 'ignored' | 'unknown';

/** Something that happened, and whoever waits until it is dealt with. */
interface Waiting {
  readonly happening: Happening;
  readonly cause: Cause | undefined;
  readonly resolve: (applied: Applied) => void;
  readonly reject: (fault: unknown) => void;
}
