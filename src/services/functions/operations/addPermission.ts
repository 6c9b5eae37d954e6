import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, string, structure } from '../../../wire/shape.js';
import { invalidValue, notSupported, revisionDiffers } from '../errors.js';
import { latest, qualifiedArn, readReference } from '../model/function-name.js';
import { checkGrant, policyKey, statementOf, withStatement } from '../model/policy.js';
import { checkQualifier } from '../model/qualifier.js';
import type { Parts } from '../parts.js';

/**
 * AddPermission: a statement more in the policy of a function, version or alias. Policies are kept and returned, and not enforced yet.
 * https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound, ResourceConflict, PolicyLengthExceeded, PreconditionFailed.
 */
const input = structure({
  FunctionName: string,
  Qualifier: string,
  StatementId: string,
  Action: string,
  Principal: string,
  SourceArn: string,
  SourceAccount: string,
  PrincipalOrgID: string,
  EventSourceToken: string,
  FunctionUrlAuthType: string,
  InvokedViaFunctionUrl: boolean,
  RevisionId: string,
});

export function addPermission({ catalogue, random }: Pick<Parts, 'catalogue' | 'random'>): Operation {
  return operation({
    name: 'AddPermission',
    input,
    output: structure({ Statement: string }),
    rest: { method: 'POST', path: '/2015-03-31/functions/{FunctionName}/policy', status: 201, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      accept(checkGrant(input));
      if (input.FunctionUrlAuthType !== undefined || input.InvokedViaFunctionUrl !== undefined) throw notSupported('A function URL');
      if (qualifier === latest) throw invalidValue('We currently do not support adding policies for $LATEST.');
      const statement = accept(statementOf(input, qualifiedArn(address, qualifier)));
      catalogue.requireRoom();
      const revision = random.uuid();
      await catalogue.change(address, (functions): true | Refusal => {
        const missing = checkQualifier(functions, address, qualifier);
        if (isRefusal(missing)) return missing;
        const current = functions.get('policy', address.name, policyKey(qualifier));
        if (input.RevisionId !== undefined && input.RevisionId !== current?.revision) return revisionDiffers();
        const next = withStatement(current, statement, revision);
        if (isRefusal(next)) return next;
        functions.set('policy', address.name, policyKey(qualifier), next);
        return true;
      });
      return { Statement: JSON.stringify(statement) };
    },
  });
}
