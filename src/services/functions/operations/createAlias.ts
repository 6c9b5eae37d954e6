import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure, wrappedMap } from '../../../wire/shape.js';
import { conflict, functionNotFound } from '../errors.js';
import { checkAlias, checkTargets, readRouting, shownAlias } from '../model/alias.js';
import { Constraints } from '../model/constraints.js';
import { arnOf, qualifiedArn, readFunction } from '../model/function-name.js';
import type { AliasRecord } from '../model/function-record.js';
import type { Parts } from '../parts.js';
import { aliasConfiguration } from '../shapes.js';

/**
 * CreateAlias: a name for a version, or for `$LATEST`; a share of the invocations may go to a second version.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound, ResourceConflict, ServiceException.
 */
const input = structure({
  FunctionName: string,
  Name: string,
  FunctionVersion: string,
  Description: string,
  RoutingConfig: structure({ AdditionalVersionWeights: wrappedMap('key', 'value', double) }),
});

export function createAlias({ catalogue, random }: Pick<Parts, 'catalogue' | 'random'>): Operation {
  return operation({
    name: 'CreateAlias',
    input,
    output: aliasConfiguration,
    rest: { method: 'POST', path: '/2015-03-31/functions/{FunctionName}/aliases', status: 201 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const { Name: name = '', FunctionVersion: version = '', Description: description = '' } = input;
      accept(
        new Constraints().required('name', input.Name).required('functionVersion', input.FunctionVersion).refusal() ?? checkAlias(input),
      );
      const routing = accept(readRouting(input, undefined));
      catalogue.requireRoom();
      const alias: AliasRecord = { name, version, description, routing, revision: random.uuid() };
      await catalogue.change(address, (functions): true | Refusal => {
        if (functions.find(address.name) === undefined) return functionNotFound(arnOf(address));
        if (functions.get('alias', address.name, name) !== undefined)
          return conflict(`Alias already exists: ${qualifiedArn(address, name)}`);
        const wrong = checkTargets(functions, address, alias);
        if (isRefusal(wrong)) return wrong;
        functions.set('alias', address.name, name, alias);
        return true;
      });
      return shownAlias(address, alias);
    },
  });
}
