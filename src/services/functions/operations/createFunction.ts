import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { blob, boolean, string, structure } from '../../../wire/shape.js';
import { functionExists } from '../errors.js';
import { codeRequestBytesMax } from '../limits.js';
import { readCodeSource } from '../model/code-source.js';
import { Constraints } from '../model/constraints.js';
import { latest, readFunction } from '../model/function-name.js';
import type { FunctionRecord, VersionRecord } from '../model/function-record.js';
import { publish, storeCode } from '../model/publishing.js';
import { newSettings } from '../model/settings.js';
import { shownConfiguration } from '../model/shown.js';
import { addTags } from '../model/tags.js';
import type { Parts } from '../parts.js';
import { configuration, settingsMembers, stringMap } from '../shapes.js';

/**
 * CreateFunction: a function from a zip file, ready to be invoked when answered; with `Publish`, its first version too.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 * Errors: ValidationException, InvalidParameterValue, ResourceConflict, CodeStorageExceeded, RequestEntityTooLarge, ServiceException.
 */
const code = structure({
  ZipFile: blob,
  S3Bucket: string,
  S3Key: string,
  S3ObjectVersion: string,
  ImageUri: string,
  SourceKMSKeyArn: string,
});
const input = structure({ FunctionName: string, Code: code, Tags: stringMap, Publish: boolean, ...settingsMembers });

export function createFunction({
  catalogue,
  packages,
  draw,
  random,
}: Pick<Parts, 'catalogue' | 'packages' | 'draw' | 'random'>): Operation {
  return operation({
    name: 'CreateFunction',
    input,
    output: configuration,
    rest: { method: 'POST', path: '/2015-03-31/functions', status: 201, bodyBytesMax: codeRequestBytesMax },
    async handle(input, call) {
      accept(new Constraints().required('functionName', input.FunctionName).required('code', input.Code).refusal());
      const address = accept(readFunction(input.FunctionName ?? '', call));
      const settings = accept(newSettings(input));
      const tags = accept(addTags({}, input.Tags ?? {}));
      const zip = accept(readCodeSource(input.Code ?? {}));
      if ((await catalogue.find(address)) !== undefined) throw functionExists(address.name);
      catalogue.requireRoom();
      using stored = accept(await packages.store(zip));
      const code = { kind: 'package', sha256: stored.sha256, bytes: stored.bytes } as const;
      const drawn = draw();
      const { now, revision, deployment } = drawn;
      const id = random.uuid();
      const version = await catalogue.change(address, (functions): VersionRecord | Refusal => {
        if (functions.find(address.name) !== undefined) return functionExists(address.name);
        const record: FunctionRecord = {
          name: address.name,
          id,
          latest: { version: latest, settings, code, modifiedAt: now, revision, deployment },
          lastVersion: 0,
          tags,
          reservedConcurrency: undefined,
          recursiveLoop: 'Terminate',
        };
        const full = storeCode(functions, code.bytes);
        if (full !== undefined) return full;
        functions.usage = { ...functions.usage, functions: functions.usage.functions + 1 };
        functions.put(record);
        if (input.Publish !== true) return record.latest;
        const published = publish(functions, record, undefined, drawn);
        return isRefusal(published) ? published : published.version;
      });
      return shownConfiguration(address, version, input.Publish === true ? version.version : undefined);
    },
  });
}
