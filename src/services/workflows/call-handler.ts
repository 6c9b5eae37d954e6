import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { Engine, Queue } from '../../engine/engine.js';
import type { Handler } from '../../engine/queue-worker.js';
import type { Activities } from './activities.js';
import type { Cause, ExecutionStore } from './execution-store.js';
import { type ExecutionTracing, failureText } from './execution-tracing.js';
import type { Executions } from './executions.js';
import type { ExecutionState } from './interpreter/execution.js';
import type { CallCommand, Happening } from './interpreter/step.js';
import { errorNames, Failure, runtime } from './language/failure.js';
import { decodeCall } from './messages.js';
import { type TargetOutcome, type Targets, targetOf } from './targets.js';

export interface CallParts {
  readonly engine: Pick<Engine, 'settle'>;
  readonly store: ExecutionStore;
  readonly executions: Executions;
  readonly activities: Activities;
  readonly targets: Targets;
  readonly tracing: Pick<ExecutionTracing, 'calling'>;
  readonly clock: Clock;
  readonly report: (what: string, fault: unknown) => void;
}

/**
 * Makes the calls of tasks. A call whose attempt is over is not made; one that was made and whose outcome was not kept is made again,
 * under the same key.
 */
export function callHandler(parts: CallParts): Handler {
  return async ({ content, receipt }, queue, signal) => {
    const call = decodeCall(content);
    const cause = { queue, receipt };
    const state = await openState(parts, call);
    if (state === undefined) return settled(parts, cause);
    if (signal.aborted) return 'again';
    if (call.resource.kind === 'activity')
      return (await parts.activities.offer(call, cause)) ? 'settled' : tell(parts, call, noActivity, cause);
    const outcome = await outcomeOf(parts, call, state, signal);
    if (outcome.kind === 'stopped') return 'again';
    return tell(parts, call, outcome.kind === 'failed' ? { kind: 'failed', failure: outcome.failure } : answered(call, outcome), cause);
  };
}

const noActivity = { kind: 'failed', failure: runtime('The activity ARN does not exist.') } as const;

type Outcome = Happening extends infer H
  ? H extends { readonly thread: number; readonly stamp: number }
    ? Omit<H, 'thread' | 'stamp'>
    : never
  : never;

/** Somebody else ends a task that waits for its token or for a job. */
function answered({ resource }: CallCommand, { output }: Extract<TargetOutcome, { kind: 'answered' }>): Outcome {
  const waits = resource.kind === 'integration' && resource.pattern !== 'requestResponse';
  return { kind: waits ? 'submitted' : 'succeeded', output };
}

async function tell(parts: CallParts, { task }: CallCommand, outcome: Outcome, cause: Cause): Promise<'settled'> {
  const { execution, thread, stamp } = task;
  const applied = await parts.executions.apply(execution, { ...outcome, thread, stamp } as Happening, cause);
  return applied === 'applied' ? 'settled' : settled(parts, cause);
}

async function settled(
  { engine }: CallParts,
  { queue, receipt }: { readonly queue: Queue; readonly receipt: Cause['receipt'] },
): Promise<'settled'> {
  await engine.settle(queue, [receipt]);
  return 'settled';
}

/** Of the execution whose attempt this is, as long as the attempt is open. */
async function openState({ store, clock }: CallParts, { task, timeoutAt }: CallCommand): Promise<ExecutionState | undefined> {
  if (timeoutAt !== undefined && timeoutAt <= clock.now()) return undefined;
  const state = await store.load(task.execution);
  const thread = state?.threads.get(task.thread);
  const open = state?.execution.status === 'RUNNING' && thread?.phase.kind === 'task' && thread.stamp === task.stamp;
  return open ? state : undefined;
}

/** A fault of a target is a failure of the task: it must not come again and again. */
async function outcomeOf(
  { targets, tracing, report }: CallParts,
  call: CallCommand,
  state: ExecutionState,
  signal: AbortSignal,
): Promise<TargetOutcome> {
  const { resource, parameters, task, scheduledEvent } = call;
  const target = targetOf(targets, resource);
  if (target === undefined) return { kind: 'failed', failure: runtime(`The resource ${resource.arn} is not supported by this server`) };
  const key = keyOf(task.execution, scheduledEvent);
  const { machineArn } = state.execution;
  const { traceHeader, span } = tracing.calling(state, call);
  try {
    const outcome = await unlessStopped(target.call({ resource, parameters, key, task, machineArn, traceHeader, signal }), signal);
    span?.end({ error: reasonOf(outcome) });
    return outcome;
  } catch (fault) {
    report(`a call of ${resource.arn}`, fault);
    span?.end({ error: 'a fault of the broker' });
    return { kind: 'failed', failure: new Failure(errorNames.taskFailed, 'The call failed by a fault of the broker.') };
  }
}

function reasonOf(outcome: TargetOutcome): string | undefined {
  if (outcome.kind === 'answered') return undefined;
  return outcome.kind === 'failed' ? failureText(outcome.failure.error, outcome.failure.cause) : 'the broker stops: the call is made again';
}

/** Nobody waits for a call when the broker stops: it is made again. */
function unlessStopped(call: Promise<TargetOutcome>, signal: AbortSignal): Promise<TargetOutcome> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve({ kind: 'stopped' });
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** A UUID made from what is the same whenever this attempt is made. */
function keyOf(execution: string, scheduledEvent: number): string {
  const hex = createHash('sha256').update(`${execution}#${scheduledEvent}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
