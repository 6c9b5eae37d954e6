import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { boolean, double, type Infer, integer, string, structure } from '../../../wire/shape.js';
import { constraint, invalidInput, invalidRequest, missing } from '../errors.js';
import { Failure } from '../language/failure.js';
import { isJsonObject, type JsonObject } from '../language/json.js';
import { causeCharsMax, definitionBytesMax, errorCharsMax, payloadBytesMax, stateNameCharsMax } from '../limits.js';
import { readRole } from '../model/machine-request.js';
import { readPayload } from '../model/payload.js';
import type { ServiceParts } from '../service-parts.js';
import { fieldValidationModes } from '../testing/answer-model.js';
import type { Mock } from '../testing/mock.js';
import { inspectionLevels } from '../testing/state-notes.js';
import { type StateTest, testOf } from '../testing/state-test.js';

/**
 * TestState: what a state makes of an input. A task is called, unless a mock says what it comes to; a Wait is over at once.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
 * Errors: InvalidArn, InvalidDefinition, InvalidExecutionInput, ValidationException.
 */
const mockShape = structure({ result: string, errorOutput: structure({ error: string, cause: string }), fieldValidationMode: string });
const configurationShape = structure({
  retrierRetryCount: integer,
  errorCausedByState: string,
  mapIterationFailureCount: integer,
  mapItemReaderData: string,
});
const input = structure({
  definition: string,
  roleArn: string,
  input: string,
  inspectionLevel: string,
  revealSecrets: boolean,
  variables: string,
  stateName: string,
  mock: mockShape,
  context: string,
  stateConfiguration: configurationShape,
});
const request = structure({ protocol: string, method: string, url: string, headers: string, body: string });
const response = structure({ protocol: string, statusCode: string, statusMessage: string, headers: string, body: string });
const inspectionData = structure({
  input: string,
  afterInputPath: string,
  afterParameters: string,
  afterArguments: string,
  afterItemsPath: string,
  afterItemsPointer: string,
  afterItemSelector: string,
  afterItemBatcher: string,
  maxConcurrency: integer,
  toleratedFailureCount: integer,
  toleratedFailurePercentage: double,
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
    async handle(given, { signal }) {
      const { definition, revealSecrets = false, context, stateConfiguration = {}, stateName, roleArn } = given;
      if (definition === undefined) throw missing('definition');
      if (definition.length === 0 || definition.length > definitionBytesMax)
        throw constraint('definition', "'...'", `Member must have length between 1 and ${definitionBytesMax}`);
      if (stateName !== undefined && (stateName.length === 0 || stateName.length > stateNameCharsMax))
        throw constraint('stateName', "'...'", `Member must have length between 1 and ${stateNameCharsMax}`);
      const inspectionLevel = accept(oneOf('inspectionLevel', inspectionLevels, given.inspectionLevel ?? 'INFO'));
      if (revealSecrets && inspectionLevel !== 'TRACE')
        throw constraint('revealSecrets', "'true'", 'Member needs the inspectionLevel TRACE');
      if (revealSecrets && given.mock !== undefined)
        throw invalidRequest('TestState does not support RevealSecrets when a mock is specified.');
      const mock = accept(readMock(given.mock, stateConfiguration));
      if (mock === undefined && (context !== undefined || Object.values(stateConfiguration).some((value) => value !== undefined)))
        throw constraint('mock', 'null', 'Member must be given with context and stateConfiguration');
      if (roleArn !== undefined) accept(readRole(roleArn));
      const test: StateTest = {
        definition,
        stateName,
        roleArn,
        input: accept(readPayload(given.input ?? '{}', invalidInput)),
        variables: accept(readObject('variables', given.variables)),
        context: accept(readObject('context', context)),
        retryCount: accept(readCount('retrierRetryCount', stateConfiguration.retrierRetryCount)) ?? 0,
        mock,
        inspectionLevel,
        revealSecrets,
        signal,
      };
      return accept(await testOf(parts, test));
    },
  });
}

function oneOf<T extends string>(member: string, values: readonly T[], given: string): T | Refusal {
  return (
    values.find((value) => value === given) ??
    constraint(member, `'${given}'`, `Member must satisfy enum value set: [${values.join(', ')}]`)
  );
}

function readObject(member: string, text = '{}'): JsonObject | Refusal {
  const value = accept(readPayload(text, (reason) => constraint(member, "'...'", reason)));
  return isJsonObject(value) ? value : constraint(member, "'...'", 'Member must be a JSON object');
}

function readCount(member: string, count: number | undefined): number | undefined | Refusal {
  if (count === undefined || count >= 0) return count;
  return constraint(`stateConfiguration.${member}`, `'${count}'`, 'Member must have value greater than or equal to 0');
}

type MockRequest = Infer<typeof mockShape>;
type Configuration = Infer<typeof configurationShape>;

function readMock(given: MockRequest | undefined, configuration: Configuration): Mock | undefined | Refusal {
  if (given === undefined) return undefined;
  const { result, errorOutput } = given;
  if (result !== undefined && errorOutput !== undefined)
    return invalidRequest('A test mock should have only one of the following fields: [result, errorOutput].');
  if (result === undefined && errorOutput === undefined) return missing('mock.result');
  const outcome =
    errorOutput === undefined
      ? readPayload(result ?? '', (reason) => constraint('mock.result', "'...'", reason))
      : readFailure(errorOutput.error, errorOutput.cause);
  const { mapItemReaderData: readerData } = configuration;
  if (readerData !== undefined && readerData.length > payloadBytesMax)
    return constraint('stateConfiguration.mapItemReaderData', "'...'", `Member must have length less than or equal to ${payloadBytesMax}`);
  return {
    outcome: accept(outcome),
    validation: accept(oneOf('mock.fieldValidationMode', fieldValidationModes, given.fieldValidationMode ?? 'STRICT')),
    causedBy: configuration.errorCausedByState,
    failedIterations: accept(readCount('mapIterationFailureCount', configuration.mapIterationFailureCount)),
    readerData,
  };
}

function readFailure(error: string | undefined, cause: string | undefined): Failure | Refusal {
  if (error === undefined) return invalidRequest('An error was not specified in the mocked error output.');
  const long = error.length > errorCharsMax ? (['error', errorCharsMax] as const) : (['cause', causeCharsMax] as const);
  if (error.length <= errorCharsMax && (cause ?? '').length <= causeCharsMax) return new Failure(error, cause);
  return constraint(`mock.errorOutput.${long[0]}`, "'...'", `Member must have length less than or equal to ${long[1]}`);
}
