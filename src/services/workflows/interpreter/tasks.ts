import type { TaskState } from '../language/definition.js';
import { evaluate } from '../language/evaluate.js';
import type { Expression } from '../language/expression.js';
import { errorNames, Failure, isFailure, runtime, tooLarge } from '../language/failure.js';
import { boundedText, type Json } from '../language/json.js';
import type { Resource } from '../language/resource.js';
import { causeCharsMax, errorCharsMax, payloadBytesMax, secondsMax } from '../limits.js';
import { argumentsOf, effectiveInput } from './data-flow.js';
import type { TaskPhase, Thread } from './execution.js';
import { settle } from './plain-states.js';
import type { Run } from './run.js';
import { encodeToken } from './token.js';

/** Schedules an attempt. What it is given is evaluated now and kept: nothing is evaluated again when the broker starts anew. */
export async function beginTask(run: Run, thread: Thread, state: TaskState): Promise<void> {
  const { resource, flow } = state;
  const { execution } = run;
  const secret = run.random.bytes(secretBytes).toString('base64url');
  const stamp = thread.stamp + 1;
  const token = encodeToken({ execution: execution.arn, thread: thread.id, stamp, secret });
  const takesToken = resource.kind === 'activity' || (resource.kind === 'integration' && resource.pattern !== 'requestResponse');
  const parameters = await argumentsOf(run, thread, flow, takesToken ? { token } : {});
  if (isFailure(parameters)) return settle(run, thread, parameters);
  const text = boundedText(parameters, payloadBytesMax);
  if (text === undefined) return settle(run, thread, tooLarge(state.name));
  const timeoutSeconds = await secondsOf(run, thread, state, state.timeoutSeconds, 'TimeoutSeconds');
  const heartbeatSeconds = await secondsOf(run, thread, state, state.heartbeatSeconds, 'HeartbeatSeconds');
  if (isFailure(timeoutSeconds)) return settle(run, thread, timeoutSeconds);
  if (isFailure(heartbeatSeconds)) return settle(run, thread, heartbeatSeconds);
  const scheduledEvent = run.append(thread.id, `${eventPrefix(resource)}Scheduled`, {
    ...scheduledDetails(resource, text),
    ...(timeoutSeconds !== undefined && { timeoutInSeconds: timeoutSeconds }),
    ...(heartbeatSeconds !== undefined && { heartbeatInSeconds: heartbeatSeconds }),
  });
  const timeoutAt = timeoutSeconds === undefined ? undefined : run.now + timeoutSeconds * 1_000;
  const heartbeatMs = heartbeatSeconds === undefined || !takesToken ? undefined : heartbeatSeconds * 1_000;
  const heartbeatAt = heartbeatMs === undefined ? undefined : run.now + heartbeatMs;
  const version = resource.kind === 'integration' ? resource.version : 1;
  const waiting = run.wait(thread.id, {
    kind: 'task',
    scheduledEvent,
    started: false,
    version,
    secret,
    timeoutAt,
    heartbeatAt,
    heartbeatMs,
  });
  const task = { execution: execution.arn, thread: thread.id, stamp };
  run.command({ kind: 'call', task, resource, parameters, token, scheduledEvent, timeoutAt });
  const firstAt = earlier(timeoutAt, heartbeatAt);
  if (firstAt !== undefined) run.timer(waiting, firstAt);
}

/** Unguessable. */
const secretBytes = 18;

async function secondsOf(
  run: Run,
  thread: Thread,
  state: TaskState,
  expression: Expression | undefined,
  field: string,
): Promise<number | undefined | Failure> {
  if (expression === undefined) return undefined;
  const input = await effectiveInput(run, thread, state.flow);
  const value = isFailure(input) ? input : await evaluate(expression, run.scope(thread, input));
  if (isFailure(value)) return value;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= secondsMax) return value;
  return runtime(`The field '${field}' must be a whole number of seconds between 1 and ${secondsMax}, but was: ${JSON.stringify(value)}`);
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** What the events of a task are called: functions by their plain ARN and activities have names of their own. */
function eventPrefix(resource: Resource): 'Task' | 'LambdaFunction' | 'Activity' {
  return resource.kind === 'function' ? 'LambdaFunction' : resource.kind === 'activity' ? 'Activity' : 'Task';
}

function scheduledDetails(resource: Resource, text: string) {
  if (resource.kind !== 'integration') return { resource: resource.arn, input: text };
  return { ...detailsOf(resource), region: resource.arn.split(':')[3] || 'us-east-1', parameters: text };
}

