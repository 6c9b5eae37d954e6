import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure } from '../../../wire/shape.js';
import { definitionDocuments, giveUpDefinition, hashOf, takeDefinition } from '../definitions.js';
import { machineDeleting, noMachine, nothingToUpdate, storageFull } from '../errors.js';
import { machineOf } from '../lookup.js';
import { decodeMachine, encodeMachine, machineDocument } from '../machines.js';
import { checkExtras, machineMembers, readMachineDefinition, readRole } from '../model/machine-request.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * UpdateStateMachine: another definition, role or tracing. Executions that run go on with what they began with.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
 * Errors: InvalidArn, InvalidDefinition, MissingRequiredParameter, StateMachineDeleting, StateMachineDoesNotExist, ValidationException.
 */
const input = structure({ stateMachineArn: string, ...machineMembers });
const output = structure({ updateDate: double, revisionId: string });

export function updateStateMachine(parts: ServiceParts): Operation {
  const { engine, queues, targets, clock, random } = parts;
  return operation({
    name: 'UpdateStateMachine',
    input,
    output,
    async handle(input) {
      const { arn, type } = accept(await machineOf(parts, input.stateMachineArn));
      const { definition, loggingConfiguration, tracingConfiguration, encryptionConfiguration } = input;
      const given = [definition, input.roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration];
      if (given.every((member) => member === undefined)) throw nothingToUpdate();
      accept(checkExtras(input));
      const roleArn = input.roleArn === undefined ? undefined : accept(readRole(input.roleArn));
      if (definition !== undefined) accept(await readMachineDefinition(definition, targets, type));
      if (!engine.documents.hasRoom()) throw storageFull();
      const hash = definition === undefined ? undefined : hashOf(definition);
      const [updatedAt, revisionId] = [clock.now(), random.uuid()];
      const name = machineDocument(arn);
      const { work } = queues;
      const outcome = await engine.transact({ collections: [name, definitionDocuments], queues: [work] }, (transaction) => {
        const text = transaction.read(name);
        if (text === undefined) return 'gone';
        const machine = decodeMachine(text);
        if (machine.status === 'DELETING') return 'deleting';
        const changed = {
          ...machine,
          updatedAt,
          revisionId,
          definition: hash ?? machine.definition,
          roleArn: roleArn ?? machine.roleArn,
          traced: tracingConfiguration?.enabled ?? machine.traced,
        };
        if (definition !== undefined && hash !== machine.definition) {
          giveUpDefinition(transaction, work, machine.definition, arn);
          takeDefinition(transaction, definition, arn);
        }
        transaction.write(name, encodeMachine(changed));
        return 'updated';
      });
      if (outcome === 'gone') throw noMachine(arn);
      if (outcome === 'deleting') throw machineDeleting(arn);
      return { updateDate: updatedAt / 1_000, revisionId };
    },
  });
}
