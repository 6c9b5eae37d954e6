import type { QueueAddress } from '../../base/ids.js';
import { isRefusal, type Refusal } from '../../wire/refusal.js';
import type { StoredAttributes } from './model/queue-attributes.js';
import { checkRedriveTarget, readRedrivePolicy } from './model/redrive.js';
import type { FindQueue } from './queue-lookup.js';

/** The queue that gets a RedrivePolicy, with the attributes that it is to have: it may name itself, also while it is being created. */
export interface RedriveSource {
  readonly address: QueueAddress;
  readonly attributes: StoredAttributes;
}

/** Looks up the dead-letter queue that a `RedrivePolicy`, as sent, names. Nothing to check when it is absent or removed. */
export async function checkRedrive(engine: FindQueue, source: RedriveSource, json: string | undefined): Promise<Refusal | undefined> {
  if (json === undefined || json === '') return undefined;
  const policy = readRedrivePolicy(json);
  if (isRefusal(policy)) return policy;
  const attributes = policy.target === source.address ? source.attributes : (await engine.findQueue(policy.target))?.properties;
  const target = attributes && { allowPolicy: attributes.RedriveAllowPolicy };
  return checkRedriveTarget(json, source.address, target);
}
