import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, string, structure, wrappedMap } from '../../../wire/shape.js';
import { aliasNotFound, functionNotFound, revisionDiffers } from '../errors.js';
import { checkAlias, checkTargets, readRouting, shownAlias } from '../model/alias.js';
import { arnOf, qualifiedArn, readFunction } from '../model/function-name.js';
import type { AliasRecord } from '../model/function-record.js';
import type { Parts } from '../parts.js';
import { aliasConfiguration } from '../shapes.js';

/**
 * UpdateAlias: points an alias elsewhere, for the next invocation. What is not given stays.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound, PreconditionFailed.
 */
const input = structure({
  FunctionName: string,
  Name: string,
  FunctionVersion: string,
  Description: string,
  RoutingConfig: structure({ AdditionalVersionWeights: wrappedMap('key', 'value', double) }),
  RevisionId: string,
});

export function updateAlias({ catalogue, random }: Pick<Parts, 'catalogue' | 'random'>): Operation {
  return operation({
    name: 'UpdateAlias',
    input,
    output: aliasConfiguration,
    rest: { method: 'PUT', path: '/2015-03-31/functions/{FunctionName}/aliases/{Name}', status: 200 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const { Name: name = '', FunctionVersion, Description, RevisionId } = input;
      accept(checkAlias(input));
      const revision = random.uuid();
      const alias = await catalogue.change(address, (functions): AliasRecord | Refusal => {
        if (functions.find(address.name) === undefined) return functionNotFound(arnOf(address));
        const current = functions.get('alias', address.name, name);
        if (current === undefined) return aliasNotFound(qualifiedArn(address, name));
        if (RevisionId !== undefined && RevisionId !== current.revision) return revisionDiffers();
        const routing = readRouting(input, current.routing);
        if (isRefusal(routing)) return routing;
        const version = FunctionVersion ?? current.version;
        const next: AliasRecord = { name, version, description: Description ?? current.description, routing, revision };
        const wrong = checkTargets(functions, address, next);
        if (isRefusal(wrong)) return wrong;
        functions.set('alias', address.name, name, next);
        return next;
      });
      return shownAlias(address, alias);
    },
  });
}
