import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { blob, boolean, string, structure, wrappedList } from '../../../wire/shape.js';
import { functionNotFound, invalidValue, notSupported, revisionDiffers } from '../errors.js';
import { codeRequestBytesMax } from '../limits.js';
import { readCodeSource } from '../model/code-source.js';
import { arnOf, readFunction } from '../model/function-name.js';
import type { VersionRecord } from '../model/function-record.js';
import { bytesOf, changed, publish, storeCode } from '../model/publishing.js';
import { architectures } from '../model/settings.js';
import { shownConfiguration } from '../model/shown.js';
import type { Parts } from '../parts.js';
import { configuration } from '../shapes.js';

/**
 * UpdateFunctionCode: other code for `$LATEST`, which the next invocation runs; with `Publish`, a version of it too; with `DryRun`, nothing but the checks.
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound, PreconditionFailed, CodeStorageExceeded, RequestEntityTooLarge,
 * ServiceException.
 */
const input = structure({
  FunctionName: string,
  ZipFile: blob,
  S3Bucket: string,
  S3Key: string,
  S3ObjectVersion: string,
  ImageUri: string,
  SourceKMSKeyArn: string,
  Publish: boolean,
  PublishTo: string,
  DryRun: boolean,
  RevisionId: string,
  Architectures: wrappedList(string),
});

export function updateFunctionCode(parts: Pick<Parts, 'catalogue' | 'packages' | 'invoker' | 'draw'>): Operation {
  const { catalogue, packages, invoker, draw } = parts;
  return operation({
    name: 'UpdateFunctionCode',
    input,
    output: configuration,
    rest: { method: 'PUT', path: '/2015-03-31/functions/{FunctionName}/code', status: 200, bodyBytesMax: codeRequestBytesMax },
    async handle(input, call) {
      const address = accept(readFunction(input.FunctionName ?? '', call));
      if (input.PublishTo !== undefined) throw notSupported('PublishTo');
      const architecture = accept(readArchitecture(input.Architectures));
      const zip = accept(readCodeSource(input));
      await catalogue.require(address);
      catalogue.requireRoom();
      using stored = accept(await packages.store(zip));
      const code = { kind: 'package', sha256: stored.sha256, bytes: stored.bytes } as const;
      const drawn = draw();
      const outcome = await catalogue.change(address, (functions): { shown: VersionRecord; before: VersionRecord } | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        const before = record.latest;
        if (input.RevisionId !== undefined && input.RevisionId !== before.revision) return revisionDiffers();
        const settings = architecture === undefined ? before.settings : { ...before.settings, architecture };
        const next = { ...record, latest: changed(before, { code, settings }, drawn) };
        if (input.DryRun === true) return { shown: next.latest, before };
        const full = storeCode(functions, code.bytes - bytesOf(before.code));
        if (full !== undefined) return full;
        functions.put(next);
        const published = input.Publish === true ? publish(functions, next, undefined, drawn) : { version: next.latest };
        return isRefusal(published) ? published : { shown: published.version, before };
      });
      const { shown, before } = outcome;
      if (input.DryRun !== true && shown.deployment !== before.deployment) invoker.retire(address, before);
      return shownConfiguration(address, shown, input.Publish === true && input.DryRun !== true ? shown.version : undefined);
    },
  });
}

function readArchitecture(given: readonly string[] | undefined): string | undefined | Refusal {
  if (given === undefined) return undefined;
  const [one, ...others] = given;
  return one !== undefined && others.length === 0 && architectures.includes(one)
    ? one
    : invalidValue(`Architectures must be exactly one of ${architectures.join(', ')}.`);
}
