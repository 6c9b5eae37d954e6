import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { aliasNotFound } from '../errors.js';
import { checkAlias, shownAlias } from '../model/alias.js';
import { qualifiedArn, readFunction } from '../model/function-name.js';
import type { Parts } from '../parts.js';
import { aliasConfiguration } from '../shapes.js';

/**
 * GetAlias: where an alias points to.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Name: string });

export function getAlias({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetAlias',
    input,
    output: aliasConfiguration,
    rest: { method: 'GET', path: '/2015-03-31/functions/{FunctionName}/aliases/{Name}', status: 200 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      accept(checkAlias(input));
      await catalogue.require(address);
      const alias = await catalogue.get('alias', address, input.Name ?? '');
      if (alias === undefined) throw aliasNotFound(qualifiedArn(address, input.Name));
      return shownAlias(address, alias);
    },
  });
}
