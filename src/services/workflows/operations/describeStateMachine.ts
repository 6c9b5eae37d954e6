import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { anyObject, double, string, structure } from '../../../wire/shape.js';
import { machineOf } from '../lookup.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * DescribeStateMachine.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
 * Errors: InvalidArn, StateMachineDoesNotExist.
 */
const input = structure({ stateMachineArn: string, includedData: string });
const output = structure({
  stateMachineArn: string,
  name: string,
  status: string,
  definition: string,
  roleArn: string,
  type: string,
  creationDate: double,
  loggingConfiguration: anyObject,
  tracingConfiguration: anyObject,
  revisionId: string,
});

/** What every machine has here: nothing is logged, nothing is traced. */
export const switchedOff = {
  loggingConfiguration: { level: 'OFF', includeExecutionData: false },
  tracingConfiguration: { enabled: false },
} as const;

export function describeStateMachine(parts: ServiceParts): Operation {
  return operation({
    name: 'DescribeStateMachine',
    input,
    output,
    async handle({ stateMachineArn }) {
      const { arn, name, status, definition, roleArn, type, createdAt, revisionId } = accept(await machineOf(parts, stateMachineArn));
      return {
        stateMachineArn: arn,
        name,
        status,
        definition: await parts.machines.definitionText(definition),
        roleArn,
        type,
        creationDate: createdAt / 1_000,
        ...switchedOff,
        revisionId,
      };
    },
  });
}
