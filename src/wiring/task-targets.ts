import type { Random } from '../base/random.js';
import { functionTarget, invokeTarget } from '../services/workflows/function-target.js';
import { type HttpTargetParts, httpTarget } from '../services/workflows/http/http-target.js';
import type { JsonObject } from '../services/workflows/language/json.js';
import { operationTarget } from '../services/workflows/operation-target.js';
import { functionTargetName, type Targets } from '../services/workflows/targets.js';
import type { Operation, Service } from '../wire/service.js';

export interface TaskTargetParts {
  readonly sqs: Service;
  readonly sns: Service;
  readonly functions: Service;
  readonly random: Random;
  readonly http: HttpTargetParts;
}

/** What tasks of workflows can call, by the service and action of their resource. */
export function taskTargets({ sqs, sns, functions, random, http }: TaskTargetParts): Targets {
  const invoke = operationOf(functions, 'Invoke');
  const send = { service: sqs, operation: 'SendMessage', errors: 'SQS', texts: ['MessageBody'], once: onceInGroup };
  const publish = { service: sns, operation: 'Publish', errors: 'SNS', texts: ['Message'], once: onceInGroup };
  return new Map([
    ['sqs:sendMessage', operationTarget(send, random)],
    ['sns:publish', operationTarget(publish, random)],
    ['lambda:invoke', invokeTarget(invoke, random)],
    ['http:invoke', httpTarget(http)],
    [functionTargetName, functionTarget(invoke, random)],
  ]);
}

/** A message of a group that is sent again is dropped, unless the author decides himself which messages are the same. */
function onceInGroup(parameters: JsonObject, key: string): JsonObject {
  const { MessageGroupId: group, MessageDeduplicationId: id } = parameters;
  const fifo = [parameters.QueueUrl, parameters.TopicArn, parameters.TargetArn].some(
    (to) => typeof to === 'string' && to.endsWith('.fifo'),
  );
  return fifo && group !== undefined && id === undefined ? { ...parameters, MessageDeduplicationId: key } : parameters;
}

function operationOf(service: Service, name: string): Operation {
  const operation = service.operations.get(name);
  if (operation === undefined) throw new Error(`${service.name} has no operation ${name}`);
  return operation;
}
