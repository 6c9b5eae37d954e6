import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { anyObject, double, string, structure } from '../../../wire/shape.js';
import { executionOf } from '../lookup.js';
import type { ServiceParts } from '../service-parts.js';
import { configurationsOf } from './describeStateMachine.js';

/**
 * DescribeStateMachineForExecution: the definition that the execution runs, whatever the machine has become.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html
 * Errors: ExecutionDoesNotExist, InvalidArn.
 */
const input = structure({ executionArn: string, includedData: string });
const output = structure({
  stateMachineArn: string,
  name: string,
  definition: string,
  roleArn: string,
  updateDate: double,
  loggingConfiguration: anyObject,
  tracingConfiguration: anyObject,
});

export function describeStateMachineForExecution(parts: ServiceParts): Operation {
  return operation({
    name: 'DescribeStateMachineForExecution',
    input,
    output,
    async handle({ executionArn }) {
      const { machineArn, machineName, definition, roleArn, startedAt, traced } = accept(await executionOf(parts, executionArn));
      const machine = await parts.machines.find(machineArn);
      return {
        stateMachineArn: machineArn,
        name: machineName,
        definition: await parts.machines.definitionText(definition),
        roleArn,
        updateDate: (machine?.updatedAt ?? startedAt) / 1_000,
        ...configurationsOf(traced),
      };
    },
  });
}
