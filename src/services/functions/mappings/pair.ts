import type { AccountId, QueueAddress } from '../../../base/ids.js';
import type { Engine } from '../../../engine/engine.js';
import { isRefusal } from '../../../wire/refusal.js';
import type { Catalogue } from '../catalogue.js';
import { invalidValue, queueNotFound } from '../errors.js';
import type { FunctionReference } from '../model/function-name.js';

/** Throws what is wrong with taking messages of that queue to that function. Later changes of either are not checked, as on AWS. */
export async function checkPair(
  { engine, catalogue }: { readonly engine: Pick<Engine, 'findQueue'>; readonly catalogue: Catalogue },
  address: QueueAddress,
  { address: functionAddress, qualifier }: FunctionReference,
  account: AccountId,
): Promise<void> {
  const version = await catalogue.requireVersion(functionAddress, qualifier).catch((fault: unknown) => {
    if (isRefusal(fault)) return undefined;
    throw fault;
  });
  if (version === undefined || functionAddress.account !== account) throw invalidValue('Function does not exist');
  const queue = await engine.findQueue(address);
  if (queue === undefined) throw queueNotFound();
  const visibilitySeconds = Math.floor(queue.settings.visibilityTimeoutMs / 1_000);
  const { timeoutSeconds } = version.settings;
  if (visibilitySeconds >= timeoutSeconds) return;
  throw invalidValue(`Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`);
}
