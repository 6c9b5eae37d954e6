import type { Invocation, InvocationOutcome } from './invocation.js';
import type { InvocationLog, Usage } from './invocation-log.js';

/** An invocation on its way, and who waits for its outcome. */
export interface Job {
  readonly invocation: Invocation;
  readonly resolve: (outcome: InvocationOutcome) => void;
  /** Root of its trace: the same for all invocations that come of one request. */
  readonly chain: string | undefined;
  /** Set where an environment failed to start for it: the second start is in the invocation's own time. */
  startedAt: number | undefined;
}

/** How the work on an invocation ended. */
export interface Result extends Pick<Usage, 'status'> {
  readonly payload: Buffer;
}

/** Writes the end into the log and tells who waits. */
export function conclude({ resolve }: Job, { payload, status }: Result, log: InvocationLog, usage: Omit<Usage, 'status'>): void {
  log.end({ ...usage, status });
  const { durationMs, initMs } = usage;
  resolve({ kind: status === 'success' ? 'answered' : 'failed', payload, log: log.tail(), durationMs, initMs });
}
