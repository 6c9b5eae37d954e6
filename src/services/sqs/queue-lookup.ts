import type { QueueAddress } from '../../base/ids.js';
import type { Engine, Queue, QueueDefinition } from '../../engine/engine.js';
import { accept, isRefusal, type Refusal } from '../../wire/refusal.js';
import { invalidAddress, queueDoesNotExist } from './errors.js';
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
  const key = `${caller.region} ${caller.accountId} ${queueUrl}`;
  const known = knownAddresses.get(key);
  if (known !== undefined) return known;
  const identity = parseQueueUrl(queueUrl, caller);
  if (identity === undefined) return invalidAddress(queueUrl);
  const address = queueArn(identity);
  if (knownAddresses.size >= knownAddressesMax) knownAddresses.clear();
  knownAddresses.set(key, address);
  return address;
}

/** What URLs were found to name: clients send the same few with every request, and parsing is a tenth of a small one's cost. */
const knownAddresses = new Map<string, QueueAddress>();
const knownAddressesMax = 10_000;

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
