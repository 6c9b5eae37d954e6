import type { Random } from '../../base/random.js';
import { jsonCodec } from '../../wire/aws-json.js';
import { rootOf } from '../../wire/principal.js';
import { type Call, type Operation, type Service, ServiceError } from '../../wire/service.js';
import { type Shape, structure } from '../../wire/shape.js';
import { Failure, isFailure, runtime } from './language/failure.js';
import { isJsonObject, type Json, type JsonObject, objectFrom, parseJson, printJson } from './language/json.js';
import { ownerOf } from './model/arn.js';
import { type ApiModel, anything, type Target, type TargetCall, type TargetOutcome } from './targets.js';

/** How an integration calls an operation of another service of this broker. */
export interface OperationBinding {
  readonly service: Service;
  readonly operation: string;
  /** What error names begin with: `SQS`. */
  readonly errors: string;
  /** Members that may be any JSON, and are sent as text. */
  readonly texts: readonly string[];
  /** Sets what makes a call that is made again no second one, where the operation has that and the author set none. */
  readonly once?: (parameters: JsonObject, key: string) => JsonObject;
}

/** A task that calls an operation as a client would. It is made at least once. */
export function operationTarget({ service, operation: name, errors, texts, once }: OperationBinding, random: Random): Target {
  const operation = service.operations.get(name);
  if (operation === undefined) throw new Error(`${service.name} has no operation ${name}`);
  const codec = jsonCodec(operation);
  return {
    patterns: ['requestResponse', 'waitForTaskToken'],
    answers: async () => modelOf(operation.output ?? structure({})),
    parameters: async () => parametersModel(operation, texts),
    call: async (request) => {
      const parameters = parametersOf(request.parameters, operation, texts);
      if (isFailure(parameters)) return { kind: 'failed', failure: parameters };
      const given = once === undefined ? parameters : once(parameters, request.key);
      try {
        const output = await operation.handle(codec.decode(Buffer.from(printJson(given))), callOf(request, random));
        return { kind: 'answered', output: { ...(parseJson(codec.encode(output) || '{}') as JsonObject), ...metadata(random) } };
      } catch (fault) {
        if (fault instanceof ServiceError) return failed(errors, fault);
        throw fault;
      }
    },
  };
}

function parametersModel({ input }: Operation, texts: readonly string[]): ApiModel {
  const members = Object.entries(input.members);
  return structureModel(members.map(([name, member]) => [name, texts.includes(name) ? anything : modelOf(member)]));
}

/** None of these operations promises a member. */
function modelOf(shape: Shape): ApiModel {
  switch (shape.kind) {
    case 'string':
    case 'blob':
      return { kind: 'string' };
    case 'integer':
    case 'double':
      return { kind: 'number' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'list': {
      const item = modelOf(shape.member);
      return { kind: 'list', item: () => item };
    }
    case 'map': {
      const value = modelOf(shape.value);
      return { kind: 'map', value: () => value };
    }
    case 'structure':
      return structureModel(Object.entries(shape.members).map(([name, member]) => [name, modelOf(member)]));
  }
}

export function structureModel(members: readonly (readonly [string, ApiModel])[], required: readonly string[] = []): ApiModel {
  const byName = new Map(members);
  return { kind: 'structure', required, members: () => byName };
}

/** Members that the operation does not have are refused: they would do nothing. */
function parametersOf(parameters: Json, operation: Operation, texts: readonly string[]): JsonObject | Failure {
  if (!isJsonObject(parameters)) return runtime('The parameters of the task must be an object');
  const unknown = Object.keys(parameters).find((member) => !Object.hasOwn(operation.input.members, member));
  if (unknown !== undefined) return runtime(`The field '${unknown}' is not supported by ${operation.name}`);
  return objectFrom(
    Object.entries(parameters).map(([member, value]) => [
      member,
      texts.includes(member) && typeof value !== 'string' ? printJson(value) : value,
    ]),
  );
}

export function callOf({ machineArn, traceHeader, signal }: TargetCall, random: Random): Call {
  const { accountId, region } = ownerOf(machineArn);
  return {
    requestId: random.uuid(),
    protocol: 'json',
    accountId,
    principal: rootOf(accountId).arn,
    region,
    sourceAddress: '127.0.0.1',
    origin: 'http://localhost',
    traceHeader,
    signed: true,
    signal,
    onUndelivered: () => {},
  };
}

/** What optimised integrations add to the answer. */
export function metadata(random: Random): JsonObject {
  return {
    SdkHttpMetadata: { AllHttpHeaders: {}, HttpHeaders: {}, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: random.uuid() },
  };
}

function failed(errors: string, { code, message }: ServiceError): TargetOutcome {
  const type = code.type.replace(/Exception$/, '');
  const cause = `${message} (Service: ${errors}; Status Code: ${code.status}; Error Code: ${code.type})`;
  return { kind: 'failed', failure: new Failure(`${errors}.${type}Exception`, cause) };
}
