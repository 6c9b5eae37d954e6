import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure, wrappedList } from '../../../wire/shape.js';
import { definitionDocuments, hashOf, takeDefinition } from '../definitions.js';
import { invalidName, machineDeleting, machineExists, missing, storageFull } from '../errors.js';
import { decodeMachine, encodeMachine, type MachineRecord, machineDocument } from '../machines.js';
import { isName, machineArn } from '../model/arn.js';
import { checkExtras, machineMembers, readMachineDefinition, readRole } from '../model/machine-request.js';
import { readType } from '../model/machine-type.js';
import { readTags } from '../model/tags.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * CreateStateMachine: a new state machine, or the one there is when definition, type and tracing are the same, letter by letter.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
 * Errors: InvalidArn, InvalidDefinition, InvalidName, StateMachineAlreadyExists, StateMachineDeleting, TooManyTags, ValidationException.
 */
const input = structure({ name: string, type: string, tags: wrappedList(structure({ key: string, value: string })), ...machineMembers });
const output = structure({ stateMachineArn: string, creationDate: double });

export function createStateMachine({ engine, targets, clock }: ServiceParts): Operation {
  return operation({
    name: 'CreateStateMachine',
    input,
    output,
    async handle(input, call) {
      const { name, definition } = input;
      if (name === undefined) throw missing('name');
      if (definition === undefined) throw missing('definition');
      if (!isName(name)) throw invalidName(name);
      const arn = machineArn(call, name);
      const type = accept(readType(input.type));
      const roleArn = accept(readRole(input.roleArn));
      accept(checkExtras(input));
      const tags = accept(readTags(input.tags, {}, arn));
      accept(await readMachineDefinition(definition, targets, type));
      if (!engine.documents.hasRoom()) throw storageFull();
      const now = clock.now();
      const hash = hashOf(definition);
      const traced = input.tracingConfiguration?.enabled === true;
      const dates = { createdAt: now, updatedAt: now };
      const record: MachineRecord = { arn, name, type, roleArn, definition: hash, ...dates, status: 'ACTIVE', tags, traced };
      const document = machineDocument(arn);
      const kept = await engine.transact({ collections: [document, definitionDocuments], queues: [] }, (transaction) => {
        const known = transaction.read(document);
        if (known !== undefined) return decodeMachine(known);
        takeDefinition(transaction, definition, arn);
        transaction.write(document, encodeMachine(record));
        return record;
      });
      if (kept.status === 'DELETING') throw machineDeleting(arn);
      const isSame = kept.definition === hash && kept.type === type && (kept.traced ?? false) === traced;
      if (!isSame) throw machineExists(arn);
      return { stateMachineArn: arn, creationDate: kept.createdAt / 1_000 };
    },
  });
}
