import type { QueueAddress } from '../../base/ids.js';
import type { Engine, Queue, QueueDefinition } from '../../engine/engine.js';
import { accept, invalidAddress, isRefusal, queueDoesNotExist, type Refusal } from './errors.js';
import { queueArn } from './model/queue-arn.js';
import { type Caller, parseQueueUrl } from './model/queue-url.js';

export type FindQueue = Pick<Engine, 'findQueue'>;

/** The queue of a request, before anything else of the request is looked at. */
export async function requireQueue(engine: FindQueue, queueUrl: string | undefined, caller: Caller): Promise<Queue> {
  const queue = await engine.findQueue(accept(addressOf(queueUrl, caller)));
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
}

/** No URL at all is a missing queue too, not a missing parameter: so does AWS. */
function addressOf(queueUrl: string | undefined, caller: Caller): QueueAddress | Refusal {
  if (queueUrl === undefined || queueUrl === '') return queueDoesNotExist();
  const identity = parseQueueUrl(queueUrl, caller);
  return identity === undefined ? invalidAddress(queueUrl) : queueArn(identity);
}

/**
 * Changes a queue's definition. The change is tried on what was found first, so that what is wrong with a request shows
 * without a write; if the queue changed meanwhile and the change no longer fits, the refusal leaves the transaction by a throw.
 */
export async function changeQueue(
  engine: Pick<Engine, 'updateQueue'>,
  queue: Queue,
  change: (current: Queue) => QueueDefinition | Refusal,
): Promise<void> {
  accept(change(queue));
  const changed = await engine.updateQueue(queue, (current) => {
    const definition = change(current);
    if (isRefusal(definition)) throw definition;
    return definition;
  });
  if (changed === undefined) throw queueDoesNotExist();
}
