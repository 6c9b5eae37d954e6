import type { Execution } from '../interpreter/execution.js';
import { historyEventsMax, redrivableMs } from '../limits.js';

/** As DescribeExecution has it; dates in seconds. */
export function describedExecution(execution: Execution) {
  const { arn, machineArn, name, status, startedAt, stoppedAt, input, output, error, cause, redriveCount, redrivenAt } = execution;
  const { traceHeader } = execution;
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: startedAt / 1_000,
    stopDate: stoppedAt === undefined ? undefined : stoppedAt / 1_000,
    input: JSON.stringify(input),
    inputDetails: { included: true },
    output: output === undefined ? undefined : JSON.stringify(output),
    outputDetails: output === undefined ? undefined : { included: true },
    error,
    cause,
    redriveCount,
    traceHeader,
    redriveDate: redrivenAt === undefined ? undefined : redrivenAt / 1_000,
  };
}

/** Why an execution cannot be redriven; undefined when it can. API reference of DescribeExecution, "redriveStatusReason". */
export function redriveProblem({ status, type, stoppedAt = 0, nextEvent }: Execution, now: number): string | undefined {
  if (type === 'EXPRESS') return 'Execution is EXPRESS and cannot be redriven';
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  if (nextEvent >= historyEventsMax) return 'Execution history event limit exceeded';
  return stoppedAt + redrivableMs < now ? 'Execution redrivable period exceeded' : undefined;
}
