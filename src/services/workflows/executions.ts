import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Cause, ExecutionStore } from './execution-store.js';
import type { Execution, ExecutionState, TaskAddress } from './interpreter/execution.js';
import type { Happening } from './interpreter/step.js';
import { type Transition, transition } from './interpreter/transition.js';
import type { Json } from './language/json.js';
import { expressSecondsMax } from './limits.js';
import type { MachineRecord, Machines } from './machines.js';
import { executionArn } from './model/arn.js';

export interface ExecutionsParts {
  readonly store: ExecutionStore;
  readonly machines: Machines;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NewExecution {
  readonly machine: MachineRecord;
  readonly name: string;
  readonly input: Json;
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
  /** By execution: the end of the line of those who work on it. */
  readonly #lines = new Map<string, Promise<unknown>>();
  /** Who waits for the end of an execution in this process. */
  readonly #waiting = new Map<string, (execution: Execution) => void>();

  constructor(private readonly parts: ExecutionsParts) {}

  /** `exists`: there is one of this name, which is as it was. */
  async start({ machine, name, input, waitedForBy, waits }: NewExecution): Promise<Started> {
    const { store, machines, clock, random } = this.parts;
    const { type, roleArn, definition, arn: machineArn, name: machineName } = machine;
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
      waitedForBy,
    };
    const state = { execution, threads: new Map() };
    const first = await transition({ state, machine: read, happening: { kind: 'started' }, now, random });
    if (first === undefined) throw new Error(`execution ${arn} does not start`);
    const ended = waits && this.#endOf(arn, waits);
    const outcome = await store.create(first);
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
  apply(arn: string, happening: Happening, cause?: Cause): Promise<'applied' | 'ignored' | 'unknown'> {
    return this.#inTurn(arn, () => this.#apply(arn, happening, cause));
  }

  async #apply(arn: string, happening: Happening, cause: Cause | undefined): Promise<'applied' | 'ignored' | 'unknown'> {
    const { store } = this.parts;
    for (;;) {
      const before = await store.load(arn);
      if (before === undefined) return 'unknown';
      const next = await this.#computed(before, happening);
      if (next === undefined) return 'ignored';
      if (!(await store.commit(before, next, cause))) continue;
      this.#noteEnd(next);
      return 'applied';
    }
  }

  async #computed(state: ExecutionState, happening: Happening): Promise<Transition | undefined> {
    const { machines, clock, random } = this.parts;
    const machine = await machines.definition(state.execution.definition);
    return transition({ state, machine, happening, now: clock.now(), random });
  }

  #noteEnd({ state: { execution } }: Transition): void {
    if (execution.status === 'RUNNING') return;
    this.#waiting.get(execution.arn)?.(execution);
    this.#waiting.delete(execution.arn);
  }

  #inTurn<T>(arn: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(arn) ?? Promise.resolve();
    const mine = before.then(work, work);
    const line: Promise<void> = mine.then(
      () => this.#leave(arn, line),
      () => this.#leave(arn, line),
    );
    this.#lines.set(arn, line);
    return mine;
  }

  #leave(arn: string, line: Promise<unknown>): void {
    if (this.#lines.get(arn) === line) this.#lines.delete(arn);
  }
}
