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

/** Nothing is logged. */
export function configurationsOf(traced: boolean | undefined) {
  return { loggingConfiguration: { level: 'OFF', includeExecutionData: false }, tracingConfiguration: { enabled: traced === true } };
}

export function describeStateMachine(parts: ServiceParts): Operation {
  return operation({
    name: 'DescribeStateMachine',
    input,
    output,
    async handle({ stateMachineArn }) {
      const machine = accept(await machineOf(parts, stateMachineArn));
      const { arn, name, status, definition, roleArn, type, createdAt, revisionId, traced } = machine;
      return {
        stateMachineArn: arn,
        name,
        status,
        definition: await parts.machines.definitionText(definition),
        roleArn,
        type,
        creationDate: createdAt / 1_000,
        ...configurationsOf(traced),
        revisionId,
      };
    },
  });
}
