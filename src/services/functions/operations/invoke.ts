import { isUtf8 } from 'node:buffer';
import { parseJsonObject } from '../../../base/json-object.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { blob, integer, string, structure } from '../../../wire/shape.js';
import type { EventQueues } from '../async/event-queues.js';
import {
  brokerStops,
  clientContextInvalid,
  notSupported,
  payloadIsNoJson,
  payloadTooLarge,
  recursionStopped,
  throttled,
  unsupportedMediaType,
} from '../errors.js';
import { clientContextBytesMax, eventBytesMax, requestBytesMax } from '../limits.js';
import { Constraints } from '../model/constraints.js';
import { readReference } from '../model/function-name.js';
import type { Parts } from '../parts.js';

/**
 * Invoke: runs a function and answers with what it made of the payload (RequestResponse), keeps the payload as an event for it (Event), or does
 * neither (DryRun). A function that fails is a success of the call: `X-Amz-Function-Error` tells.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * Errors: ValidationException, InvalidParameterValue, InvalidRequestContent, RequestTooLarge, ResourceNotFound, TooManyRequests,
 * RecursiveInvocation, UnsupportedMediaType, ServiceException.
 */
const input = structure({
  FunctionName: string,
  Qualifier: string,
  InvocationType: string,
  LogType: string,
  ClientContext: string,
  ContentType: string,
  DurableExecutionName: string,
  TenantId: string,
  Payload: blob,
});
const output = structure({
  StatusCode: integer,
  FunctionError: string,
  LogResult: string,
  ExecutedVersion: string,
  RemappedContentLength: string,
  TraceId: string,
  Payload: blob,
});

export interface InvokeParts extends Pick<Parts, 'invoker'> {
  readonly events: Pick<EventQueues, 'accept'>;
}

export function invoke({ invoker, events }: InvokeParts): Operation {
  return operation({
    name: 'Invoke',
    input,
    output,
    rest: {
      method: 'POST',
      path: '/2015-03-31/functions/{FunctionName}/invocations',
      status: 200,
      query: ['Qualifier'],
      headers: {
        'x-amz-invocation-type': 'InvocationType',
        'x-amz-log-type': 'LogType',
        'x-amz-client-context': 'ClientContext',
        'content-type': 'ContentType',
        'x-amz-durable-execution-name': 'DurableExecutionName',
        'x-amz-tenant-id': 'TenantId',
      },
      payload: 'Payload',
      output: {
        status: 'StatusCode',
        headers: {
          FunctionError: 'X-Amz-Function-Error',
          LogResult: 'X-Amz-Log-Result',
          ExecutedVersion: 'X-Amz-Executed-Version',
          RemappedContentLength: 'x-amzn-Remapped-Content-Length',
          TraceId: 'X-Amzn-Trace-Id',
        },
        payload: 'Payload',
      },
    },
    async handle(input, call) {
      const { InvocationType: type = 'RequestResponse', LogType, ContentType, Payload } = input;
      const reference = accept(readReference(input.FunctionName ?? '', input.Qualifier, call));
      const types = ['Event', 'RequestResponse', 'DryRun'];
      accept(new Constraints().oneOf('invocationType', type, types).oneOf('logType', LogType, ['None', 'Tail']).refusal());
      if (input.DurableExecutionName !== undefined) throw notSupported('X-Amz-Durable-Execution-Name');
      if (input.TenantId !== undefined) throw notSupported('X-Amz-Tenant-Id');
      if (ContentType !== undefined && !isJsonType(ContentType)) throw unsupportedMediaType(ContentType.slice(0, 100));
      const payload = accept(readPayload(Payload ?? nothingSent, type));
      const clientContext = accept(readClientContext(input.ClientContext));
      const { requestId, traceHeader } = call;
      const target = await invoker.target(reference);
      if (type === 'DryRun') return { StatusCode: 204, Payload: nothingSent };
      if (type === 'Event') {
        await events.accept(target, { requestId, payload, traceHeader });
        return { StatusCode: 202, Payload: nothingSent };
      }
      const outcome = await invoker.invoke(target, { requestId, payload, traceHeader, clientContext });
      switch (outcome.kind) {
        case 'throttled':
          throw throttled(outcome.reason);
        case 'recursion':
          throw recursionStopped(target.address.name);
        case 'stopped':
          throw brokerStops();
        case 'answered':
        case 'failed':
          return {
            StatusCode: 200,
            ...(outcome.kind === 'failed' && { FunctionError: 'Unhandled' }),
            ...(LogType === 'Tail' && { LogResult: outcome.log.toString('base64') }),
            ExecutedVersion: outcome.executedVersion,
            RemappedContentLength: '0',
            TraceId: outcome.traceHeader,
            Payload: outcome.payload,
          };
      }
    },
  });
}

const nothingSent = Buffer.alloc(0);
const emptyObject = Buffer.from('{}');

/** The SDK for JavaScript calls a payload a stream of octets, the AWS CLI nothing. */
function isJsonType(contentType: string): boolean {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return (
    type === '' || type === 'application/octet-stream' || /^[\w.+-]+\/([\w.-]+\+)?json$/.test(type) || /^application\/x-amz-json/.test(type)
  );
}

/** Any JSON value; nothing is an empty object. */
function readPayload(payload: Buffer, type: string): Buffer | Refusal {
  const bytesMax = type === 'Event' ? eventBytesMax : requestBytesMax;
  if (payload.length > bytesMax) return payloadTooLarge(payload.length, type, bytesMax);
  if (payload.length === 0) return emptyObject;
  if (!isUtf8(payload)) return payloadIsNoJson('it is not valid UTF-8');
  const problem = jsonProblem(payload.toString());
  return problem === undefined ? payload : payloadIsNoJson(problem);
}

/** Base64 of a JSON object; handed on as JSON. */
function readClientContext(text: string | undefined): string | undefined | Refusal {
  if (text === undefined) return undefined;
  if (text.length > clientContextBytesMax) return clientContextInvalid(`it is longer than ${clientContextBytesMax} bytes`);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return clientContextInvalid('it is not valid Base64');
  const bytes = Buffer.from(text, 'base64');
  if (!isUtf8(bytes)) return clientContextInvalid('it is not valid UTF-8');
  const json = bytes.toString();
  const problem = jsonProblem(json) ?? (parseJsonObject(json) === undefined ? 'it is not an object' : undefined);
  return problem === undefined ? json : clientContextInvalid(problem);
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}
