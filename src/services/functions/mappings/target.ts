import { isRefusal } from '../../../wire/refusal.js';
import type { Invoker, Target } from '../invoker.js';
import { referenceOfArn } from '../model/function-name.js';
import type { Mapping } from './mapping.js';

/** What a mapping invokes now, or why it can invoke nothing. */
export async function targetOf(invoker: Pick<Invoker, 'target'>, { functionArn }: Mapping): Promise<Target | string> {
  const reference = referenceOfArn(functionArn);
  if (reference === undefined) throw new Error(`${functionArn} is no function's ARN`);
  try {
    return await invoker.target(reference);
  } catch (fault) {
    if (isRefusal(fault)) return fault.message;
    throw fault;
  }
}
