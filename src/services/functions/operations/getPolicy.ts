import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { readReference } from '../model/function-name.js';
import { noPolicy, policyKey, policyText } from '../model/policy.js';
import type { Parts } from '../parts.js';

/**
 * GetPolicy: the policy of a function, version or alias.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Qualifier: string });

export function getPolicy({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetPolicy',
    input,
    output: structure({ Policy: string, RevisionId: string }),
    rest: { method: 'GET', path: '/2015-03-31/functions/{FunctionName}/policy', status: 200, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      await catalogue.requireVersion(address, qualifier);
      const policy = await catalogue.get('policy', address, policyKey(qualifier));
      if (policy === undefined) throw noPolicy();
      return { Policy: policyText(policy), RevisionId: policy.revision };
    },
  });
}
