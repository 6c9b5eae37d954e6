import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure } from '../../../wire/shape.js';
import { readReference } from '../model/function-name.js';
import type { Code } from '../model/function-record.js';
import { shownConfiguration } from '../model/shown.js';
import type { Parts } from '../parts.js';
import { configuration, stringMap } from '../shapes.js';

/**
 * GetFunction: a function, or a version of it, and where its code can be fetched.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound.
 */
const input = structure({ FunctionName: string, Qualifier: string });
const output = structure({
  Configuration: configuration,
  Code: structure({ RepositoryType: string, Location: string }),
  Tags: stringMap,
  Concurrency: structure({ ReservedConcurrentExecutions: integer }),
});

export function getFunction({ catalogue }: Pick<Parts, 'catalogue'>): Operation {
  return operation({
    name: 'GetFunction',
    input,
    output,
    rest: { method: 'GET', path: '/2015-03-31/functions/{FunctionName}', status: 200, query: ['Qualifier'] },
    async handle(input, call) {
      const { address, qualifier } = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      const version = await catalogue.requireVersion(address, qualifier);
      const record = await catalogue.require(address);
      const { tags, reservedConcurrency } = record;
      return {
        Configuration: shownConfiguration(address, version, qualifier),
        Code: { RepositoryType: 'S3', Location: locationOf(version.code, call.origin) },
        ...(Object.keys(tags).length > 0 && { Tags: tags }),
        ...(reservedConcurrency !== undefined && { Concurrency: { ReservedConcurrentExecutions: reservedConcurrency } }),
      };
    },
  });
}

function locationOf(code: Code, origin: string): string {
  return code.kind === 'package' ? `${origin}/_signalbox/functions/code/${code.sha256}.zip` : `file://${code.path}`;
}
