import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { missing } from '../errors.js';
import { decodeMachine, encodeMachine, machineDocument } from '../machines.js';
import { encodeWork } from '../messages.js';
import { readArn } from '../model/arn.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * DeleteStateMachine: its executions end, then it is gone. A success also when there is none.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
 * Errors: InvalidArn, ValidationException.
 */
const input = structure({ stateMachineArn: string });

export function deleteStateMachine({ engine, queues }: ServiceParts): Operation {
  return operation({
    name: 'DeleteStateMachine',
    input,
    output: structure({}),
    async handle({ stateMachineArn }) {
      if (stateMachineArn === undefined) throw missing('stateMachineArn');
      const arn = accept(readArn(stateMachineArn, 'stateMachine'));
      const name = machineDocument(arn);
      const { work } = queues;
      await engine.transact({ collections: [name], queues: [work] }, (transaction) => {
        const text = transaction.read(name);
        const machine = text === undefined ? undefined : decodeMachine(text);
        if (machine === undefined || machine.status === 'DELETING') return;
        transaction.write(name, encodeMachine({ ...machine, status: 'DELETING' }));
        transaction.send(work, { content: encodeWork({ kind: 'deleteMachine', machine: arn }) });
      });
      return {};
    },
  });
}
