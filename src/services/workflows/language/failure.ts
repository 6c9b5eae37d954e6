/**
 * Why a state failed: an error name, and for people a cause. Expected, so it is returned and never thrown. Names that begin with
 * `States.` are the language's own (Amazon States Language, appendix A).
 */
export class Failure {
  constructor(
    readonly error: string | undefined,
    readonly cause: string | undefined,
    /** Where a JSONata expression failed: the field that holds it. */
    readonly location?: string,
  ) {}
}

export function isFailure(value: unknown): value is Failure {
  return value instanceof Failure;
}

export const errorNames = {
  all: 'States.ALL',
  branchFailed: 'States.BranchFailed',
  dataLimitExceeded: 'States.DataLimitExceeded',
  exceedToleratedFailureThreshold: 'States.ExceedToleratedFailureThreshold',
  heartbeatTimeout: 'States.HeartbeatTimeout',
  intrinsicFailure: 'States.IntrinsicFailure',
  itemReaderFailed: 'States.ItemReaderFailed',
  noChoiceMatched: 'States.NoChoiceMatched',
  queryEvaluationError: 'States.QueryEvaluationError',
  resultPathMatchFailure: 'States.ResultPathMatchFailure',
  runtime: 'States.Runtime',
  taskFailed: 'States.TaskFailed',
  timeout: 'States.Timeout',
} as const;

/** A bad path or value: nothing catches it. */
export function runtime(cause: string): Failure {
  return new Failure(errorNames.runtime, cause);
}

export function intrinsicFailure(cause: string): Failure {
  return new Failure(errorNames.intrinsicFailure, cause);
}

export function tooLarge(what: string): Failure {
  return new Failure(
    errorNames.dataLimitExceeded,
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** What failed, as far as it matters to which errors a retrier or catcher means. */
export interface Raised {
  readonly error: string | undefined;
  /** By a task, not by the state around it. */
  readonly byTask: boolean;
  /** Its heartbeat did not come in time: written down as a time-out, caught as either. */
  readonly heartbeat: boolean;
}

/** Whether a retrier or catcher with these `ErrorEquals` is meant. */
export function matchesError(names: readonly string[], { error = '', byTask, heartbeat }: Raised): boolean {
  if (error === errorNames.runtime) return false;
  if (names.includes(error)) return true;
  if (heartbeat && names.includes(errorNames.heartbeatTimeout)) return true;
  if (byTask && error !== errorNames.timeout && names.includes(errorNames.taskFailed)) return true;
  return names.includes(errorNames.all) && (error !== errorNames.dataLimitExceeded || byTask);
}
