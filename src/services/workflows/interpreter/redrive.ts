import type { Thread } from './execution.js';
import type { Run } from './run.js';

/**
 * Goes on where an execution failed: the states that did not end begin again with the same input; branches and iterations that succeeded
 * are not run again. Developer guide, "Restarting state machine executions with redrive".
 */
export function restart(run: Run, clientToken: string | undefined): boolean {
  const { execution, machine } = run;
  if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') return false;
  const redriveCount = execution.redriveCount + 1;
  const seconds = machine.timeoutSeconds;
  const deadlineAt = seconds === undefined ? undefined : run.now + seconds * 1_000;
  const closed = { stoppedAt: undefined, error: undefined, cause: undefined, output: undefined };
  const tokens = [...(execution.redriveTokens ?? []), ...(clientToken === undefined ? [] : [{ token: clientToken, at: run.now }])];
  const redriveTokens = tokens.slice(-tokensMax);
  run.update({ ...closed, status: 'RUNNING', redriveCount, redrivenAt: run.now, deadlineAt, redriveTokens });
  run.appendAt(execution.nextEvent - 1, 'ExecutionRedriven', { redriveCount });
  for (const thread of run.threads.values()) if (thread.parent === undefined) restartThread(run, thread);
  if (deadlineAt !== undefined) run.command({ kind: 'deadline', at: deadlineAt });
  return true;
}

/** API reference of RedriveExecution, "clientToken". */
const tokensMax = 10;

function restartThread(run: Run, thread: Thread): void {
  switch (thread.phase.kind) {
    case 'succeeded':
      return;
    case 'ready':
      run.push({ kind: 'enter', thread: thread.id });
      return;
    case 'forked': {
      const children = run.childrenOf(thread.id);
      const unfinished = children.filter(({ phase }) => phase.kind !== 'succeeded');
      if (unfinished.length === 0) beginAnew(run, thread); // it failed itself
      for (const child of unfinished) restartThread(run, child);
      run.change(thread.id, { visit: { ...run.visitOf(thread), attempts: [], retryCount: 0 } });
      return;
    }
    default:
      beginAnew(run, thread);
  }
}

function beginAnew(run: Run, thread: Thread): void {
  run.dropChildren(thread.id);
  run.change(thread.id, { visit: { ...run.visitOf(thread), attempts: [], retryCount: 0 }, phase: { kind: 'working' } });
  run.push({ kind: 'begin', thread: thread.id });
}
