import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, integer, string, structure } from '../../../wire/shape.js';
import { constraint, invalidInput, missing, unsupported } from '../errors.js';
import { Failure } from '../language/failure.js';
import { isJsonObject, type JsonObject } from '../language/json.js';
import { definitionBytesMax } from '../limits.js';
import { readRole } from '../model/machine-request.js';
import { readPayload } from '../model/payload.js';
import type { ServiceParts } from '../service-parts.js';
import { type InspectionLevel, inspectionLevels } from '../state-notes.js';
import { type StateTest, testOf } from '../state-test.js';

/**
 * TestState: what a state makes of an input. A task is called, unless a mock says what it comes to; a Wait is over at once.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
 * Errors: InvalidArn, InvalidDefinition, InvalidExecutionInput, ValidationException.
 */
const input = structure({
  definition: string,
  roleArn: string,
  input: string,
  inspectionLevel: string,
  revealSecrets: boolean,
  variables: string,
  stateName: string,
  mock: structure({ result: string, errorOutput: structure({ error: string, cause: string }), fieldValidationMode: string }),
  context: string,
  stateConfiguration: structure({ retrierRetryCount: integer, errorCausedByState: string }),
});
const request = structure({ protocol: string, method: string, url: string, headers: string, body: string });
const response = structure({ protocol: string, statusCode: string, statusMessage: string, headers: string, body: string });
const inspectionData = structure({
  input: string,
  afterInputPath: string,
  afterParameters: string,
  afterArguments: string,
  result: string,
  afterResultSelector: string,
  afterResultPath: string,
  variables: string,
  request,
  response,
  errorDetails: structure({ catchIndex: integer, retryIndex: integer, retryBackoffIntervalSeconds: integer }),
});
const output = structure({ output: string, error: string, cause: string, nextState: string, status: string, inspectionData });

export function testState(parts: ServiceParts): Operation {
  return operation({
    name: 'TestState',
    input,
    output,
    async handle(given, call) {
      const { definition, revealSecrets = false, context, stateConfiguration } = given;
      if (definition === undefined) throw missing('definition');
      if (definition.length > definitionBytesMax)
        throw constraint('definition', "''", `Member must have length between 1 and ${definitionBytesMax}`);
      const inspectionLevel = accept(readLevel(given.inspectionLevel));
      if (revealSecrets && inspectionLevel !== 'TRACE')
        throw constraint('revealSecrets', "'true'", 'Member needs the inspectionLevel TRACE');
      const { retrierRetryCount = 0, errorCausedByState } = stateConfiguration ?? {};
      if (errorCausedByState !== undefined) throw unsupported('errorCausedByState');
      if (retrierRetryCount < 0)
        throw constraint(
          'stateConfiguration.retrierRetryCount',
          `'${retrierRetryCount}'`,
          'Member must have value greater than or equal to 0',
        );
      if ((context !== undefined || retrierRetryCount > 0) && given.mock === undefined)
        throw constraint('mock', 'null', 'Member must be given with context and retrierRetryCount');
      if (given.roleArn !== undefined) accept(readRole(given.roleArn));
      const { stateName } = given;
      const value = accept(readPayload(given.input ?? '{}', invalidInput));
      const variables = accept(readObject('variables', given.variables));
      const ofContext = accept(readObject('context', context));
      const mock = accept(readMock(given.mock));
      const { signal } = call;
      return accept(
        await testOf(parts, {
          definition,
          stateName,
          input: value,
          variables,
          context: ofContext,
          retryCount: retrierRetryCount,
          mock,
          inspectionLevel,
          revealSecrets,
          signal,
        }),
      );
    },
  });
}

function readLevel(level = 'INFO'): InspectionLevel | Refusal {
  const known = inspectionLevels.find((one) => one === level);
  return known ?? constraint('inspectionLevel', `'${level}'`, `Member must satisfy enum value set: [${inspectionLevels.join(', ')}]`);
}

function readObject(member: string, text = '{}'): JsonObject | Refusal {
  const value = accept(readPayload(text, (reason) => constraint(member, "'...'", reason)));
  return isJsonObject(value) ? value : constraint(member, "'...'", 'Member must be a JSON object');
}

interface MockRequest {
  readonly result?: string | undefined;
  readonly errorOutput?: { readonly error?: string | undefined; readonly cause?: string | undefined } | undefined;
  readonly fieldValidationMode?: string | undefined;
}

/** What a mock says is not checked against the model of the service that it stands for. */
function readMock(mock: MockRequest | undefined): StateTest['mock'] | Refusal {
  if (mock === undefined) return undefined;
  const { result, errorOutput, fieldValidationMode = 'NONE' } = mock;
  if (fieldValidationMode !== 'NONE') return unsupported(`fieldValidationMode ${fieldValidationMode}`);
  if ((result === undefined) === (errorOutput === undefined))
    return constraint('mock', "'...'", 'One of result and errorOutput must be given');
  if (errorOutput !== undefined) return { kind: 'error', failure: new Failure(errorOutput.error, errorOutput.cause) };
  return { kind: 'result', result: accept(readPayload(result ?? '', (reason) => constraint('mock.result', "'...'", reason))) };
}
