import type { Engine, Queue } from '../../engine/engine.js';
import type { Handler } from '../../engine/queue-worker.js';
import { definitionDocuments, type ForgetDefinition, forgetDefinition, giveUpDefinition, isStillRun } from './definitions.js';
import type { IndexEntry } from './execution-documents.js';
import type { Cause, ExecutionStore } from './execution-store.js';
import type { Executions } from './executions.js';
import type { Execution, TaskAddress } from './interpreter/execution.js';
import { errorNames, Failure } from './language/failure.js';
import { type Json, parseJson, printJson } from './language/json.js';
import { pageMax } from './limits.js';
import { decodeMachine, type Machines, machineDocument } from './machines.js';
import { decodeWork, type Work } from './messages.js';
import { describedExecution } from './model/described-execution.js';

export interface WorkParts {
  readonly engine: Pick<Engine, 'settle' | 'transact'>;
  readonly store: ExecutionStore;
  readonly executions: Executions;
  readonly machines: Machines;
  readonly unsuccessful: (execution: Execution) => Promise<void>;
}

/** Does what the messages of the work queue say. */
export function workHandler(parts: WorkParts): Handler {
  return async ({ content, receipt }, queue) => {
    const settledWith = await doWork(parts, decodeWork(content), { queue, receipt });
    if (!settledWith) await parts.engine.settle(queue, [receipt]);
    return 'settled';
  };
}

/** Whether the message was settled on the way. */
async function doWork(parts: WorkParts, work: Work, cause: Cause): Promise<boolean> {
  switch (work.kind) {
    case 'happened':
      return (await parts.executions.apply(work.execution, work.happening, cause)) === 'applied';
    case 'childEnded':
      return childEnded(parts, work.child, work.task, cause);
    case 'unsuccessful':
      await tellUnsuccessful(parts, work.execution);
      return false;
    case 'deleteMachine':
      await deleteMachine(parts, work.machine, cause.queue);
      return false;
    case 'forgetDefinition':
      return forget(parts, work, cause);
  }
}

/** The task that waited for an execution gets its description: its output, or why it did not succeed. */
async function childEnded({ store, executions }: WorkParts, child: string, task: TaskAddress, cause: Cause): Promise<boolean> {
  const execution = await store.find(child);
  if (execution === undefined) return false;
  const version = await waitingVersion(store, task);
  const { thread, stamp } = task;
  const output = described(execution, version);
  const happening =
    execution.status === 'SUCCEEDED'
      ? ({ kind: 'succeeded', thread, stamp, output } as const)
      : ({ kind: 'failed', thread, stamp, failure: new Failure(errorNames.taskFailed, printJson(described(execution, 1))) } as const);
  return (await executions.apply(task.execution, happening, cause)) === 'applied';
}

async function waitingVersion(store: ExecutionStore, task: TaskAddress): Promise<1 | 2> {
  const state = await store.load(task.execution);
  const phase = state?.threads.get(task.thread)?.phase;
  return phase?.kind === 'task' ? phase.version : 1;
}

/** In the case that integrations have; `.sync:2` has data as JSON, `.sync` as text. */
function described(execution: Execution, version: 1 | 2): Json {
  const shown = Object.entries(describedExecution(execution)).filter(([, value]) => value !== undefined);
  const members = shown.map(([name, value]) => {
    const isData = version === 2 && (name === 'input' || name === 'output') && typeof value === 'string';
    return [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, isData ? (parseJson(value) ?? null) : (value as Json)] as const;
  });
  return Object.fromEntries(members);
}

/** Unless it was redriven since. */
async function tellUnsuccessful({ store, unsuccessful }: WorkParts, arn: string): Promise<void> {
  const execution = await store.find(arn);
  if (execution !== undefined && execution.status !== 'RUNNING' && execution.status !== 'SUCCEEDED') await unsuccessful(execution);
}

/** Its executions end, in pages; it is gone when none runs any more. */
async function deleteMachine({ engine, store, executions }: WorkParts, machine: string, work: Queue): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await store.listOf(machine, after, pageMax);
    for (const { content } of page) {
      const entry = JSON.parse(content) as IndexEntry;
      if (entry.status === 'RUNNING')
        await executions.apply(entry.arn, { kind: 'stopped', error: undefined, cause: 'The state machine was deleted.' });
    }
    after = page.at(-1)?.name;
    if (page.length < pageMax) break;
  }
  const name = machineDocument(machine);
  await engine.transact({ collections: [name, definitionDocuments], queues: [work] }, (transaction) => {
    const text = transaction.read(name);
    if (text === undefined) return;
    giveUpDefinition(transaction, work, decodeMachine(text).definition, machine);
    transaction.delete(name);
  });
}

async function forget({ engine, store }: WorkParts, work: ForgetDefinition, { queue, receipt }: Cause): Promise<true> {
  const isRun = await isStillRun(store, work);
  await engine.transact({ collections: [definitionDocuments], queues: [queue] }, (transaction) => {
    forgetDefinition(transaction, queue, work, isRun);
    transaction.settle(queue, receipt);
  });
  return true;
}
