import type { ExecutionState } from '../../../../src/services/workflows/interpreter/execution.js';
import type { HistoryEvent } from '../../../../src/services/workflows/interpreter/history.js';
import type { CallCommand, Command, Happening } from '../../../../src/services/workflows/interpreter/step.js';
import { transition } from '../../../../src/services/workflows/interpreter/transition.js';
import { readDefinition } from '../../../../src/services/workflows/language/definition-reader.js';
import { Failure } from '../../../../src/services/workflows/language/failure.js';
import type { Json } from '../../../../src/services/workflows/language/json.js';
import { countingRandom } from '../language/evaluation.js';

/** What an attempt of a task comes to. `silence`: nobody ever answers. `echo`: its parameters. */
export type Answer =
  | { readonly output: Json }
  | { readonly error: string | undefined; readonly cause?: string }
  | { readonly silence: true; readonly beats?: number }
  | { readonly echo: true };

/** Answers of a function by its name, one an attempt; the last one goes on. */
export type Script = Readonly<Record<string, Answer | readonly Answer[]>>;

export interface Ran {
  readonly status: string;
  readonly output?: Json | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** From the start to the end, in seconds. */
  readonly seconds: number;
  readonly events: readonly HistoryEvent[];
  /** When each attempt of a task was scheduled, in seconds from the start. */
  readonly scheduled: readonly number[];
  /** Most attempts that were open at a time. */
  readonly concurrency: number;
}

export const startAt = Date.UTC(2026, 0, 1, 12);

/** A task that calls a function of the script. */
export const calls = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  ...more,
});

/** Runs a machine to its end: tasks answer as the script says, and time jumps to whatever is next. */
export async function ran(definition: object, input: Json = {}, script: Script = {}): Promise<Ran> {
  const { machine, diagnostics } = readDefinition(JSON.stringify(definition), { type: 'STANDARD', resourceProblem: () => undefined });
  if (machine === undefined) throw new Error(JSON.stringify(diagnostics));
  const deadlineAt = machine.timeoutSeconds === undefined ? undefined : startAt + machine.timeoutSeconds * 1_000;
  const arn = 'arn:aws:states:us-east-1:000000000000:execution:m:e';
  const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:m';
  const roleArn = 'arn:aws:iam::000000000000:role/r';
  const counts = { redriveCount: 0, nextEvent: 1, nextThread: 0, version: 0 };
  const execution = { arn, name: 'e', machineArn, machineName: 'm', type: 'STANDARD', roleArn, definition: '', input, ...counts } as const;
  let state: ExecutionState = { execution: { ...execution, startedAt: startAt, status: 'RUNNING', deadlineAt }, threads: new Map() };
  const world = new World(script);
  const random = countingRandom();
  let happening: Happening | undefined = { kind: 'started' };
  while (happening !== undefined) {
    const next = await transition({ state, machine, happening, now: world.now, random });
    if (next !== undefined) {
      state = next.state;
      world.take(next.events, next.commands);
    }
    happening = state.execution.status === 'RUNNING' ? world.next() : undefined;
  }
  const { status, output, error, cause } = state.execution;
  const { events, scheduled, concurrency } = world;
  return { status, output, error, cause, seconds: (world.now - startAt) / 1_000, events, scheduled, concurrency };
}

interface Due {
  readonly at: number;
  readonly happening: Happening;
  /** Of a thread there is one timer. */
  readonly timerOf?: number;
}

/** Everything outside of an execution. */
class World {
  now = startAt;
  readonly events: HistoryEvent[] = [];
  readonly scheduled: number[] = [];
  concurrency = 0;
  readonly #open = new Set<string>();
  readonly #attempts = new Map<string, number>();
  #due: Due[] = [];

  constructor(private readonly script: Script) {}

  take(events: readonly HistoryEvent[], commands: readonly Command[]): void {
    this.events.push(...events);
    for (const command of commands) {
      if (command.kind === 'call') this.#call(command);
      if (command.kind === 'continue') this.#due.push({ at: this.now, happening: { kind: 'continued' } });
      if (command.kind === 'deadline') this.#due.push({ at: command.at, happening: { kind: 'deadline' } });
      if (command.kind === 'timer' || command.kind === 'noTimer') this.#due = this.#due.filter(({ timerOf }) => timerOf !== command.thread);
      if (command.kind === 'timer') {
        const { thread, stamp, at } = command;
        this.#due.push({ at, happening: { kind: 'timer', thread, stamp }, timerOf: thread });
      }
    }
    this.concurrency = Math.max(this.concurrency, this.#open.size);
  }

  /** Undefined: the execution waits for nothing that will come. */
  next(): Happening | undefined {
    this.#due.sort((a, b) => a.at - b.at);
    const due = this.#due.shift();
    if (due === undefined) return undefined;
    this.now = Math.max(this.now, due.at);
    if ('thread' in due.happening && due.happening.kind !== 'heartbeat') this.#open.delete(`${due.happening.thread}`);
    return due.happening;
  }

  #call({ task: { thread, stamp }, resource, parameters }: CallCommand): void {
    const name = resource.arn.split(/[:.]/).findLast((part) => part !== 'waitForTaskToken') ?? '';
    const attempt = this.#attempts.get(name) ?? 0;
    this.#attempts.set(name, attempt + 1);
    this.scheduled.push((this.now - startAt) / 1_000);
    this.#open.add(`${thread}`);
    const scripted = this.script[name] ?? { echo: true };
    const answers = Array.isArray(scripted) ? (scripted as readonly Answer[]) : [scripted as Answer];
    const answer = answers[Math.min(attempt, answers.length - 1)] ?? { echo: true };
    const happening = happeningOf(answer, thread, stamp, parameters);
    if (happening !== undefined) this.#due.push({ at: this.now, happening });
    if ('beats' in answer)
      for (let beat = 1; beat <= (answer.beats ?? 0); beat++)
        this.#due.push({ at: this.now + beat * 1_000, happening: { kind: 'heartbeat', thread, stamp } });
  }
}

function happeningOf(answer: Answer, thread: number, stamp: number, parameters: Json): Happening | undefined {
  if ('silence' in answer) return undefined;
  if ('error' in answer) return { kind: 'failed', thread, stamp, failure: new Failure(answer.error, answer.cause) };
  return { kind: 'succeeded', thread, stamp, output: 'echo' in answer ? parameters : answer.output };
}
