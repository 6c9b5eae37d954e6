import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { revisionDiffers } from '../errors.js';
import { readReference } from '../model/function-name.js';
import { policyKey, withoutStatement } from '../model/policy.js';
import { checkQualifier } from '../model/qualifier.js';
import type { Parts } from '../parts.js';
import { nothing } from '../shapes.js';

/**
 * RemovePermission: a statement less in the policy of a function, version or alias; with the last one the policy is gone.
 * https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound, PreconditionFailed.
 */
const input = structure({ FunctionName: string, StatementId: string, Qualifier: string, RevisionId: string });

export function removePermission({ catalogue, random }: Pick<Parts, 'catalogue' | 'random'>): Operation {
  return operation({
    name: 'RemovePermission',
    input,
    output: nothing,
    rest: {
      method: 'DELETE',
      path: '/2015-03-31/functions/{FunctionName}/policy/{StatementId}',
      status: 204,
      query: ['Qualifier', 'RevisionId'],
    },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      const revision = random.uuid();
      const key = policyKey(qualifier);
      await catalogue.change(address, (functions): true | Refusal => {
        const missing = checkQualifier(functions, address, qualifier);
        if (isRefusal(missing)) return missing;
        const current = functions.get('policy', address.name, key);
        if (current !== undefined && input.RevisionId !== undefined && input.RevisionId !== current.revision) return revisionDiffers();
        const next = withoutStatement(current, input.StatementId ?? '', revision);
        if (isRefusal(next)) return next;
        if (next.statements.length === 0) functions.unset('policy', address.name, key);
        else functions.set('policy', address.name, key, next);
        return true;
      });
      return {};
    },
  });
}
