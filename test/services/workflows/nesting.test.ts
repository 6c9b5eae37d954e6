import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Execution, ExecutionState } from '../../../src/services/workflows/interpreter/execution.js';
import type { HistoryEvent } from '../../../src/services/workflows/interpreter/history.js';
import type { Command, Happening } from '../../../src/services/workflows/interpreter/step.js';
import { transition } from '../../../src/services/workflows/interpreter/transition.js';
import type { Machine } from '../../../src/services/workflows/language/definition.js';
import { readDefinition } from '../../../src/services/workflows/language/definition-reader.js';
import { Failure } from '../../../src/services/workflows/language/failure.js';
import { countingRandom } from './language/evaluation.js';

/** What a state does, and inside what: names are given when it becomes a definition. */
interface Plan {
  readonly type: 'Pass' | 'Fail' | 'Wait' | 'Task' | 'Map' | 'Parallel';
  readonly blocks: readonly (readonly Plan[])[];
  readonly retries: number;
  readonly catches: boolean;
}

const plan = fc.letrec<{ state: Plan }>((tie) => ({
  state: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({
      type: fc.constantFrom<Plan['type']>('Pass', 'Fail', 'Wait', 'Task', 'Task'),
      blocks: fc.constant([]),
      retries: fc.nat(1),
      catches: fc.boolean(),
    }),
    fc.record({
      type: fc.constantFrom<Plan['type']>('Map', 'Parallel'),
      blocks: fc.array(fc.array(tie('state'), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
      retries: fc.nat(1),
      catches: fc.boolean(),
    }),
  ),
})).state;

function machineOf(states: readonly Plan[]): Machine {
  let names = 0;
  const block = (plans: readonly Plan[]): object => {
    const own = plans.map(() => `S${++names}`);
    const entries = plans.map((each, index) => [own[index], state(each, own[index + 1])] as const);
    return { StartAt: own[0], States: Object.fromEntries(entries) };
  };
  const state = ({ type, blocks, retries, catches }: Plan, next: string | undefined): object => {
    const onward = next === undefined ? { End: true } : { Next: next };
    const handling = {
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: retries }],
      ...(catches && next !== undefined && { Catch: [{ ErrorEquals: ['States.ALL'], Next: next }] }),
    };
    switch (type) {
      case 'Pass':
        return { Type: type, ...onward };
      case 'Fail':
        return { Type: type, Error: 'E' };
      case 'Wait':
        return { Type: type, Seconds: 1, ...onward };
      case 'Task':
        return { Type: type, Resource: 'arn:aws:states:::test:call', Parameters: {}, ...handling, ...onward };
      case 'Map':
        return { Type: type, ItemsPath: '$$.Execution.Input', ItemProcessor: block(blocks[0] ?? []), ...handling, ...onward };
      case 'Parallel':
        return { Type: type, Branches: blocks.map(block), ...handling, ...onward };
    }
  };
  const { machine, diagnostics } = readDefinition(JSON.stringify(block(states)), { type: 'STANDARD', resourceProblem: () => undefined });
  if (machine === undefined) throw new Error(JSON.stringify(diagnostics));
  return machine;
}

const arn = 'arn:aws:states:us-east-1:000000000000:execution:m:e';
const begun: Execution = {
  ...{ arn, name: 'e', machineArn: 'm', machineName: 'm', type: 'STANDARD', roleArn: 'r', definition: '', input: [0, 1, 2] },
  ...{ startedAt: 0, status: 'RUNNING', redriveCount: 0, nextEvent: 1, nextThread: 0, version: 0 },
};

/** Everything that commands ask for happens some time, in an order and with outcomes that `draw` decides. */
class World {
  readonly #random = countingRandom();
  readonly #pending: Happening[] = [{ kind: 'started' }];
  readonly events: HistoryEvent[] = [];
  state: ExecutionState = { execution: begun, threads: new Map() };
  #now = 0;

  constructor(
    private readonly machine: Machine,
    private readonly draw: (max: number) => number,
  ) {}

  async run(): Promise<void> {
    for (let steps = 0; this.#pending.length > 0; steps++) {
      expect(steps).toBeLessThan(5_000);
      const [happening] = this.#pending.splice(this.draw(this.#pending.length - 1), 1);
      if (happening !== undefined) await this.happens(happening);
    }
  }

  async happens(happening: Happening): Promise<void> {
    this.#now += 100_000;
    const next = await transition({ state: this.state, machine: this.machine, happening, now: this.#now, random: this.#random });
    if (next === undefined) return;
    this.state = next.state;
    this.events.push(...next.events);
    for (const command of next.commands) this.#obey(command);
  }

  #obey(command: Command): void {
    if (command.kind === 'timer') this.#pending.push({ kind: 'timer', thread: command.thread, stamp: command.stamp });
    if (command.kind === 'continue') this.#pending.push({ kind: 'continued' });
    if (command.kind !== 'call') return;
    const { thread, stamp } = command.task;
    const failure = new Failure('E', undefined);
    this.#pending.push(this.draw(2) === 0 ? { kind: 'failed', thread, stamp, failure } : { kind: 'succeeded', thread, stamp, output: 1 });
  }
}

test('whatever is nested in what, an execution ends, and can be redriven until it succeeds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat(1_000)), async (states, numbers) => {
      const draw = (max: number): number => (numbers.next().value ?? 0) % (max + 1);
      const world = new World(machineOf(states), draw);
      await world.run();
      for (let redrives = 0; redrives < 3 && world.state.execution.status === 'FAILED'; redrives++) {
        await world.happens({ kind: 'redriven', clientToken: undefined });
        await world.run();
      }
      const { execution, threads } = world.state;
      expect(['SUCCEEDED', 'FAILED']).toContain(execution.status);
      expect(world.events.map(({ id }) => id)).toEqual(world.events.map((_, index) => index + 1));
      expect(world.events.every(({ id, previousEventId }) => previousEventId < id)).toBe(true);
      for (const { parent } of threads.values()) expect(parent === undefined || threads.has(parent)).toBe(true);
      if (execution.status === 'SUCCEEDED') expect(threads.size).toBe(0);
    }),
    { numRuns: 150 },
  );
});
