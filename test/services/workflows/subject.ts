import type { Random } from '../../../src/base/random.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { noTracer } from '../../../src/base/tracer.js';
import { createEngine } from '../../../src/engine/index.js';
import { createSettableClock, type SettableClock } from '../../../src/index.js';
import { startWorkflows } from '../../../src/services/workflows/index.js';
import type { Targets } from '../../../src/services/workflows/targets.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import type { Call } from '../../../src/wire/service.js';

const call = { accountId: '000000000000', region: 'us-east-1', signal: new AbortController().signal } as unknown as Call;

export interface Started {
  readonly clock: SettableClock;
  readonly faults: unknown[];
  ask(operation: string, input: object): Promise<Readonly<Record<string, unknown>>>;
  /** Its ARN. */
  begin(states: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** The service on an engine of its own, with targets of the test's. `random`: that of executions. */
export async function started(targets: Targets, random: Partial<Random> = {}): Promise<Started> {
  const clock = createSettableClock({ startAt: 0, frozen: true });
  const faults: unknown[] = [];
  const report = (_what: string, fault: unknown): void => void faults.push(fault);
  const real = createRealRandom();
  const engine = createEngine({ store: createMemoryStore(), clock, random: real, recreateAfterMs: 0, report });
  const { service, stop } = await startWorkflows({
    engine,
    clock,
    random: { ...real, ...random },
    targets,
    tracer: noTracer,
    unsuccessful: async () => {},
    report,
  });
  let names = 0;
  const ask: Started['ask'] = async (operation, input) =>
    (await service.operations.get(operation)?.handle(input, call)) as Readonly<Record<string, unknown>>;
  return {
    clock,
    faults,
    ask,
    async begin(states) {
      const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
      const roleArn = 'arn:aws:iam::000000000000:role/r';
      const { stateMachineArn } = await ask('CreateStateMachine', { name: `m${++names}`, definition, roleArn });
      return (await ask('StartExecution', { stateMachineArn })).executionArn;
    },
    stop: () => stop().then(() => engine.stop()),
  };
}
