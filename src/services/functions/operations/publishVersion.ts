import { accept, isRefusal, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { string, structure } from '../../../wire/shape.js';
import { functionNotFound, invalidValue, notSupported, revisionDiffers } from '../errors.js';
import { descriptionCharsMax } from '../limits.js';
import { Constraints } from '../model/constraints.js';
import { arnOf, readFunction } from '../model/function-name.js';
import type { VersionRecord } from '../model/function-record.js';
import { publish } from '../model/publishing.js';
import { digestOf, shownConfiguration } from '../model/shown.js';
import type { Parts } from '../parts.js';
import { configuration } from '../shapes.js';

/**
 * PublishVersion: makes a version of `$LATEST`, or answers with the last one where nothing has changed since.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
 * Errors: ValidationException, InvalidParameterValue, ResourceNotFound, PreconditionFailed, CodeStorageExceeded, ServiceException.
 */
const input = structure({ FunctionName: string, CodeSha256: string, Description: string, RevisionId: string, PublishTo: string });

export function publishVersion({ catalogue, draw }: Pick<Parts, 'catalogue' | 'draw'>): Operation {
  return operation({
    name: 'PublishVersion',
    input,
    output: configuration,
    rest: { method: 'POST', path: '/2015-03-31/functions/{FunctionName}/versions', status: 201 },
    async handle(input, call) {
      const { CodeSha256: digest, Description: description, RevisionId: revision } = input;
      const address = accept(readFunction(input.FunctionName ?? '', call));
      accept(new Constraints().length('description', description, 0, descriptionCharsMax).refusal());
      if (input.PublishTo !== undefined) throw notSupported('PublishTo');
      catalogue.requireRoom();
      const drawn = draw();
      const version = await catalogue.change(address, (functions): VersionRecord | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        if (revision !== undefined && revision !== record.latest.revision) return revisionDiffers();
        const current = digestOf(record.latest.code);
        if (digest !== undefined && digest !== '' && digest !== current) return otherCode(digest, current);
        const published = publish(functions, record, description, drawn);
        return isRefusal(published) ? published : published.version;
      });
      return shownConfiguration(address, version, version.version);
    },
  });
}

function otherCode(given: string, current: string): Refusal {
  return invalidValue(
    `CodeSHA256 (${given.slice(0, 100)}) is different from current CodeSHA256 in $LATEST (${current}). Please try again with the CodeSHA256 in $LATEST.`,
  );
}
