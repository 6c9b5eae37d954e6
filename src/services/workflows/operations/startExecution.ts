import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure } from '../../../wire/shape.js';
import { machineOf, startOf } from '../lookup.js';
import { readTraceHeader } from '../model/trace-header.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * StartExecution: once it is answered, the execution runs to its end whatever becomes of the broker.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 * Errors: ExecutionAlreadyExists, InvalidArn, InvalidExecutionInput, InvalidName, StateMachineDeleting, StateMachineDoesNotExist,
 * ServiceUnavailable.
 */
const input = structure({ stateMachineArn: string, name: string, input: string, traceHeader: string });
const output = structure({ executionArn: string, startDate: double });

export function startExecution(parts: ServiceParts): Operation {
  return operation({
    name: 'StartExecution',
    input,
    output,
    async handle({ stateMachineArn, name, input, traceHeader: given }, call) {
      const traceHeader = accept(readTraceHeader(given, call));
      const machine = accept(await machineOf(parts, stateMachineArn));
      const { execution } = accept(await startOf(parts, { machine, name, input, traceHeader }));
      return { executionArn: execution.arn, startDate: execution.startedAt / 1_000 };
    },
  });
}
