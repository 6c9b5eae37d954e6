import type { Random } from '../../base/random.js';
import type { Operation } from '../../wire/service.js';
import { ServiceError } from '../../wire/service.js';
import { Failure, runtime } from './language/failure.js';
import { isJsonObject, type Json, type JsonObject, memberOf, parseJson, printJson } from './language/json.js';
import { callOf, metadata, structureModel } from './operation-target.js';
import { anything, type Target, type TargetCall, type TargetOutcome } from './targets.js';

/**
 * Functions. By its plain ARN a function gets the parameters as they are and its answer is the result; `lambda:invoke` names the function in
 * the parameters and has the answer wrapped. A function that fails fails the task with its own error type.
 */
export function functionTarget(invoke: Operation, random: Random): Target {
  return {
    patterns: ['requestResponse'],
    call: async (request) => {
      const outcome = await invoked(invoke, { FunctionName: request.resource.arn, Payload: bytesOf(request.parameters) }, request, random);
      return outcome.kind === 'replied' ? { kind: 'answered', output: payloadOf(outcome.reply) } : outcome;
    },
  };
}

/** Members of `lambda:invoke` besides the payload. */
const members = ['FunctionName', 'Qualifier', 'InvocationType', 'LogType', 'ClientContext'];

/** The payload is a text in the API, though tasks have it as JSON: AWS checks mocks against the API. */
const answer = structureModel([
  ...['Payload', 'ExecutedVersion', 'FunctionError', 'LogResult'].map((name) => [name, { kind: 'string' }] as const),
  ['StatusCode', { kind: 'number' }],
]);

export function invokeTarget(invoke: Operation, random: Random): Target {
  return {
    patterns: ['requestResponse', 'waitForTaskToken'],
    answers: async () => answer,
    parameters: async () => structureModel([...members, 'Payload'].map((name) => [name, anything])),
    call: async (request) => {
      const { parameters } = request;
      const unknown = isJsonObject(parameters)
        ? Object.keys(parameters).find((name) => name !== 'Payload' && !members.includes(name))
        : 'Payload';
      if (!isJsonObject(parameters) || unknown !== undefined) {
        return { kind: 'failed', failure: runtime(`The parameters of lambda:invoke are not valid: ${unknown ?? ''}`) };
      }
      const payload = memberOf(parameters, 'Payload');
      const named = members.flatMap((name) => {
        const value = memberOf(parameters, name);
        return typeof value === 'string' ? [[name, value] as const] : [];
      });
      const input = { ...Object.fromEntries(named), Payload: bytesOf(payload === undefined ? {} : payload) };
      const outcome = await invoked(invoke, input, request, random);
      if (outcome.kind !== 'replied') return outcome;
      const { ExecutedVersion: version = '$LATEST', StatusCode: status = 200 } = outcome.reply;
      const output = { ExecutedVersion: version, Payload: payloadOf(outcome.reply), StatusCode: status, ...metadata(random) };
      return { kind: 'answered', output };
    },
  };
}

function bytesOf(value: Json): Buffer {
  return Buffer.from(printJson(value));
}

interface Reply {
  readonly Payload?: Buffer;
  readonly FunctionError?: string;
  readonly ExecutedVersion?: string;
  readonly StatusCode?: number;
}

type Invoked = { readonly kind: 'replied'; readonly reply: Reply } | Extract<TargetOutcome, { kind: 'failed' | 'stopped' }>;

async function invoked(invoke: Operation, input: object, request: TargetCall, random: Random): Promise<Invoked> {
  try {
    const reply = (await invoke.handle(input, callOf(request, random))) as Reply;
    return reply.FunctionError === undefined ? { kind: 'replied', reply } : { kind: 'failed', failure: failureOf(reply) };
  } catch (fault) {
    if (!(fault instanceof ServiceError)) throw fault;
    if (request.signal.aborted) return { kind: 'stopped' };
    const { code, message } = fault;
    return { kind: 'failed', failure: new Failure(`Lambda.${code.type.replace(/Exception$/, '')}Exception`, message) };
  }
}

/** The error type that the function gave; a function that died gave none. The cause is the payload as text. */
function failureOf({ Payload: payload = Buffer.alloc(0) }: Reply): Failure {
  const text = payload.toString();
  const value = parseJson(text);
  const type = isJsonObject(value) ? memberOf(value, 'errorType') : undefined;
  return new Failure(typeof type === 'string' ? type : 'Lambda.Unknown', text);
}

function payloadOf({ Payload: payload }: Reply): Json {
  return payload === undefined || payload.length === 0 ? ({} satisfies JsonObject) : (parseJson(payload.toString()) ?? null);
}
