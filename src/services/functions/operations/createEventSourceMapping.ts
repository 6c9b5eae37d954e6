import type { QueueAddress } from '../../../base/ids.js';
import type { Engine } from '../../../engine/engine.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { invalidValue, mappingExists } from '../errors.js';
import { isFifoQueue, type Mapping } from '../mappings/mapping.js';
import type { MappingRecords } from '../mappings/mapping-records.js';
import type { Mappings } from '../mappings/mappings.js';
import { checkPair } from '../mappings/pair.js';
import { newMapping, readSettings } from '../mappings/settings.js';
import { createInput, mappingConfiguration } from '../mappings/shapes.js';
import { shownMapping } from '../mappings/shown.js';
import { Constraints } from '../model/constraints.js';
import { qualifiedArn, readReference } from '../model/function-name.js';
import { addTags } from '../model/tags.js';
import type { Parts } from '../parts.js';

/**
 * CreateEventSourceMapping: from now on, messages of a queue go to a function.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 * Errors: ValidationException, InvalidParameterValue, ResourceConflict, ServiceException.
 */
export interface MappingParts extends Pick<Parts, 'catalogue' | 'clock' | 'random'> {
  readonly engine: Pick<Engine, 'findQueue'>;
  readonly records: MappingRecords;
  readonly mappings: Mappings;
}

export function createEventSourceMapping({ engine, catalogue, records, mappings, clock, random }: MappingParts): Operation {
  return operation({
    name: 'CreateEventSourceMapping',
    input: createInput,
    output: mappingConfiguration,
    rest: { method: 'POST', path: '/2015-03-31/event-source-mappings', status: 202 },
    async handle(input, call) {
      accept(new Constraints().required('functionName', input.FunctionName).refusal());
      const queue = accept(readQueue(input.EventSourceArn, call.region));
      const reference = accept(readReference(input.FunctionName ?? '', undefined, call));
      const settings = accept(readSettings(input, newMapping, isFifoQueue(queue)));
      const tags = accept(addTags({}, input.Tags ?? {}));
      await checkPair({ engine, catalogue }, queue, reference, call.accountId);
      records.requireRoom();
      const place = { account: call.accountId, region: call.region };
      const mapping: Mapping = {
        id: random.uuid(),
        queue,
        functionArn: qualifiedArn(reference.address, reference.qualifier),
        enabled: input.Enabled ?? true,
        deleting: false,
        settings,
        tags,
        modifiedAt: clock.now(),
      };
      await records.change(place, (known): true | Refusal => {
        const rival = known.rivalOf(mapping);
        if (rival !== undefined) return mappingExists(queue, reference.address.name, rival);
        known.put(mapping);
        return true;
      });
      mappings.apply(place, mapping);
      return shownMapping(place, mapping, { state: 'Creating', problem: undefined });
    },
  });
}

const arnPattern = 'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)';

/** Other services' streams are no event sources here. */
function readQueue(arn: string | undefined, region: string): QueueAddress | Refusal {
  const broken = new Constraints().pattern('eventSourceArn', arn, arnPattern).refusal();
  if (broken !== undefined) return broken;
  const [, , service, place, , name = '', more] = arn?.split(':') ?? [];
  const known = service === 'sqs' && place === region && more === undefined && /^[A-Za-z0-9_-]{1,80}(\.fifo)?$/.test(name);
  return known ? (arn as QueueAddress) : invalidValue('Unrecognized event source.');
}