/** Members that the later events of an integration repeat. */
function detailsOf(resource: Resource): { readonly resourceType?: string; readonly resource?: string } {
  if (resource.kind !== 'integration') return {};
  const { service, action, pattern, version } = resource;
  const suffix = pattern === 'requestResponse' ? '' : `.${pattern}${version === 2 ? ':2' : ''}`;
  return { resourceType: service, resource: `${action}${suffix}` };
}

/** The attempt that a thread waits for; undefined when it waits for another one, or for nothing. */
export function openTask(
  run: Run,
  id: number,
  stamp: number,
): { readonly thread: Thread; readonly phase: TaskPhase; readonly state: TaskState } | undefined {
  const thread = run.threads.get(id);
  if (run.execution.status !== 'RUNNING' || thread?.phase.kind !== 'task' || thread.stamp !== stamp) return undefined;
  const state = run.stateOf(thread);
  return state.type === 'Task' ? { thread, phase: thread.phase, state } : undefined;
}

/** Noted once. */
export function noteStarted(run: Run, { thread, phase, state }: OpenTask, workerName?: string): void {
  if (phase.started) return;
  const prefix = eventPrefix(state.resource);
  run.append(
    thread.id,
    `${prefix}Started`,
    prefix === 'LambdaFunction' ? undefined : prefix === 'Activity' ? { workerName } : detailsOf(state.resource),
  );
  run.change(thread.id, { phase: { ...phase, started: true } });
}

export type OpenTask = NonNullable<ReturnType<typeof openTask>>;

export function noteSubmitted(run: Run, task: OpenTask, output: Json): void {
  noteStarted(run, task);
  run.append(task.thread.id, 'TaskSubmitted', { ...detailsOf(task.state.resource), output: JSON.stringify(output) });
}

export function taskSucceeded(run: Run, task: OpenTask, output: Json): void {
  const { thread, state } = task;
  const text = boundedText(output, payloadBytesMax);
  if (text === undefined) {
    taskFailed(run, task, tooLarge(resourceName(state.resource)));
    return;
  }
  noteStarted(run, task);
  run.append(thread.id, `${eventPrefix(state.resource)}Succeeded`, { ...detailsOf(state.resource), output: text });
  close(run, thread);
  run.push({ kind: 'finish', thread: thread.id, result: output });
}

function resourceName(resource: Resource): string {
  return resource.kind === 'integration' ? resource.service : resource.arn;
}

/** `notStarted`: the call could not be made at all. */
export function taskFailed(run: Run, task: OpenTask, failure: Failure, notStarted = false): void {
  const { thread, state } = task;
  const error = failure.error?.slice(0, errorCharsMax);
  const cause = failure.cause?.slice(0, causeCharsMax); // a function's can be megabytes
  if (!notStarted) noteStarted(run, task);
  run.append(thread.id, `${eventPrefix(state.resource)}Failed`, { ...detailsOf(state.resource), error, cause });
  close(run, thread);
  run.push({ kind: 'raise', thread: thread.id, failure: new Failure(error, cause), byTask: true });
}

/** A heartbeat that is missing is written down as a time-out too. */
export function taskTimedOut(run: Run, task: OpenTask, heartbeat: boolean): void {
  const { thread, state } = task;
  noteStarted(run, task);
  run.append(thread.id, `${eventPrefix(state.resource)}TimedOut`, { ...detailsOf(state.resource), error: errorNames.timeout });
  close(run, thread);
  run.push({ kind: 'raise', thread: thread.id, failure: new Failure(errorNames.timeout, undefined), byTask: true, heartbeat });
}

function close(run: Run, { id }: Thread): void {
  run.noTimer(run.thread(id));
  run.wait(id, { kind: 'working' });
}

/** The timer of an attempt: too late for its end or for its next heartbeat, or to be set again. */
export function taskTimer(run: Run, task: OpenTask): void {
  const { timeoutAt, heartbeatAt } = task.phase;
  if (timeoutAt !== undefined && timeoutAt <= run.now) taskTimedOut(run, task, false);
  else if (heartbeatAt !== undefined && heartbeatAt <= run.now) taskTimedOut(run, task, true);
  else {
    const at = earlier(timeoutAt, heartbeatAt);
    if (at !== undefined) run.timer(task.thread, at);
  }
}

export function heartbeat(run: Run, { thread, phase }: OpenTask): void {
  const { heartbeatMs } = phase;
  if (heartbeatMs !== undefined) run.change(thread.id, { phase: { ...phase, heartbeatAt: run.now + heartbeatMs } });
}
