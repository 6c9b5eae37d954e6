import type { Catcher, Retrier } from '../language/definition.js';
import { evaluate } from '../language/evaluate.js';
import { errorNames, Failure, isFailure, matchesError } from '../language/failure.js';
import { fraction } from '../language/intrinsic-functions.js';
import type { Json } from '../language/json.js';
import { insertAt } from '../language/reference-path.js';
import { assignedBy, leave } from './data-flow.js';
import type { Thread, Visit } from './execution.js';
import type { RaisedStep, Run } from './run.js';

/** Amazon States Language, "Errors": the first retrier that means the error, then the first catcher, then the thread breaks. */
export async function raise(run: Run, step: RaisedStep): Promise<void> {
  const thread = run.thread(step.thread);
  const state = run.stateOf(thread);
  const { byTask = false, heartbeat = false } = step;
  const failure = byTask || state.type === 'Fail' ? step.failure : explained(run, thread, step.failure);
  noteEvaluation(run, thread, failure);
  run.testing?.failed(state.name, { failure, byTask });
  const raised = { error: failure.error, byTask, heartbeat };
  if ('retry' in state) {
    const index = state.retry.findIndex(({ errorEquals }) => matchesError(errorEquals, raised));
    const retrier = state.retry[index];
    if (retrier !== undefined && retryLater(run, thread, index, retrier)) return;
    noteContainerFailed(run, thread);
    const catchIndex = state.catch.findIndex(({ errorEquals }) => matchesError(errorEquals, raised));
    const catcher = state.catch[catchIndex];
    if (catcher !== undefined) {
      run.observed(thread, 'catchIndex', catchIndex);
      return caught(run, thread, catcher, failure);
    }
  }
  run.push({ kind: 'break', thread: thread.id, failure, byTask, heartbeat });
}

/** The text that names the state, unless the failure was explained where it came from. */
function explained(run: Run, thread: Thread, failure: Failure): Failure {
  const { error, cause, location } = failure;
  if (cause === undefined || error === errorNames.dataLimitExceeded || thread.phase.kind === 'forked') return failure;
  const { state, enteredEvent } = run.visitOf(thread);
  return new Failure(
    error,
    `An error occurred while executing the state '${state}' (entered at the event id #${enteredEvent}). ${cause}`,
    location,
  );
}

function noteEvaluation(run: Run, thread: Thread, { error, cause, location }: Failure): void {
  if (error !== errorNames.queryEvaluationError || location === undefined) return;
  run.append(thread.id, 'EvaluationFailed', { error, cause, location, state: run.visitOf(thread).state });
}

/** The Failed event of a Parallel or Map comes when nothing is tried again. */
function noteContainerFailed(run: Run, thread: Thread): void {
  if (thread.phase.kind === 'forked') run.append(thread.id, `${run.stateOf(thread).type}StateFailed`);
}

/** False when the retrier's attempts are used up. */
function retryLater(run: Run, thread: Thread, index: number, retrier: Retrier): boolean {
  const visit = run.visitOf(thread);
  const used = visit.attempts[index] ?? run.testing?.retryCount ?? 0;
  run.observed(thread, 'retryIndex', index);
  if (used >= retrier.maxAttempts) return false;
  const attempts = Array.from(
    { length: Math.max(visit.attempts.length, index + 1) },
    (_, at) => (visit.attempts[at] ?? 0) + (at === index ? 1 : 0),
  );
  const retried: Visit = { ...visit, attempts, retryCount: visit.retryCount + 1 };
  run.dropChildren(thread.id);
  const until = run.now + delayMs(retrier, used + 1, run);
  run.observed(thread, 'retryBackoffIntervalSeconds', Math.round((until - run.now) / 1_000));
  run.change(thread.id, { visit: retried });
  run.timer(run.wait(thread.id, { kind: 'retrying', until }), until);
  return true;
}

/** Before attempt `attempt`, from 1. Jitter is drawn once: what is kept is when the attempt begins. */
function delayMs({ intervalSeconds, backoffRate, maxDelaySeconds, fullJitter }: Retrier, attempt: number, run: Run): number {
  const seconds = Math.min(intervalSeconds * backoffRate ** (attempt - 1), maxDelaySeconds ?? delaySecondsMax);
  return Math.round(seconds * 1_000 * (fullJitter ? fraction(run.random) : 1));
}

/** A year: nothing runs longer. */
const delaySecondsMax = 31_536_000;

async function caught(run: Run, thread: Thread, catcher: Catcher, failure: Failure): Promise<void> {
  const { flow } = run.stateOf(thread);
  const errorOutput: Json = { Error: failure.error ?? null, Cause: failure.cause ?? null };
  run.dropChildren(thread.id);
  const scope = run.scope(thread, errorOutput, { errorOutput });
  const { input } = run.visitOf(thread);
  const written =
    catcher.resultPath === null ? input : catcher.resultPath === undefined ? errorOutput : insertAt(input, catcher.resultPath, errorOutput);
  const output = flow.language === 'JSONata' && catcher.output !== undefined ? await evaluate(catcher.output, scope) : written;
  const assigned = await assignedBy(catcher.assign, scope);
  const problem = isFailure(output) ? output : isFailure(assigned) ? assigned : undefined;
  run.change(thread.id, { phase: { kind: 'working' } });
  if (problem === undefined) leave(run, run.thread(thread.id), { output, assigned, next: catcher.next });
  else run.push({ kind: 'break', thread: thread.id, failure: explained(run, run.thread(thread.id), problem) });
}
