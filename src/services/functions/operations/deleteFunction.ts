import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import type { EventQueues } from '../async/event-queues.js';
import type { Functions } from '../catalogue.js';
import { conflict, functionNotFound, invalidValue } from '../errors.js';
import { aliasesScanMax, deletedMax } from '../limits.js';
import { type FunctionAddress, isVersionNumber, latest, qualifiedArn, readReference } from '../model/function-name.js';
import type { FunctionRecord, VersionRecord } from '../model/function-record.js';
import { bytesOf, storeCode } from '../model/publishing.js';
import type { Parts } from '../parts.js';
import { nothing } from '../shapes.js';

/**
 * DeleteFunction: one version, or the function with its versions, aliases, policies and the asynchronous events that wait for it.
 * https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
 * Errors: ValidationException, InvalidParameterValue, ResourceConflict, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Qualifier: string });

export interface DeleteFunctionParts extends Pick<Parts, 'catalogue' | 'invoker'> {
  readonly events: Pick<EventQueues, 'drop'>;
}

export function deleteFunction({ catalogue, invoker, events }: DeleteFunctionParts): Operation {
  return operation({
    name: 'DeleteFunction',
    input,
    output: nothing,
    rest: { method: 'DELETE', path: '/2015-03-31/functions/{FunctionName}', status: 204, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      if (qualifier === undefined) return wholly(address);
      if (qualifier === latest) throw invalidValue('$LATEST version cannot be deleted without deleting the function.');
      if (!isVersionNumber(qualifier)) throw invalidValue('Deletion of aliases is not currently supported.');
      const deleted = await catalogue.change(address, (functions) => deleteVersion(functions, address, qualifier));
      invoker.retire(address, deleted);
      return {};
    },
  });

  /** What belongs to the function goes first, so that it can be deleted again if that ends half way. */
  async function wholly(address: FunctionAddress): Promise<object> {
    for (let left = true; left; ) {
      const { versions, record } = await catalogue.change(address, (functions) => deleteSome(functions, address));
      for (const version of versions) invoker.retire(address, version);
      if (record !== undefined) await events.drop(address, record);
      left = record === undefined;
    }
    return {};
  }
}

/** The function itself once nothing else is left of it. */
function deleteSome(
  functions: Functions,
  address: FunctionAddress,
): { readonly versions: readonly VersionRecord[]; readonly record: FunctionRecord | undefined } | Refusal {
  const record = functions.find(address.name);
  if (record === undefined) return functionNotFound(qualifiedArn(address, undefined));
  const { removed, versions } = functions.removeParts(address.name, deletedMax);
  const last = removed < deletedMax;
  const gone = last ? [...versions, record.latest] : versions;
  storeCode(functions, -gone.reduce((sum, { code }) => sum + bytesOf(code), 0));
  if (!last) return { versions: gone, record: undefined };
  const { usage } = functions;
  const { [address.name]: _, ...reserved } = usage.reserved;
  functions.usage = { ...usage, functions: usage.functions - 1, reserved };
  functions.remove(address.name);
  return { versions: gone, record };
}

function deleteVersion(functions: Functions, address: FunctionAddress, number: string): VersionRecord | Refusal {
  const version = functions.get('version', address.name, number);
  if (version === undefined) return functionNotFound(qualifiedArn(address, number));
  const aliases = functions.parts('alias', address.name, aliasesScanMax);
  const referring = aliases.filter((alias) => alias.version === number || alias.routing?.version === number).map(({ name }) => name);
  if (referring.length > 0) {
    return conflict(`Unable to delete version because the following aliases reference it: [${referring.join(', ')}]`);
  }
  for (const kind of ['version', 'policy', 'events'] as const) functions.unset(kind, address.name, number);
  storeCode(functions, -bytesOf(version.code));
  return version;
}
