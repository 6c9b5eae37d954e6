import type { QueueAddress } from '../../../base/ids.js';
import type { Engine, Queue, QueueDefinition } from '../../../engine/engine.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { queueDeletedRecently, queueNameExists, storageFull } from '../errors.js';
import { queueArn } from '../model/queue-arn.js';
import { type AttributeChanges, differingAttribute, mergeAttributes, readAttributes } from '../model/queue-attributes.js';
import { queueDefinition } from '../model/queue-definition.js';
import { readNewQueueName } from '../model/queue-name.js';
import { queueUrl } from '../model/queue-url.js';
import { addTags, checkTags } from '../model/tags.js';
import { checkRedrive } from '../redrive-check.js';
import { queueAttributes, tags } from '../shapes.js';

/**
 * CreateQueue: a new queue, or the URL of the one there is when every given attribute has its current value. Tags of an
 * existing queue are neither compared nor changed.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
 * Errors: InvalidParameterValue, InvalidAttributeName, InvalidAttributeValue, QueueNameExists, QueueDeletedRecently,
 * OverLimit (policy), ServiceUnavailable.
 */
const input = structure({ QueueName: string, Attributes: queueAttributes, tags });
const output = structure({ QueueUrl: string });

export function createQueue(engine: Pick<Engine, 'findQueue' | 'createQueue'>): Operation {
  return operation({
    name: 'CreateQueue',
    input,
    output,
    async handle(input, call) {
      const given = input.Attributes ?? {};
      const { name, kind } = accept(readNewQueueName(input.QueueName, given));
      const changes = accept(readAttributes(given, kind));
      const attributes = accept(mergeAttributes({}, changes, kind));
      const tags = input.tags ?? {};
      accept(checkTags(tags) ?? addTags({}, tags, name));

      const identity = { account: call.accountId, region: call.region, name };
      const address = queueArn(identity);
      const existing = await engine.findQueue(address);
      if (existing === undefined) {
        accept(await checkRedrive(engine, { address, attributes }, given.RedrivePolicy));
        accept(await create(engine, address, changes, queueDefinition(attributes, kind, tags)));
      } else {
        accept(checkSame(existing, changes));
      }
      return { QueueUrl: queueUrl(call.origin, identity) };
    },
  });
}

async function create(
  engine: Pick<Engine, 'createQueue'>,
  address: QueueAddress,
  changes: AttributeChanges,
  definition: QueueDefinition,
): Promise<Refusal | undefined> {
  const outcome = await engine.createQueue(address, definition);
  switch (outcome.kind) {
    case 'created':
      return undefined;
    case 'exists':
      return checkSame(outcome.queue, changes);
    case 'deletedRecently':
      return queueDeletedRecently();
    case 'storageFull':
      return storageFull();
  }
}

function checkSame(existing: Queue, changes: AttributeChanges): Refusal | undefined {
  const differing = differingAttribute(existing.properties, changes);
  return differing === undefined ? undefined : queueNameExists(differing);
}
