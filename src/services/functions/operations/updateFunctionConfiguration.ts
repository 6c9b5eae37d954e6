import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { functionNotFound, revisionDiffers } from '../errors.js';
import { arnOf, readFunction } from '../model/function-name.js';
import type { VersionRecord } from '../model/function-record.js';
import { changed } from '../model/publishing.js';
import { changedSettings } from '../model/settings.js';
import { shownConfiguration } from '../model/shown.js';
import type { Parts } from '../parts.js';
import { configuration, settingsMembers } from '../shapes.js';

/**
 * UpdateFunctionConfiguration: another configuration for `$LATEST`, which the next invocation has. What is not given stays.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound, PreconditionFailed.
 */
const { Architectures: _, PackageType: __, CodeSigningConfigArn: ___, PublishTo: ____, TenancyConfig: _____, ...members } = settingsMembers;
const input = structure({ FunctionName: string, RevisionId: string, ...members });

export function updateFunctionConfiguration({ catalogue, invoker, draw }: Pick<Parts, 'catalogue' | 'invoker' | 'draw'>): Operation {
  return operation({
    name: 'UpdateFunctionConfiguration',
    input,
    output: configuration,
    rest: { method: 'PUT', path: '/2015-03-31/functions/{FunctionName}/configuration', status: 200 },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const drawn = draw();
      const { next, before } = await catalogue.change(address, (functions): { next: VersionRecord; before: VersionRecord } | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        const before = record.latest;
        if (input.RevisionId !== undefined && input.RevisionId !== before.revision) return revisionDiffers();
        const settings = changedSettings(before.settings, input);
        if (isRefusal(settings)) return settings;
        const next = changed(before, { settings }, drawn);
        functions.put({ ...record, latest: next });
        return { next, before };
      });
      if (next.deployment !== before.deployment) invoker.retire(address, before);
      return shownConfiguration(address, next, undefined);
    },
  });
}
