import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, integer, steadyList, string, structure } from '../../../wire/shape.js';
import { constraint, missing } from '../errors.js';
import { readDefinition } from '../language/definition-reader.js';
import { definitionBytesMax, diagnosticsMax } from '../limits.js';
import { readType } from '../model/machine-type.js';
import { type Targets, targetRules } from '../targets.js';

/**
 * ValidateStateMachineDefinition: everything that is wrong with a definition, where it is. Nothing is kept.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
 * Errors: ValidationException.
 */
const input = structure({ definition: string, type: string, severity: string, maxResults: integer });
const diagnostic = structure({ severity: string, code: string, message: string, location: string });
const output = structure({ result: string, diagnostics: steadyList(diagnostic), truncated: boolean });

export function validateStateMachineDefinition(targets: Targets): Operation {
  return operation({
    name: 'ValidateStateMachineDefinition',
    input,
    output,
    async handle({ definition, type, severity = 'ERROR', maxResults = 0 }) {
      if (definition === undefined) throw missing('definition');
      if (definition.length === 0 || Buffer.byteLength(definition) > definitionBytesMax) {
        throw constraint('definition', "''", `Member must have length between 1 and ${definitionBytesMax}`);
      }
      if (severity !== 'ERROR' && severity !== 'WARNING') {
        throw constraint('severity', `'${severity}'`, 'Member must satisfy enum value set: [ERROR, WARNING]');
      }
      if (maxResults < 0 || maxResults > diagnosticsMax) {
        throw constraint('maxResults', `'${maxResults}'`, `Member must have value between 0 and ${diagnosticsMax}`);
      }
      const { diagnostics } = readDefinition(definition, await targetRules(targets, accept(readType(type)), definition));
      const wanted = diagnostics.filter((found) => severity === 'WARNING' || found.severity === 'ERROR');
      const shown = wanted.slice(0, maxResults === 0 ? diagnosticsMax : maxResults); // zero means the default
      const failed = diagnostics.some((found) => found.severity === 'ERROR');
      return { result: failed ? 'FAIL' : 'OK', diagnostics: shown, truncated: shown.length < wanted.length };
    },
  });
}
