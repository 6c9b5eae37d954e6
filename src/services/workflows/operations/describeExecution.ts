import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { anyObject, double, integer, string, structure } from '../../../wire/shape.js';
import { executionOf } from '../lookup.js';
import { describedExecution, redriveProblem } from '../model/described-execution.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * DescribeExecution.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 * Errors: ExecutionDoesNotExist, InvalidArn.
 */
const input = structure({ executionArn: string, includedData: string });
const output = structure({
  executionArn: string,
  stateMachineArn: string,
  name: string,
  status: string,
  startDate: double,
  stopDate: double,
  input: string,
  inputDetails: anyObject,
  output: string,
  outputDetails: anyObject,
  error: string,
  cause: string,
  traceHeader: string,
  redriveCount: integer,
  redriveDate: double,
  redriveStatus: string,
  redriveStatusReason: string,
});

export function describeExecution(parts: ServiceParts): Operation {
  return operation({
    name: 'DescribeExecution',
    input,
    output,
    async handle({ executionArn }) {
      const execution = accept(await executionOf(parts, executionArn));
      const redriveStatusReason = redriveProblem(execution, parts.clock.now());
      const redriveStatus = redriveStatusReason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE';
      return { ...describedExecution(execution), redriveStatus, redriveStatusReason };
    },
  });
}
