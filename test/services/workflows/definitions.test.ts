import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRealRandom } from '../../../src/base/real-random.js';
import { noTracer } from '../../../src/base/tracer.js';
import { createEngine } from '../../../src/engine/index.js';
import { createSettableClock } from '../../../src/index.js';
import { startWorkflows } from '../../../src/services/workflows/index.js';
import { createMemoryStore } from '../../../src/store/memory/memory-store.js';
import type { Call } from '../../../src/wire/service.js';

/** Definitions are kept as long as somebody may need them, over restarts, and no longer. */

const clock = createSettableClock({ startAt: 0, frozen: true });
const store = createMemoryStore();
const faults: unknown[] = [];
const [hour, day] = [3_600_000, 86_400_000];
const roleArn = 'arn:aws:iam::000000000000:role/r';
let running: Awaited<ReturnType<typeof start>>;

async function start() {
  const random = createRealRandom();
  const report = (_what: string, fault: unknown): void => void faults.push(fault);
  const engine = createEngine({ store, clock, random, recreateAfterMs: 0, report });
  const unsuccessful = async (): Promise<void> => {};
  const workflows = await startWorkflows({ engine, clock, random, targets: new Map(), tracer: noTracer, unsuccessful, report });
  return { engine, ...workflows };
}

async function stop(): Promise<void> {
  await running.stop();
  await running.engine.stop();
}

beforeAll(async () => {
  running = await start();
});
afterAll(async () => {
  await stop();
  expect(faults).toEqual([]);
});

const call = { accountId: '000000000000', region: 'us-east-1', signal: new AbortController().signal } as unknown as Call;
const ask = async (operation: string, input: object): Promise<Readonly<Record<string, unknown>>> =>
  (await running.service.operations.get(operation)?.handle(input, call)) as Readonly<Record<string, unknown>>;

const waits = (comment: string, Seconds: number) =>
  JSON.stringify({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds, Comment: comment, End: true } } });
const create = async (name: string, definition: string, type = 'STANDARD') =>
  (await ask('CreateStateMachine', { name, definition, roleArn, type })).stateMachineArn;
const update = (stateMachineArn: unknown, definition: string) => ask('UpdateStateMachine', { stateMachineArn, definition });

/** Comments of the definitions that are kept. */
async function kept(): Promise<readonly string[]> {
  const documents = await running.engine.documents.list({ prefix: 'workflows/definition/', limit: 100 });
  return documents.flatMap(({ content }) => /"Comment":"([^"]*)"/.exec(content)?.[1] ?? []).sort();
}

const becomes = (comments: readonly string[]) => expect.poll(kept, { interval: 1 }).toEqual(comments);
/** Weeks go by meanwhile. */
const becomesLater = (comments: readonly string[]) =>
  expect
    .poll(
      () => {
        clock.advance(7 * day);
        return kept();
      },
      { interval: 1 },
    )
    .toEqual(comments);

test('one that nobody runs goes with its machine, or when that has another', async () => {
  const machine = await create('a', waits('a1', 1));
  await update(machine, waits('a2', 1));
  expect(await kept()).toEqual(['a1', 'a2']);
  clock.advance(hour);
  await becomes(['a2']);
  await ask('DeleteStateMachine', { stateMachineArn: machine });
  await expect.poll(async () => (await ask('ListStateMachines', {})).stateMachines, { interval: 1 }).toEqual([]);
  await stop();
  running = await start();
  clock.advance(hour);
  await becomes([]);
});

test('one of another machine stays, and one that is taken up again', async () => {
  const machine = await create('b', waits('b', 1));
  const other = await create('c', waits('b', 1));
  await update(machine, waits('b2', 1));
  await update(machine, waits('b', 1));
  await update(machine, waits('b2', 1));
  await update(machine, waits('b', 1));
  clock.advance(hour);
  await becomes(['b']);
  await ask('DeleteStateMachine', { stateMachineArn: machine });
  await expect.poll(async () => ((await ask('ListStateMachines', {})).stateMachines as object[]).length, { interval: 1 }).toBe(1);
  clock.advance(hour);
  expect(await kept()).toEqual(['b']);
  await ask('StartExecution', { stateMachineArn: other });
  await ask('DeleteStateMachine', { stateMachineArn: other });
  await expect.poll(async () => (await ask('ListStateMachines', {})).stateMachines, { interval: 1 }).toEqual([]);
  await becomesLater([]); // its execution is forgotten after 90 days
});

test('executions go on by theirs and are described with it', async () => {
  const machine = await create('d', waits('d1', 30 * 86_400));
  const { executionArn } = await ask('StartExecution', { stateMachineArn: machine });
  await update(machine, waits('d2', 1));
  for (let week = 0; week < 5; week++) clock.advance(7 * day);
  await expect.poll(async () => (await ask('DescribeExecution', { executionArn })).status, { interval: 1 }).toBe('SUCCEEDED');
  expect((await ask('DescribeStateMachineForExecution', { executionArn })).definition).toBe(waits('d1', 30 * 86_400));
  await becomesLater(['d2']);
});

test('an EXPRESS execution that the broker slept over ends by its own', async () => {
  const machine = await create('e', waits('e1', 60), 'EXPRESS');
  await ask('StartExecution', { stateMachineArn: machine });
  await update(machine, waits('e2', 60));
  await stop();
  clock.advance(2 * hour);
  running = await start();
  await becomesLater(['d2', 'e2']);
});

test('one that is refused is not kept', async () => {
  await expect(create('d', waits('x', 1))).rejects.toThrow('State Machine Already Exists');
  expect(await kept()).toEqual(['d2', 'e2']);
});
