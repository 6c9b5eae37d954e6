import { expect, test, vi } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import { createEngine } from '../../../src/engine/index.js';
import { createSettableClock } from '../../../src/index.js';
import { startWorkflows } from '../../../src/services/workflows/index.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import type { Call } from '../../../src/wire/service.js';

const call = { accountId: '000000000000', region: 'us-east-1', signal: new AbortController().signal } as unknown as Call;
const task = { Type: 'Task', Resource: 'arn:aws:states:::test:call', End: true };

test.each([
  ['at its start', { T: task }],
  ['later', { W: { Type: 'Wait', Seconds: 1, Next: 'T' }, T: task }],
])('an execution that the broker cannot go on with fails: %s', async (_, states) => {
  const clock = createSettableClock({ startAt: 0, frozen: true });
  const faults: unknown[] = [];
  const report = (_what: string, fault: unknown): void => void faults.push(fault);
  const broken = new Error('no more random bytes');
  const random = {
    ...createRealRandom(),
    bytes: () => {
      throw broken; // a task's token needs some
    },
  };
  const engine = createEngine({ store: createMemoryStore(), clock, random: createRealRandom(), recreateAfterMs: 0, report });
  const target = { patterns: ['requestResponse'] as const, call: async () => ({ kind: 'answered', output: null }) as const };
  const { service, stop } = await startWorkflows({ engine, clock, random, targets: new Map([['test:call', target]]), report });
  const ask = async (operation: string, input: object) =>
    (await service.operations.get(operation)?.handle(input, call)) as Readonly<Record<string, unknown>>;
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
  const roleArn = 'arn:aws:iam::000000000000:role/r';
  const { stateMachineArn } = await ask('CreateStateMachine', { name: 'm', definition, roleArn });
  const { executionArn } = await ask('StartExecution', { stateMachineArn });
  clock.advance(1_000);
  const execution = await vi.waitFor(async () => {
    const found = await ask('DescribeExecution', { executionArn });
    expect(found.status).not.toBe('RUNNING');
    return found;
  });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: 'The execution failed by a fault of the broker.' });
  expect(faults).toEqual([broken]);
  await stop();
  await engine.stop();
});
