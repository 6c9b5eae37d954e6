import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { anyObject, double, string, structure } from '../../../wire/shape.js';
import { storageFull, typeNotSupported } from '../errors.js';
import { machineOf, startOf } from '../lookup.js';
import { describedExecution } from '../model/described-execution.js';
import { readTraceHeader } from '../model/trace-header.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * StartSyncExecution: runs an EXPRESS machine and answers with its end, also when it failed.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
 * Errors: InvalidArn, InvalidExecutionInput, InvalidName, StateMachineDeleting, StateMachineDoesNotExist, StateMachineTypeNotSupported.
 */
const input = structure({ stateMachineArn: string, name: string, input: string, traceHeader: string, includedData: string });
const output = structure({
  executionArn: string,
  stateMachineArn: string,
  name: string,
  startDate: double,
  stopDate: double,
  status: string,
  error: string,
  cause: string,
  input: string,
  inputDetails: anyObject,
  output: string,
  outputDetails: anyObject,
  traceHeader: string,
  billingDetails: anyObject,
});

/** Billed in steps of so many milliseconds, and at the least memory: nothing is billed here. */
const billedStepMs = 100;
const billedMemoryMb = 64;

export function startSyncExecution(parts: ServiceParts): Operation {
  return operation({
    name: 'StartSyncExecution',
    input,
    output,
    async handle({ stateMachineArn, name, input, traceHeader: given }, call) {
      const traceHeader = accept(readTraceHeader(given, call));
      const machine = accept(await machineOf(parts, stateMachineArn));
      if (machine.type !== 'EXPRESS') throw typeNotSupported();
      const { ended } = accept(await startOf(parts, { machine, name, input, traceHeader, waits: call.signal }));
      const execution = await ended;
      if (execution === undefined) throw storageFull(); // the client has gone: nobody reads this
      const durationMs = (execution.stoppedAt ?? execution.startedAt) - execution.startedAt;
      const billedDurationInMilliseconds = Math.max(1, Math.ceil(durationMs / billedStepMs)) * billedStepMs;
      const { redriveCount, redriveDate, ...described } = describedExecution(execution);
      return { ...described, billingDetails: { billedDurationInMilliseconds, billedMemoryUsedInMB: billedMemoryMb } };
    },
  });
}
